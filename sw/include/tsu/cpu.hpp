// SPDX-License-Identifier: Apache-2.0
// The fast sampler on this machine's cores: any number of chains, the same samples as every other device.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tsu/device.hpp"

namespace tsu {

inline constexpr int kMostThreads = 1024;

// threads = 0: one a core, kMostThreads at most. target: an instruction set by name, for tests and benchmarks ("" = the best; process-wide).
std::unique_ptr<Device> MakeCpuDevice(int threads = 0, const std::string& target = "");

// Speed of the bare kernel in processor time: best of `rounds`, everything measured once a round.
struct KernelRate {
  std::string target;  // instruction set
  bool device_noise;   // else training's
  int threads;
  double flips_per_ns;
  double clocks;  // of one thread for one site of 512 chains, at the clock a chain of additions runs at
};
// `chains` a thread. Every instruction set here, one thread and one a core.
std::vector<KernelRate> MeasureKernel(int rows, int cols, const Pattern& pattern, const LayerWeights& layer, int chains,
                                      int rounds);

// Registers it as "cpu:" with options threads=N and target=NAME.
void RegisterCpuDevice();

}  // namespace tsu
