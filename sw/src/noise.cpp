// SPDX-License-Identifier: Apache-2.0
#include "tsu/noise.hpp"

#include "tsu/regs.hpp"

namespace tsu {
namespace {

constexpr std::uint32_t kMask = (1u << regs::kNoiseWordBits) - 1;

std::uint64_t SplitMix64(std::uint64_t& x) {
  std::uint64_t z = (x += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

}  // namespace

std::uint32_t NoiseStep(NoiseState& s) {
  using namespace regs;
  const std::uint32_t rot = s[4 - kNoiseRotLag], shl = s[4 - kNoiseShlLag];
  const std::uint32_t w = (s[0] ^ (s[0] << kNoiseShiftOld) ^ (rot >> kNoiseRot) ^
                           (rot << (kNoiseWordBits - kNoiseRot)) ^ (shl << kNoiseShl)) &
                          kMask;
  s = {s[1], s[2], s[3], w};
  return w;
}

NoiseState NoiseBase(std::uint64_t seed) {
  NoiseState s{};
  for (auto& w : s) w = static_cast<std::uint32_t>(SplitMix64(seed)) & kMask;
  if ((s[0] | s[1] | s[2] | s[3]) == 0) s[0] = 1;
  return s;
}

}  // namespace tsu
