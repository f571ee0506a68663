// SPDX-License-Identifier: Apache-2.0
// Hamming distances from one image to many, SIMD over the many.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tsu {

// Images side by side in a block: word k of image i is at [(i / kPackedBlock * words + k) * kPackedBlock + i % kPackedBlock].
inline constexpr std::size_t kPackedBlock = 8;

// distances: [blocks * kPackedBlock]; image: [words]; packed: [blocks][words][kPackedBlock].
void HammingDistances(const std::uint64_t* image, const std::uint64_t* packed, std::size_t words, std::size_t blocks,
                      std::uint64_t* distances);

}  // namespace tsu
