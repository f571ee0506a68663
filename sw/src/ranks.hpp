// SPDX-License-Identifier: Apache-2.0
// Processes that work on one job, started by mpirun. The only module that knows MPI: without it, or not under mpirun,
// every group is this one process and every call does what it says for a group of one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "tsu/job.hpp"

namespace tsu {

// A group of ranks. All members must make the same calls in the same order, except Post and Receive.
class Ranks {
 public:
  // Every rank of the job; starts MPI when mpirun started this process. Throws kUsage under mpirun in a build without MPI.
  static Ranks World();

  int rank() const { return rank_; }
  int size() const { return size_; }

  // The members that gave the same colour, in the order of their ranks.
  Ranks Split(int colour) const;
  // The members on this machine.
  Ranks OnThisMachine() const;

  // Each number becomes its sum over the group. Whole numbers: no order of addition changes a bit.
  void Sum(std::span<std::uint32_t> numbers) const;
  // The text of rank `from`, on every rank.
  std::string Broadcast(std::string text, int from) const;

  // A message to a rank (not to itself), without waiting for it. It is delivered once that rank asks.
  void Post(int to, std::string text) const;
  // A message that has arrived, of any sender; empty: none. Messages of one sender keep their order.
  std::optional<std::string> Receive() const;

  // Runs `work` on every rank. Where it throws tsu::Error on some, that of the lowest such rank is thrown on all.
  void Together(const std::function<void()>& work) const;

 private:
  struct Group;
  std::shared_ptr<Group> group_;  // null: this process alone
  int rank_ = 0, size_ = 1;
};

}  // namespace tsu
