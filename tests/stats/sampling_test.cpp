// SPDX-License-Identifier: Apache-2.0
// Long runs of the golden core against the exact stationary law of its kernel.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "tests/support/seed.hpp"
#include "verif/golden/core.hpp"
#include "verif/golden/random_model.hpp"
#include "verif/golden/reference.hpp"
#include "verif/stats/stats.hpp"

namespace tsu::golden {
namespace {

constexpr int kTableBits = 9;
constexpr int kSamples = 40000;

struct ModelCase {
  const char* pattern;
  int rows, cols, free;  // free = rows * cols: no clamps at all
  double beta;
  Spread spread;
};

const ModelCase kCases[] = {
    {"0,1", 3, 4, 12, 1.0, {0.4, 0.2, 0.3}},     {"0,1", 2, 6, 12, 3.0, {0.15, 0.1, 0.2}},
    {"0,1;1,2", 3, 4, 12, 0.5, {0.5, 0.3, 0.5}}, {"G8", 6, 8, 10, 1.0, {0.4, 0.2, 0.5}},
    {"G8", 5, 10, 11, 2.0, {0.2, 0.1, 0.0}},     {"G12", 11, 12, 10, 1.0, {0.3, 0.2, 0.4}},
    {"G16", 15, 16, 10, 0.5, {0.5, 0.3, 0.3}},   {"G20", 16, 16, 11, 1.0, {0.25, 0.1, 0.4}},
    {"G24", 16, 16, 12, 1.0, {0.25, 0.1, 0.2}},  {"G24", 15, 18, 10, 3.0, {0.1, 0.05, 0.1}},
};

struct Samples {
  std::vector<std::uint64_t> counts;  // by state of the graph
  std::vector<double> law;
  Graph graph;
  int thinning = 0;
};

// Four chains with a conditioning plane in common; one sample each `thinning` sweeps, when the
// start is forgotten.
Samples Sample(const ModelCase& model, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const Pattern pattern = ParsePattern(model.pattern);
  const int n = model.rows * model.cols, chains = 4;
  Core core(model.rows, model.cols, pattern, chains, kTableBits);
  core.layers = {RandomLayer(model.rows, model.cols, pattern, 8, model.spread, random)};
  core.tables = {MakeTable(model.beta, kTableBits)};
  core.noise = NoiseStreams(random(), 0, chains, core.pairs());
  core.sites = RandomCluster(model.rows, model.cols, pattern, model.free, random);
  const auto spins = RandomBits(n, random), conditioning = RandomBits(n, random);
  for (int k = 0; k < chains * n; ++k) {
    core.spins[k] = spins[k % n];
    core.conditioning[k] = conditioning[k % n];
  }
  Samples run;
  run.graph = MakeGraph(model.rows, model.cols, pattern, core.layers[0], core.sites, spins,
                        conditioning, true);
  const Kernel kernel(run.graph, core.tables[0]);
  run.law = kernel.StationaryLaw();
  run.thinning = kernel.MixingSweeps(0.02);
  run.counts.resize(run.law.size());
  core.Run(
      {Instruction(regs::kOpClamp, 1), Instruction(regs::kOpBeta, 0),
       Instruction(regs::kOpRandomise, 0), Instruction(regs::kOpSweep, 4 * run.thinning),
       Instruction(regs::kOpLoop, kSamples / chains), Instruction(regs::kOpSweep, run.thinning),
       Instruction(regs::kOpEmit, 1), Instruction(regs::kOpNext), Instruction(regs::kOpEnd)},
      [&](const Emission& emission) {
        for (int chain = 0; chain < chains; ++chain) {
          std::uint64_t state = 0;
          for (int k = 0; k < run.graph.variables(); ++k) {
            state |= std::uint64_t{emission.bits[chain * n + run.graph.site[k]]} << k;
          }
          ++run.counts[state];
        }
      });
  return run;
}

TEST(Sampling, LongRunsFollowTheExactLaw) {
  const double limit = stats::BonferroniSigmas(1e-6, std::size(kCases));
  std::printf(
      "%d samples each; alarm at %.2f sigmas\npattern   grid    free  beta  thinning  "
      "chi-square/dof  sigmas\n",
      kSamples, limit);
  std::uint64_t seed = test::Seed() * 1000;
  for (const ModelCase& model : kCases) {
    const Samples run = Sample(model, ++seed);
    const auto test = stats::ChiSquareTest(run.counts, run.law);
    std::printf("%-9s %2dx%-2d %6d %6.1f %6d %10.1f/%-4d %8.2f\n", model.pattern, model.rows,
                model.cols, run.graph.variables(), model.beta, run.thinning, test.statistic,
                test.dof, test.sigmas);
    EXPECT_LT(test.sigmas, limit) << model.pattern << " beta " << model.beta << " model seed "
                                  << seed;
  }
}

// What the check above can see: the same samples against a law that is off by a tenth in
// temperature.
TEST(Sampling, ATenthInTemperatureIsSeen) {
  const ModelCase& model = kCases[3];
  const Samples run = Sample(model, test::Seed());
  const auto off = Kernel(run.graph, MakeTable(model.beta * 1.1, kTableBits)).StationaryLaw();
  const auto test = stats::ChiSquareTest(run.counts, off);
  std::printf("beta off by a tenth: %.1f sigmas\n", test.sigmas);
  EXPECT_GT(test.sigmas, 6);
}

// c > 0 pulls a site towards its conditioning bit: P(flip between the two planes) = sigmoid(-2 beta
// c), c < 0 away.
TEST(Sampling, ForwardCouplingPullsTowardsTheOldImage) {
  const int rows = 16, cols = 16, chains = 16, n = rows * cols;
  const Pattern pattern = ParsePattern("0,1");
  Core core(rows, cols, pattern, chains, kTableBits);
  core.layers = {
      {std::vector<std::int16_t>(n * 4), std::vector<std::int16_t>(n), {0, 20, -20, 45}}};
  core.tables = {MakeTable(1.0, kTableBits)};
  core.noise = NoiseStreams(test::Seed(), 0, chains, core.pairs());
  for (int i = 0; i < n; ++i) core.sites.site_class[i] = i % 4;
  std::vector<std::uint8_t> before;
  double flips[4] = {}, trials[4] = {};
  const Program program{Instruction(regs::kOpBeta, 0),  Instruction(regs::kOpRandomise, 0),
                        Instruction(regs::kOpLoop, 40), Instruction(regs::kOpEmit, 1),
                        Instruction(regs::kOpCopy),     Instruction(regs::kOpSweep, 1),
                        Instruction(regs::kOpNext),     Instruction(regs::kOpEmit, 1),
                        Instruction(regs::kOpEnd)};
  core.Run(program, [&](const Emission& emission) {
    for (std::size_t k = 0; k < before.size(); ++k) {
      const int site_class = core.sites.site_class[k % n];
      flips[site_class] += emission.bits[k] != before[k];
      trials[site_class] += 1;
    }
    before = emission.bits;
  });
  for (int k = 0; k < 4; ++k) {
    const double p = 1 / (1 + std::exp(2 * core.layers[0].c[k] / 32.0));
    const double sigmas = (flips[k] / trials[k] - p) / std::sqrt(p * (1 - p) / trials[k]);
    std::printf("c = %+.3f: flipped %.5f, law %.5f, %.2f sigmas\n", core.layers[0].c[k] / 32.0,
                flips[k] / trials[k], p, sigmas);
    EXPECT_LT(std::abs(sigmas), 5) << "class " << k;
  }
}

}  // namespace
}  // namespace tsu::golden
