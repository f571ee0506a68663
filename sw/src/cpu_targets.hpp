// SPDX-License-Identifier: Apache-2.0
// Instruction sets of the fast sampler: which were compiled and run here, and a way to pin one (tests, benchmarks).
#pragma once

#include <string>
#include <vector>

namespace tsu::cpu {

// Names, best first.
std::vector<std::string> Targets();
// Process-wide; "" = the best. False when there is no such target here. Call it while no sampler runs.
bool UseTarget(const std::string& name);

}  // namespace tsu::cpu
