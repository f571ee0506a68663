// SPDX-License-Identifier: Apache-2.0
// Counter-based random numbers of the host: the same for (seed, index) whatever the order of use.
#pragma once

#include <cstdint>

namespace tsu {

// splitmix64: a state that moves on by kWeyl, and the mixer that its outputs have gone through.
inline constexpr std::uint64_t kWeyl = 0x9E3779B97F4A7C15ull;
constexpr std::uint64_t Mix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

std::uint64_t Hash(std::uint64_t seed, std::uint64_t index);
double Uniform(std::uint64_t seed, std::uint64_t index);  // [0, 1)

}  // namespace tsu
