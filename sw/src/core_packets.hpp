// SPDX-License-Identifier: Apache-2.0
// Load packets of the core (rtl/README.md, "Memory words"; rtl/REGISTERS.md, targets): pure packing, no link.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tsu/device.hpp"

namespace tsu {

using Packet = std::vector<std::uint32_t>;

// The grid a model uses inside the grid a core was built with; what lies outside is zero.
struct CoreGrid {
  Geometry core;
  int rows = 0, cols = 0;  // the model's, at most the core's
};

// The shape's place in a core; throws kIncompatible, naming `where`, when it does not fit.
CoreGrid FitGrid(const Shape& shape, const Geometry& core, const std::string& where);

Packet ProgramPacket(const Program& program);
Packet TablePacket(int index, const Table& table);
Packet CouplingPacket(int layer, const std::array<std::int16_t, 4>& c);
Packet WeightPacket(const CoreGrid& grid, int layer, int colour, const LayerWeights& weights);
Packet SitePacket(const CoreGrid& grid, int colour, const Sites& sites);
// target: kTargetSpin or kTargetConditioning; bits as in Device::LoadSpins.
Packet SpinPacket(const CoreGrid& grid, std::uint32_t target, int group, int colour, std::span<const std::uint8_t> bits);
// streams as in Device::LoadNoise. Pairs beyond the model's grid get a fixed nonzero state: nothing reads their spins.
Packet NoisePacket(const CoreGrid& grid, std::span<const NoiseState> streams);

}  // namespace tsu
