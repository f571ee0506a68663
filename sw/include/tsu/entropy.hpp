// SPDX-License-Identifier: Apache-2.0
// Ring oscillators of a core (rtl/entropy/README.md): state, raw bits, seeds; and min-entropy estimates of raw bits.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tsu/noise.hpp"
#include "tsu/transport.hpp"

namespace tsu {

struct EntropyState {
  int rings = 0;
  bool selected = false;    // the rings run, and an alarm stops programs
  bool ready = false;       // the start-up test has passed, no alarm is latched
  std::uint32_t cause = 0;  // of a latched alarm, regs::kCause...; 0: none
  int waiting = 0;          // raw words
};

// Causes in words; "none" for 0.
std::string CauseText(std::uint32_t cause);

// Of one core; not thread-safe. Calls throw what the transport throws, and end by their deadline.
class EntropySource {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  // source: regs' code of what the rings are, as in Caps. Leaves the rings at rest: fixed seeds.
  EntropySource(Transport& link, std::uint32_t source);

  const std::string& source() const { return source_; }  // "ring oscillator", "simulation model"
  bool selected() const { return selected_; }
  EntropyState State();
  // On: the rings run, begin with the start-up test, and their alarm stops the core. Off: they rest; an alarm stays latched.
  void Select(bool on);
  // Also begins the start-up test anew and drops the raw words that wait.
  void ClearAlarm();
  // Of a simulation model, regs::kRingFault...; throws kIncompatible where the rings are real.
  void Inject(std::uint32_t fault);

  // `words` words of 32 consecutive raw bits, oldest in bit 0, good or bad; throws kLink past the deadline.
  std::vector<std::uint32_t> Raw(int words, Deadline deadline);
  // Fresh base state of all noise streams: 1024 raw bits, conditioned by SHA-256. Throws kHealth on an alarm before, while or
  // after they were drawn, kLink past the deadline.
  NoiseState Seed(Deadline deadline);

  // Throws kHealth with the cause in words.
  [[noreturn]] void ThrowAlarm(std::uint32_t cause) const;

 private:
  void Control(std::uint32_t more);
  Transport& link_;
  std::string source_;
  bool model_, selected_ = false;
};

// The conditioner: first 96 bits of SHA-256 over the words, little-endian, as four noise words; never all zero.
NoiseState ConditionSeed(std::span<const std::uint32_t> raw);

// Min-entropy a bit, NIST SP 800-90B 6.3.1 and 6.3.3 (binary samples 0/1). Bits [n * stretch, (n + 1) * stretch) are
// consecutive samples: no transition counts from one stretch to the next.
double MostCommonValueEstimate(std::span<const std::uint8_t> bits);
double MarkovEstimate(std::span<const std::uint8_t> bits, std::size_t stretch);

}  // namespace tsu
