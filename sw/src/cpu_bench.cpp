// SPDX-License-Identifier: Apache-2.0
// Speed of the bare kernel, for `tsu bench --kernel`.
#include <algorithm>
#include <bit>
#include <chrono>
#include <ctime>
#include <limits>

#include "cpu_sampler.hpp"
#include "cpu_targets.hpp"
#include "parallel.hpp"
#include "tsu/cpu.hpp"
#include "tsu/error.hpp"
#include "tsu/law.hpp"
#include "tsu/noise.hpp"

namespace tsu {
namespace {

using cpu::Sampler;
using cpu::Step;

struct Nanoseconds {
  double processor, wall;
};

template <typename Work>
Nanoseconds Time(const Work& work) {
  const auto wall = std::chrono::steady_clock::now();
  const std::clock_t start = std::clock();
  work();
  const double processor = static_cast<double>(std::clock() - start) * 1e9 / CLOCKS_PER_SEC;
  return {processor, std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - wall).count()};
}

// By rotations, which take a clock each: some processors add small numbers in none.
double NanosecondsAClock() {
  constexpr int kRotations = 1 << 22, kTogether = 16;
  const auto rotate = [] {
    std::uint64_t word = 1;
    for (int i = 0; i < kRotations; i += kTogether)  // together: a loop of one may take two clocks
#pragma GCC unroll 16
      for (int k = 0; k < kTogether; ++k) {
        word = std::rotl(word, 3);
        asm volatile("" : "+r"(word));  // one after the other, not all at once
      }
  };
  return Time(rotate).processor / kRotations;
}

}  // namespace

std::vector<KernelRate> MeasureKernel(int rows, int cols, const Pattern& pattern, const LayerWeights& layer,
                                      const KernelJob& job) {
  const Table table = MakeTable(1.0, 9);
  std::vector<int> numbers{job.threads ? job.threads : 1};
  if (const int cores = ThreadCount(0); !job.threads && cores > 1) numbers.push_back(cores);
  std::vector<KernelRate> rates;
  double clock = std::numeric_limits<double>::infinity();
  for (const std::string& target : cpu::Targets())
    for (const bool device_noise : {true, false})
      for (const int threads : numbers)
        if (job.target.empty() ? target != "EMU128" : target == job.target)  // EMU128: a fallback for tests
          rates.push_back({target, device_noise, threads, 0, 0, 0});
  if (rates.empty()) {
    std::string known;
    for (const std::string& target : cpu::Targets()) known += (known.empty() ? "" : ", ") + target;
    throw Error(Exit::kUsage, "no such instruction set here", "'" + job.target + "'", known);
  }
  for (int round = 0; round < job.rounds; ++round)
    for (KernelRate& rate : rates) {
      cpu::UseTarget(rate.target);
      const int all = job.chains * rate.threads;
      Sampler sampler(rows, cols, pattern, all, rate.threads);
      sampler.SetLayer(0, layer);
      sampler.SetTable(0, table);
      rate.device_noise ? sampler.SetNoise(NoiseStreams(1, 0, all, cols / 2)) : sampler.SetQuickNoise(1);
      sampler.Run(std::vector<Step>{{Step::Kind::kRandomiseAll}, {Step::Kind::kSweep}});
      const std::vector<Step> sweeps{{Step::Kind::kSweep, static_cast<std::uint32_t>(job.sweeps)}};
      const Nanoseconds time = Time([&] { sampler.Run(sweeps); });
      const double flips = static_cast<double>(job.sweeps) * rows * cols * all;
      rate.flips_per_ns = std::max(rate.flips_per_ns, flips * rate.threads / time.processor);
      rate.wall_flips_per_ns = std::max(rate.wall_flips_per_ns, flips / time.wall);
      clock = std::min(clock, NanosecondsAClock());
    }
  for (KernelRate& rate : rates) rate.clocks = 512 * rate.threads / rate.flips_per_ns / clock;
  cpu::UseTarget("");
  return rates;
}

}  // namespace tsu
