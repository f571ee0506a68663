// SPDX-License-Identifier: Apache-2.0
// The fast sampler on this machine's cores: any number of chains, the same samples as every other device.
#pragma once

#include <memory>
#include <string>

#include "tsu/device.hpp"

namespace tsu {

inline constexpr int kMostThreads = 1024;

// threads = 0: one a core, kMostThreads at most. target: an instruction set by name, for tests and benchmarks ("" = the best; process-wide).
std::unique_ptr<Device> MakeCpuDevice(int threads = 0, const std::string& target = "");

// Registers it as "cpu:" with options threads=N and target=NAME.
void RegisterCpuDevice();

}  // namespace tsu
