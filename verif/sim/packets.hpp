// SPDX-License-Identifier: Apache-2.0
// Load packets and sample packets as rtl/README.md and rtl/REGISTERS.md define them; written apart from the host's driver,
// so that the two check each other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tsu/device.hpp"

namespace tsu::verif {

using Packet = std::vector<std::uint32_t>;

Packet PackHeader(std::uint32_t target, std::uint32_t index, int colour, int row);
Packet PackProgram(const Program& program);
Packet PackTable(int index, const Table& table);
Packet PackCoupling(int layer, const LayerWeights& weights);
// Rows of `geometry` are the rows in use.
Packet PackWeights(const Geometry& geometry, int layer, int colour, const LayerWeights& weights);
Packet PackSites(const Geometry& geometry, int colour, const Sites& sites);
// target: TargetSpin or TargetConditioning; bits [chain * rows * cols + i].
Packet PackPlane(const Geometry& geometry, std::uint32_t target, int group, int colour, std::span<const std::uint8_t> bits);
// streams [chain * pairs + pair].
Packet PackNoise(const Geometry& geometry, std::span<const NoiseState> streams);

// The sample packets of one Emit, one a lane group.
std::vector<Packet> PackSamples(const Geometry& geometry, const Sites& sites, const Emission& emission);
// Samples of one Emit from its packets, one a lane group, in order; checks headers, lengths and padding; throws
// std::runtime_error. all: every site was asked for.
Emission Unpack(const Geometry& geometry, const Sites& sites, bool all, std::span<const Packet> packets);

}  // namespace tsu::verif
