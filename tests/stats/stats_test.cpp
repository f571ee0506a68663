// SPDX-License-Identifier: Apache-2.0
// The judges themselves: known values, and alarms that fire.
#include "verif/stats/stats.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/support/seed.hpp"

namespace tsu::stats {
namespace {

TEST(Stats, NormalTailsAreTheTables) {
  EXPECT_NEAR(TwoSidedP(1.959963985), 0.05, 1e-9);
  EXPECT_NEAR(SigmasOf(0.05), 1.959963985, 1e-8);
  EXPECT_NEAR(SigmasOf(TwoSidedP(6.5)), 6.5, 1e-9);
  EXPECT_NEAR(BonferroniSigmas(0.01, 100), SigmasOf(1e-4), 1e-12);
}

TEST(Stats, ChiSquareTailsAreTheTables) {
  EXPECT_NEAR(ChiSquareP(3.841458821, 1), 0.05, 1e-9);
  EXPECT_NEAR(ChiSquareP(18.30703805, 10), 0.05, 1e-9);
  EXPECT_NEAR(ChiSquareP(2.0, 2), std::exp(-1.0), 1e-12);  // dof 2 is the exponential law
  EXPECT_NEAR(ChiSquareP(1100, 1000), 0.0143, 1e-3);
}

TEST(Stats, ChiSquareTestIsQuietOnItsLawAndLoudOffIt) {
  std::mt19937_64 random(test::Seed());
  const std::vector<double> law{0.5, 0.3, 0.15, 0.049, 0.0009, 0.0001};
  const std::vector<double> off{0.52, 0.28, 0.15, 0.049, 0.0009, 0.0001};
  std::discrete_distribution<int> draw(law.begin(), law.end());
  double mean_p = 0;
  const int repeats = 200;
  for (int n = 0; n < repeats; ++n) {
    std::vector<std::uint64_t> counts(law.size());
    for (int k = 0; k < 50000; ++k) ++counts[draw(random)];
    mean_p += ChiSquareTest(counts, law).p / repeats;
    EXPECT_GT(ChiSquareTest(counts, off).sigmas, 4);
  }
  EXPECT_NEAR(mean_p, 0.5, 5 * std::sqrt(1.0 / 12 / repeats));
  // A count where the law has nothing.
  EXPECT_GT(
      ChiSquareTest(std::vector<std::uint64_t>{50, 50, 3}, std::vector<double>{0.5, 0.5, 0}).sigmas,
      30);
}

TEST(Stats, TotalVariationOfDisjointLawsIsOne) {
  EXPECT_DOUBLE_EQ(TotalVariation(std::vector<double>{1, 0}, std::vector<double>{0, 1}), 1);
  EXPECT_DOUBLE_EQ(TotalVariation(std::vector<double>{0.5, 0.5}, std::vector<double>{0.25, 0.75}),
                   0.25);
}

TEST(Stats, MeanHasItsTextbookError) {
  const auto estimate = MeanOf(std::vector<double>{1, 2, 3, 4});
  EXPECT_DOUBLE_EQ(estimate.mean, 2.5);
  EXPECT_NEAR(estimate.error, std::sqrt(5.0 / 3 / 4), 1e-12);
}

TEST(Stats, BlockVarianceTellsEqualChainsFromIndependentOnes) {
  std::mt19937_64 random(test::Seed());
  std::normal_distribution<double> normal;
  const int chains = 8, length = 4000;
  std::vector<double> independent(chains * length), equal(chains * length);
  for (auto& v : independent) v = normal(random);
  for (int k = 0; k < chains * length; ++k) equal[k] = independent[k % length];
  EXPECT_NEAR(BlockVarianceRatio(independent, chains), 1, 5 * std::sqrt(2.0 / length));
  EXPECT_NEAR(BlockVarianceRatio(equal, chains), chains, 0.1);
}

TEST(Stats, LaggedCorrelationFindsADelay) {
  std::mt19937_64 random(test::Seed());
  std::vector<bool> bits(4096 + 37);
  for (std::size_t t = 0; t < bits.size(); ++t) bits[t] = random() & 1;
  std::vector<BitSeries> series(3);
  for (std::size_t t = 0; t < 4096; ++t) {
    series[0].Append(bits[t]);
    series[1].Append(random() & 1);
    series[2].Append(bits[t + 37]);
  }
  const auto worst = WorstLaggedCorrelation(series, 64);
  EXPECT_NEAR(worst.sigmas, std::sqrt(4032.0), 1e-9);  // 4096 - 37 in whole words of 64
  EXPECT_EQ(worst.from, 2);
  EXPECT_EQ(worst.to, 0);
  EXPECT_EQ(worst.lag, 37);
  EXPECT_EQ(worst.cases, 3 * 129);
  series.pop_back();
  EXPECT_LT(std::abs(WorstLaggedCorrelation(series, 64).sigmas), BonferroniSigmas(1e-6, 129));
}

}  // namespace
}  // namespace tsu::stats
