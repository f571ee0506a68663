// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>

namespace tsu::test {

// Seed of every random test: $TSU_SEED or 1.
inline std::uint64_t Seed() {
  const char* text = std::getenv("TSU_SEED");
  return text ? std::strtoull(text, nullptr, 0) : 1;
}

}  // namespace tsu::test
