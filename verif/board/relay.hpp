// SPDX-License-Identifier: Apache-2.0
// A serial cable that lies: passes frames between a program and a tty, and damages some, both ways.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tsu/uart.hpp"
#include "verif/board/pty.hpp"

namespace tsu::verif {

enum class Fault {
  kDropByte,
  kFlipBit,
  kDuplicateByte,
  kInsertByte,
  kSwapBytes,
  kTruncate,
  kJoin,
  kDropFrame,
  kDuplicateFrame,
  kDelay,
  kBurst
};
inline constexpr std::array<const char*, 11> kFaultNames = {
    "byte dropped",     "bit flipped", "byte duplicated", "byte inserted",
    "bytes swapped",    "cut short",   "delimiter lost",  "frame lost",
    "frame duplicated", "delayed",     "garbage burst"};

// The other end is a tty, opened as any program opens it. Runs in a thread of its own while in
// scope.
class Relay {
 public:
  Relay(const std::string& tty, int baud, std::uint64_t seed);
  ~Relay();

  const std::string& path() const { return pty_.path(); }
  // Share of the frames that are damaged, from now on.
  void SetDamage(double share) { damage_ = share; }
  // Cuts the cable: nothing passes any more.
  void Cut() { cut_ = true; }
  std::uint64_t damaged(Fault fault) const { return counts_[static_cast<int>(fault)]; }
  std::uint64_t damaged() const;
  std::uint64_t frames() const { return frames_; }

 private:
  struct Way {
    Bytes frame;  // coming in, up to its delimiter
    std::vector<std::pair<std::chrono::steady_clock::time_point, Bytes>> late;  // in order
  };
  void Run();
  void Feed(Way& way, std::span<const std::uint8_t> data);
  void Pass(Way& way, Bytes frame);
  Bytes Due(Way& way);

  Pty pty_;
  std::unique_ptr<BytePort> port_;
  std::mt19937_64 random_;
  std::atomic<double> damage_ = 0;
  std::atomic<bool> cut_ = false, stop_ = false;
  std::array<std::atomic<std::uint64_t>, kFaultNames.size()> counts_{};
  std::atomic<std::uint64_t> frames_ = 0;
  std::thread thread_;
};

}  // namespace tsu::verif
