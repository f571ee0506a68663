// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tsu/model.hpp"

namespace tsu::golden {

// A model of random weights that fills the grid of a shape: for selftests and for speed, not for pictures.
Model RandomModel(const Shape& shape, std::uint64_t seed, int sweeps);

}  // namespace tsu::golden
