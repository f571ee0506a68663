// SPDX-License-Identifier: Apache-2.0
// Golden twin of the simulated rings: rtl/tech/generic/tsu_ring.sv and rtl/entropy/tsu_ring_bank.sv, clock by clock.
#pragma once

#include <cstdint>
#include <vector>

namespace tsu::golden {

class Ring {
 public:
  Ring(int stages, std::uint32_t seed);
  bool Osc(std::uint32_t fault) const;
  std::uint32_t phase() const { return phase_; }
  void Clock(std::uint32_t fault, std::uint32_t neighbour);  // neighbour: phase after this clock of the ring before

 private:
  std::uint32_t step_, periodic_step_, noise_, phase_, target_ = 0;
  std::int32_t drift_ = 0;
};

// Enabled rings, from their reset on.
class RingBank {
 public:
  RingBank(int rings, int sample_clocks, std::uint32_t seed);
  std::uint32_t fault = 0;  // regs::kRingFault...
  // The next raw bit, sample_clocks later.
  bool Next();

 private:
  std::vector<Ring> rings_;
  std::vector<std::uint32_t> phases_;  // of one ring after each clock of a raw bit
};

}  // namespace tsu::golden
