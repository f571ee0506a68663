// SPDX-License-Identifier: Apache-2.0
// Chains and column pairs are independent. Each detector is shown a bad noise source of the kind it
// is for, and fires.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "tests/support/seed.hpp"
#include "verif/golden/core.hpp"
#include "verif/golden/random_model.hpp"
#include "verif/stats/stats.hpp"

namespace tsu::golden {
namespace {

constexpr int kRows = 8, kPairs = 8, kCols = 2 * kPairs, kChains = 8, kSites = kRows * kCols;
constexpr int kWordsOfSweep = 2 * kRows, kMaxLag = 16 * kWordsOfSweep;

Core MakeCore(const std::vector<NoiseState>& noise, int weight) {
  Core core(kRows, kCols, ParsePattern("0,1"), kChains, 9);
  LayerWeights layer{std::vector<std::int16_t>(kSites * 4, static_cast<std::int16_t>(weight)),
                     std::vector<std::int16_t>(kSites),
                     {}};
  core.layers = {layer};
  core.tables = {MakeTable(1.0, 9)};
  core.noise = noise;
  return core;
}

Program Sweeps(int emissions, int sweeps) {
  return {Instruction(regs::kOpBeta, 0),
          Instruction(regs::kOpRandomise, 0),
          Instruction(regs::kOpLoop, emissions),
          Instruction(regs::kOpSweep, sweeps),
          Instruction(regs::kOpEmit, 1),
          Instruction(regs::kOpNext),
          Instruction(regs::kOpEnd)};
}

// The decisions of free spins, one series a stream, in the order the stream drew its words: every
// lag is a delay in words.
stats::LaggedMiss DrawCorrelation(const std::vector<NoiseState>& noise) {
  Core core = MakeCore(noise, 0);
  std::vector<stats::BitSeries> series(kChains * kPairs);
  core.Run(Sweeps(512, 1), [&](const Emission& emission) {
    for (int chain = 0; chain < kChains; ++chain) {
      for (int pair = 0; pair < kPairs; ++pair) {
        for (int draw = 0; draw < kWordsOfSweep; ++draw) {
          const int colour = draw / kRows, y = draw % kRows, x = 2 * pair + (y + colour) % 2;
          series[chain * kPairs + pair].Append(emission.bits[chain * kSites + y * kCols + x]);
        }
      }
    }
  });
  return stats::WorstLaggedCorrelation(series, kMaxLag);
}

// Magnetisation of a coupled lattice, chains against each other.
constexpr int kMagnetisations = 2000;
double MagnetisationRatio(const std::vector<NoiseState>& noise) {
  Core core = MakeCore(noise, 6);
  std::vector<double> series(kChains * kMagnetisations);
  core.Run(Sweeps(kMagnetisations, 8), [&](const Emission& emission) {
    for (std::size_t k = 0; k < emission.bits.size(); ++k) {
      series[k / kSites * kMagnetisations + emission.index] += 2.0 * emission.bits[k] - 1;
    }
  });
  return stats::BlockVarianceRatio(series, kChains);
}

std::vector<NoiseState> Real() { return NoiseStreams(test::Seed(), 0, kChains, kPairs); }

// Every stream of chain k is that of chain 0, k * words words later.
std::vector<NoiseState> Delayed(int words) {
  return Noise{.kind = NoiseKind::kDelayed, .delay = words}.streams(Real(), kPairs);
}

double LagLimit(const stats::LaggedMiss& miss) { return stats::BonferroniSigmas(1e-6, miss.cases); }
constexpr double RatioLimit() { return 5 * 0.0316228; }  // 5 sqrt(2 / kMagnetisations)

TEST(Multichain, RealStreamsAreQuiet) {
  const auto miss = DrawCorrelation(Real());
  const double ratio = MagnetisationRatio(Real());
  std::printf(
      "real: worst of %.0f lagged correlations %.2f sigmas (alarm at %.2f); variance ratio %.3f "
      "(alarm at 1 +- %.3f)\n",
      miss.cases, miss.sigmas, LagLimit(miss), ratio, RatioLimit());
  EXPECT_LT(std::abs(miss.sigmas), LagLimit(miss));
  EXPECT_NEAR(ratio, 1, RatioLimit());
}

TEST(Multichain, SharedStreamsAreSeen) {
  const auto miss = DrawCorrelation(Delayed(0));
  const double ratio = MagnetisationRatio(Delayed(0));
  std::printf("chains share streams: %.1f sigmas at lag %d; variance ratio %.2f\n", miss.sigmas,
              miss.lag, ratio);
  EXPECT_GT(std::abs(miss.sigmas), LagLimit(miss));
  EXPECT_EQ(miss.lag, 0);
  EXPECT_GT(ratio, 1 + RatioLimit());
}

TEST(Multichain, OneSharedPairOfChainsIsSeen) {
  auto noise = Real();
  for (int pair = 0; pair < kPairs; ++pair) noise[5 * kPairs + pair] = noise[2 * kPairs + pair];
  const double ratio = MagnetisationRatio(noise);
  const auto miss = DrawCorrelation(noise);
  std::printf("chains 2 and 5 share: %.1f sigmas, variance ratio %.3f\n", miss.sigmas, ratio);
  EXPECT_GT(std::abs(miss.sigmas), LagLimit(miss));
  EXPECT_EQ(miss.from / kPairs, 2);
  EXPECT_EQ(miss.to / kPairs, 5);
  EXPECT_NEAR(ratio, 1.25, RatioLimit());  // two of eight chains count as one of double weight
}

TEST(Multichain, DelayedStreamsAreSeen) {
  for (const int words : {1, kRows, kWordsOfSweep, 37, kMaxLag}) {
    const auto miss = DrawCorrelation(Delayed(words));
    std::printf("delayed by %d words: %.1f sigmas at lag %d\n", words, miss.sigmas, miss.lag);
    EXPECT_GT(std::abs(miss.sigmas), LagLimit(miss)) << words;
    EXPECT_EQ(miss.lag % words, 0) << words;
  }
}

TEST(Multichain, SharedColumnPairsAreSeen) {
  auto noise = Real();
  for (int k = 0; k < kChains * kPairs; ++k) noise[k] = noise[k / kPairs * kPairs];
  const auto miss = DrawCorrelation(noise);
  EXPECT_GT(std::abs(miss.sigmas), LagLimit(miss));
  EXPECT_EQ(miss.from / kPairs, miss.to / kPairs);
}

}  // namespace
}  // namespace tsu::golden
