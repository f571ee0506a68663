// SPDX-License-Identifier: Apache-2.0
#include "hash.hpp"

#include <cmath>

namespace tsu {

std::uint64_t Hash(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = (seed ^ 0xD1B54A32D192ED03ull) * 0x9E3779B97F4A7C15ull + index * 0xBF58476D1CE4E5B9ull;
  for (int round = 0; round < 2; ++round) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    z ^= z >> 31;
  }
  return z;
}

double Uniform(std::uint64_t seed, std::uint64_t index) {
  return std::ldexp(static_cast<double>(Hash(seed, index) >> 11), -53);
}

}  // namespace tsu
