// SPDX-License-Identifier: Apache-2.0
#include "verif/golden/rings.hpp"

#include <algorithm>

#include "tsu/regs.hpp"

namespace tsu::golden {
namespace {

constexpr std::uint64_t kTurnsOfOneStage = 0x1423579BDFull;
constexpr std::uint32_t kClockPhase = 0x40000000;
constexpr std::int32_t kMostDrift = 32767;

}  // namespace

Ring::Ring(int stages, std::uint32_t seed)
    : step_(static_cast<std::uint32_t>(kTurnsOfOneStage / static_cast<std::uint64_t>(stages))),
      periodic_step_(static_cast<std::uint32_t>(stages) << 24), noise_(seed), phase_(seed * 0x9E3779B1u) {}

bool Ring::Osc(std::uint32_t fault) const {
  if (fault == regs::kRingFaultStuck) return false;
  if (fault == regs::kRingFaultBiased) return phase_ >> 26 != 0;
  return phase_ >> 31;
}

void Ring::Clock(std::uint32_t fault, std::uint32_t neighbour) {
  noise_ ^= noise_ << 13;
  noise_ ^= noise_ >> 17;
  noise_ ^= noise_ << 5;
  const std::int32_t bytes = static_cast<std::int32_t>((noise_ >> 24) + (noise_ >> 16 & 255) + (noise_ >> 8 & 255) + (noise_ & 255));
  const std::int32_t jitter = (bytes - 510) * (1 << 20);
  const std::uint32_t target = fault == regs::kRingFaultClock ? kClockPhase : neighbour;
  if (fault == regs::kRingFaultPeriodic) {
    phase_ += periodic_step_;
  } else if (fault == regs::kRingFaultNeighbour || fault == regs::kRingFaultClock) {
    const std::int32_t apart = static_cast<std::int32_t>(phase_ - target_);
    phase_ = target + static_cast<std::uint32_t>((apart >> 1) + (jitter >> 4));
  } else {
    phase_ += step_ + static_cast<std::uint32_t>(drift_ * 4096) + static_cast<std::uint32_t>(jitter);
  }
  if (noise_ & 1) {
    drift_ += drift_ < kMostDrift;
  } else {
    drift_ -= drift_ > -kMostDrift;
  }
  target_ = target;
}

RingBank::RingBank(int rings, int sample_clocks, std::uint32_t seed) : phases_(static_cast<std::size_t>(sample_clocks)) {
  for (int k = 0; k < rings; ++k) rings_.emplace_back(regs::kRingStages[k], seed + static_cast<std::uint32_t>(k));
}

bool RingBank::Next() {
  const std::size_t sampled = phases_.size() - 3;  // the clock that the two flip-flops of a ring show in the last one
  bool raw = false;
  std::fill(phases_.begin(), phases_.end(), 0);
  for (std::size_t k = 0; k < rings_.size(); ++k) {
    const std::uint32_t own = k == 0 && fault == regs::kRingFaultNeighbour ? regs::kRingFaultNone : fault;
    Ring ring = rings_[k];
    for (std::size_t i = 0; i < phases_.size(); ++i) {
      if (i == sampled) raw ^= ring.Osc(own);
      ring.Clock(own, phases_[i]);
      phases_[i] = ring.phase();
    }
    rings_[k] = ring;
  }
  return raw;
}

}  // namespace tsu::golden
