// SPDX-License-Identifier: Apache-2.0
// Random models for tests of the law.
#pragma once

#include <cstdint>
#include <random>

#include "tsu/device.hpp"

namespace tsu::golden {

// Symmetric weights, biases and couplings: normal with these standard deviations, in real units,
// clipped to the format.
struct Spread {
  double j = 0.3, h = 0.2, c = 0.3;
};

LayerWeights RandomLayer(int rows, int cols, const Pattern& pattern, int weight_bits,
                         const Spread& spread, std::mt19937_64& random);

// Sites with clamp set everywhere but in a connected cluster of `free` sites, as far as the grid
// has them. Classes are random.
Sites RandomCluster(int rows, int cols, const Pattern& pattern, int free, std::mt19937_64& random);

std::vector<std::uint8_t> RandomBits(std::size_t count, std::mt19937_64& random);

}  // namespace tsu::golden
