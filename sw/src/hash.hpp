// SPDX-License-Identifier: Apache-2.0
// Counter-based random numbers of the host: the same for (seed, index) whatever the order of use.
#pragma once

#include <cstdint>

namespace tsu {

std::uint64_t Hash(std::uint64_t seed, std::uint64_t index);
double Uniform(std::uint64_t seed, std::uint64_t index);  // [0, 1)

}  // namespace tsu
