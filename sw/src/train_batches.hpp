// SPDX-License-Identifier: Apache-2.0
// Images of a denoising step's training: at the noise level of its output and, noised on, at that of its input.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tsu/model.hpp"
#include "tsu/train.hpp"

namespace tsu::train {

using Bits = std::vector<std::uint8_t>;

struct Level {
  double out, in;  // signal levels of a denoising step
  int c;           // coupling to the conditioning, 1/32
};
// Levels at which every coupling is a whole number of 1/32: what is trained is exactly what is run. First step first.
std::vector<Level> Levels(const TrainOptions& options);

// A set's images [first, first + count) and their labels, if it has any.
TrainSet Part(const TrainSet& set, std::size_t first, std::size_t count);
inline std::size_t Images(const TrainSet& set) {
  return set.bits.size() / (static_cast<std::size_t>(set.rows) * static_cast<std::size_t>(set.cols));
}

struct Batch {
  Bits out, in;  // [chain][pixel]
  Bits label;    // [chain][label site]; empty without labels
};

// Images of a set at one level.
Batch Noised(const TrainSet& set, const Level& level, std::span<const std::size_t> images, std::uint64_t seed, int label_spots);

// Every image once an epoch, in an order of its own each time; what is left over is left out.
class Batches {
 public:
  Batches(const TrainSet& set, const Level& level, int batch, std::uint64_t seed, int label_spots);
  std::int64_t an_epoch() const { return an_epoch_; }
  Batch At(std::int64_t step);

 private:
  TrainSet set_;
  Level level_;
  int batch_, label_spots_;
  std::uint64_t seed_;
  std::int64_t an_epoch_, epoch_ = -1;
  std::vector<std::size_t> order_;
};

}  // namespace tsu::train
