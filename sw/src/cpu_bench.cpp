// SPDX-License-Identifier: Apache-2.0
// Speed of the bare kernel, for `tsu bench --kernel`.
#include <algorithm>
#include <ctime>
#include <limits>

#include "cpu_sampler.hpp"
#include "cpu_targets.hpp"
#include "parallel.hpp"
#include "tsu/cpu.hpp"
#include "tsu/law.hpp"
#include "tsu/noise.hpp"

namespace tsu {
namespace {

using cpu::Sampler;
using cpu::Step;

constexpr int kSweeps = 10;  // a measurement, after one to warm up

// Processor time: what others do on the machine counts little.
template <typename Work>
double Nanoseconds(const Work& work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) * 1e9 / CLOCKS_PER_SEC;
}

double NanosecondsAClock() {
  constexpr int kAdditions = 1 << 22;
  const auto add = [] {
    std::uint64_t sum = 1;
    for (int i = 0; i < kAdditions; ++i) {
      sum += 3;
      asm volatile("" : "+r"(sum));  // one after the other, not all at once
    }
  };
  return Nanoseconds(add) / kAdditions;
}

}  // namespace

std::vector<KernelRate> MeasureKernel(int rows, int cols, const Pattern& pattern, const LayerWeights& layer, int chains,
                                      int rounds) {
  const Table table = MakeTable(1.0, 9);
  const int cores = ThreadCount(0);
  std::vector<KernelRate> rates;
  double clock = std::numeric_limits<double>::infinity();
  for (const std::string& target : cpu::Targets())
    for (const bool device_noise : {true, false})
      for (int threads = 1; threads <= cores; threads += std::max(1, cores - 1))
        if (target != "EMU128") rates.push_back({target, device_noise, threads, 0, 0});  // a fallback for tests
  for (int round = 0; round < rounds; ++round)
    for (KernelRate& rate : rates) {
      cpu::UseTarget(rate.target);
      const int all = chains * rate.threads;
      Sampler sampler(rows, cols, pattern, all, rate.threads);
      sampler.SetLayer(0, layer);
      sampler.SetTable(0, table);
      rate.device_noise ? sampler.SetNoise(NoiseStreams(1, 0, all, cols / 2)) : sampler.SetQuickNoise(1);
      sampler.Run(std::vector<Step>{{Step::Kind::kRandomiseAll}, {Step::Kind::kSweep}});
      const double time = Nanoseconds([&] { sampler.Run(std::vector<Step>{{Step::Kind::kSweep, kSweeps}}); }) / rate.threads;
      rate.flips_per_ns = std::max(rate.flips_per_ns, static_cast<double>(kSweeps) * rows * cols * all / time);
      clock = std::min(clock, NanosecondsAClock());
    }
  for (KernelRate& rate : rates) rate.clocks = 512 * rate.threads / rate.flips_per_ns / clock;
  cpu::UseTarget("");
  return rates;
}

}  // namespace tsu
