// SPDX-License-Identifier: Apache-2.0
#include "hash.hpp"

namespace tsu {

std::uint64_t Hash(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = (seed ^ 0xD1B54A32D192ED03ull) * kWeyl + index * 0xBF58476D1CE4E5B9ull;
  return Mix64(Mix64(z));
}

double Uniform(std::uint64_t seed, std::uint64_t index) {
  return static_cast<double>(Hash(seed, index) >> 11) * 0x1p-53;
}

}  // namespace tsu
