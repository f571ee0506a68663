// SPDX-License-Identifier: Apache-2.0
// Random models, states and programs for a core and its golden twin, and the load packets that bring the twin's state into it.
#pragma once

#include <random>
#include <vector>

#include "verif/golden/core.hpp"
#include "verif/sim/packets.hpp"

namespace tsu::verif {

int Uniform(std::mt19937_64& random, int low, int high);

// Random weights, sites, tables, planes and noise. Rows of `geometry` are the rows in use, here and below.
void RandomState(const Geometry& geometry, golden::Core& core, std::mt19937_64& random);

// A legal program with every opcode; about `sweeps` sweeps.
Program RandomProgram(const Geometry& geometry, int sweeps, std::mt19937_64& random);

// Everything, or spins, conditioning plane and noise alone.
std::vector<Packet> PackState(const Geometry& geometry, const golden::Core& core);
std::vector<Packet> PackPlanes(const Geometry& geometry, const golden::Core& core);

}  // namespace tsu::verif
