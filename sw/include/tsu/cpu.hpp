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

// Speed of the bare kernel: best of `rounds`, everything measured once a round.
struct KernelJob {
  int chains = 512;     // a thread
  int rounds = 3;
  int sweeps = 10;      // of one measurement, after one to warm up
  int threads = 0;      // 0: one, and one a core
  std::string target;   // this instruction set only; "" = every one here
};
struct KernelRate {
  std::string target;  // instruction set
  bool device_noise;   // else training's
  int threads;
  double flips_per_ns;       // in processor time: what others do on the machine counts little
  double wall_flips_per_ns;  // by the clock on the wall
  double clocks;  // of one thread for one site of 512 chains, at the clock a chain of additions runs at
};
// At beta = 1, with either noise. Throws kUsage on an instruction set that is not here.
std::vector<KernelRate> MeasureKernel(int rows, int cols, const Pattern& pattern, const LayerWeights& layer,
                                      const KernelJob& job);

// Registers it as "cpu:" with options threads=N and target=NAME.
void RegisterCpuDevice();

}  // namespace tsu
