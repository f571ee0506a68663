// SPDX-License-Identifier: Apache-2.0
// Parameters in the kernel's form: threshold cells of a table, look-up tables of a node's field (cpu_kernel.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <hwy/aligned_allocator.h>

#include "cpu_kernel.hpp"
#include "tsu/device.hpp"

namespace tsu::cpu {

using Bytes = hwy::AlignedFreeUniquePtr<std::uint8_t[]>;
Bytes ZeroBytes(std::size_t size);

Thresholds MakeThresholds(const Table& table);

// Nodes of one colour of a layer in the order of visits.
class NodeTables {
 public:
  // `inputs` are already padded to whole groups.
  void Begin(std::size_t visits, int inputs, int group);
  // f = bias + sum of weights * s + coupling * u.
  void Add(int bias, std::span<const std::int16_t> weights, int coupling);

  const Node* nodes() const { return nodes_.data(); }
  const std::uint8_t* tables() const { return tables_.get(); }

 private:
  int inputs_ = 0, group_ = 0;
  std::vector<Node> nodes_;
  Bytes tables_;
  std::size_t size_ = 0, used_ = 0;
  std::vector<std::int16_t> sums_;
};

}  // namespace tsu::cpu
