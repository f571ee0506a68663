// SPDX-License-Identifier: Apache-2.0
// The fast sampler's quick noise, which training uses: the law of the thresholds down to 2^-24, chains that are independent, the
// same samples on every instruction set and thread count.
#include <gtest/gtest.h>

#include <array>
#include <bitset>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "sw/src/cpu_sampler.hpp"
#include "sw/src/cpu_targets.hpp"
#include "tests/support/seed.hpp"
#include "tsu/error.hpp"
#include "tsu/law.hpp"
#include "verif/golden/random_model.hpp"

namespace tsu {
namespace {

// Quick noise: sites without couplings, so that every update is a draw at a known field; frequencies against the table.
TEST(QuickNoise, FollowsTheThresholds) {
  constexpr int kRows = 32, kCols = 32, kChains = 256, kSweeps = 100;
  const Table table = MakeTable(1.0, 9);
  LayerWeights layer;
  layer.j.assign(kRows * kCols * 4, 0);
  for (int i = 0; i < kRows * kCols; ++i) layer.h.push_back(static_cast<std::int16_t>(i % 101 - 50));
  std::vector<std::vector<std::uint8_t>> finals;
  for (const std::string& target : cpu::Targets()) {
    ASSERT_TRUE(cpu::UseTarget(target));
    const bool best = finals.empty();
    cpu::Sampler sampler(kRows, kCols, ParsePattern("0,1"), kChains, 2);
    sampler.SetLayer(0, layer);
    sampler.SetTable(0, table);
    sampler.SetQuickNoise(test::Seed());
    std::vector<cpu::Step> steps = {{cpu::Step::Kind::kRandomiseAll}};
    steps.push_back({cpu::Step::Kind::kSweep, 2});
    sampler.Run(steps);
    finals.push_back(sampler.Bits(std::vector<std::int32_t>{0, 5, 77, 1023}));
    EXPECT_EQ(finals.back(), finals.front()) << target;
    if (!best) continue;  // the same samples need no second look
    steps.clear();
    for (int n = 0; n < kSweeps; ++n) {
      steps.push_back({cpu::Step::Kind::kSweep});
      steps.push_back({cpu::Step::Kind::kCount});
    }
    cpu::Statistics counts;
    sampler.Run(steps, nullptr, {&counts, 1});
    std::array<double, 101> down{}, sites{};
    for (int y = 0; y < kRows; ++y)
      for (int x = 0; x < kCols; ++x) {
        down[(y * kCols + x) % 101] += counts.down[x * kRows + y];
        sites[(y * kCols + x) % 101] += 1;
      }
    for (int v = 0; v < 101; ++v) {
      const double against = CodeProbability(table[std::abs(v - 50)]), p = v >= 50 ? against : 1 - against;
      const double n = sites[v] * kChains * kSweeps;
      EXPECT_NEAR(down[v] / n, p, 5 * std::sqrt(p * (1 - p) / n) + 1.0 / 65536) << "field " << v - 50 << " " << target;
    }
  }
  cpu::UseTarget("");
}

cpu::Sampler QuickSampler(int side, const std::string& pattern, int chains, int threads, const LayerWeights& layer) {
  cpu::Sampler sampler(side, side, ParsePattern(pattern), chains, threads);
  sampler.SetLayer(0, layer);
  sampler.SetTable(0, MakeTable(1.0, 9));
  sampler.SetQuickNoise(test::Seed());
  return sampler;
}

std::vector<std::int32_t> EverySite(int side) {
  std::vector<std::int32_t> sites(static_cast<std::size_t>(side) * side);
  std::iota(sites.begin(), sites.end(), 0);
  return sites;
}

// What a rank relies on that runs a part of the batch. Parts of a lane, of a block, of more than one; and one that ends in
// the midst of a lane.
TEST(QuickNoise, APartOfTheChainsDrawsWhatTheWholeDoes) {
  constexpr int kSide = 32, kChains = 960, kLane = cpu::kLaneChains;
  std::mt19937_64 random(test::Seed());
  const LayerWeights layer = golden::RandomLayer(kSide, kSide, ParsePattern("G8"), 8, {0.7, 1.0, 0}, random);
  const std::vector<std::int32_t> sites = EverySite(kSide);
  const std::vector<cpu::Step> program = {{cpu::Step::Kind::kRandomiseAll}, {cpu::Step::Kind::kSweep, 20}};
  cpu::Sampler whole = QuickSampler(kSide, "G8", kChains, 1, layer);
  whole.Run(program);
  const auto expected = whole.Bits(sites);
  for (const auto& [first, count] : {std::pair{0, 512}, {512, 448}, {kLane, kLane}, {3 * kLane, 4 * kLane}, {7 * kLane, 64}})
    for (const int threads : {1, 4}) {
      cpu::Sampler part = QuickSampler(kSide, "G8", count, threads, layer);
      part.SetQuickNoise(test::Seed(), first);
      part.Run(program);
      const auto begin = expected.begin() + static_cast<std::ptrdiff_t>(first * sites.size());
      EXPECT_EQ(part.Bits(sites), std::vector<std::uint8_t>(begin, begin + static_cast<std::ptrdiff_t>(count * sites.size())))
          << count << " chains from " << first << ", " << threads << " threads";
    }
  EXPECT_THROW(whole.SetQuickNoise(1, 64), Error) << "lanes are keyed as a whole";
}

// Quick noise on the full graph, against the law in double precision. After a sweep the second colour's sites have been
// drawn given the others as they stand. Events against the field are counted in classes of |f|, down to p = 2^-17.
TEST(QuickNoise, FollowsTheLawIntoTheTails) {
  constexpr int kSide = 70, kChains = 512, kSweeps = 30, kClass = 16, kClasses = 12, kMost = 256;
  std::mt19937_64 random(test::Seed());
  const Pattern pattern = ParsePattern("G12");
  const LayerWeights layer = golden::RandomLayer(kSide, kSide, pattern, 8, {0.7, 1.0, 0}, random);
  const auto offsets = Offsets(pattern);
  cpu::Sampler sampler = QuickSampler(kSide, "G12", kChains, 2, layer);
  const std::vector<std::int32_t> sites = EverySite(kSide);
  std::array<double, kClasses> expected{}, variance{}, seen{};
  sampler.Run(std::vector<cpu::Step>{{cpu::Step::Kind::kRandomiseAll}});
  for (int n = 0; n < kSweeps; ++n) {
    sampler.Run(std::vector<cpu::Step>{{cpu::Step::Kind::kSweep}});
    const auto bits = sampler.Bits(sites);
    for (int y = 0; y < kSide; ++y)
      for (int x = 1 - y % 2; x < kSide; x += 2) {
        const int site = y * kSide + x;
        for (int chain = 0; chain < kChains; ++chain) {
          const std::uint8_t* spin = &bits[static_cast<std::size_t>(chain) * kSide * kSide];
          int f = layer.h[site];
          for (std::size_t k = 0; k < offsets.size(); ++k) {
            const int weight = layer.j[site * offsets.size() + k];
            if (weight) f += spin[site + offsets[k].dy * kSide + offsets[k].dx] ? weight : -weight;
          }
          if (f == 0 || std::abs(f) >= kMost) continue;
          const double p = 1 / (1 + std::exp(2 * std::abs(f) / 32.0));
          const int bin = std::min(std::abs(f) / kClass, kClasses - 1);
          expected[bin] += p;
          variance[bin] += p * (1 - p);
          seen[bin] += (f > 0) != (spin[site] != 0);
        }
      }
  }
  for (int bin = 0; bin < kClasses; ++bin) {
    EXPECT_GT(expected[bin], 2) << "class " << bin << " says nothing";
    EXPECT_NEAR(seen[bin], expected[bin], 5 * std::sqrt(variance[bin]) + expected[bin] / 1024) << "|f| from " << bin * kClass;
  }
}

// Quick noise at fixed fields far out, to the smallest probability a table can say.
TEST(QuickNoise, Has24BitTails) {
  constexpr int kSide = 32, kChains = 1024, kSweeps = 1500;
  constexpr std::array<int, 5> kFields = {150, 180, 220, 256, 400};
  LayerWeights layer;
  layer.j.assign(kSide * kSide * 4, 0);
  for (int i = 0; i < kSide * kSide; ++i) layer.h.push_back(static_cast<std::int16_t>(kFields[i % 5]));
  cpu::Sampler sampler = QuickSampler(kSide, "0,1", kChains, 2, layer);
  std::vector<cpu::Step> steps;
  for (int n = 0; n < kSweeps; ++n) {
    steps.push_back({cpu::Step::Kind::kSweep});
    steps.push_back({cpu::Step::Kind::kCount});
  }
  cpu::Statistics counts;
  sampler.Run(steps, nullptr, {&counts, 1});
  for (int k = 0; k < 5; ++k) {
    double down = 0, n = 0;
    for (int i = k; i < kSide * kSide; i += 5, n += 1.0 * kChains * kSweeps) down += counts.down[i % kSide * kSide + i / kSide];
    const double p = CodeProbability(MakeTable(1.0, 9)[kFields[k]]);
    EXPECT_GT(n * p, 15);
    EXPECT_NEAR(down, n * p, 5 * std::sqrt(n * p)) << "field " << kFields[k];
  }
}

// Quick noise: rare events of any two chains of a block coincide as often as independent ones.
TEST(QuickNoise, ChainsAreIndependentInTheTail) {
  constexpr int kSide = 16, kChains = 512, kRounds = 150;
  LayerWeights layer;
  layer.j.assign(kSide * kSide * 4, 0);
  layer.h.assign(kSide * kSide, 44);  // p(down) = 1/16.6
  cpu::Sampler sampler = QuickSampler(kSide, "0,1", kChains, 1, layer);
  const double p = CodeProbability(MakeTable(1.0, 9)[44]);
  const auto sites = EverySite(kSide);
  std::array<double, kChains> together{};
  double samples = 0;
  for (int n = 0; n < kRounds; ++n) {
    sampler.Run(std::vector<cpu::Step>{{cpu::Step::Kind::kSweep}});
    const auto bits = sampler.Bits(sites);
    for (std::size_t i = 0; i < sites.size(); ++i, ++samples) {
      std::bitset<kChains> down;
      for (int chain = 0; chain < kChains; ++chain) down[chain] = !bits[chain * sites.size() + i];
      for (int apart = 1; apart < kChains; ++apart) together[apart] += static_cast<double>((down & (down >> apart)).count());
    }
  }
  for (int apart = 1; apart < kChains; ++apart) {
    const double pairs = samples * (kChains - apart), q = p * p;
    // Pairs share chains: the variance of their number is a little above the binomial one.
    EXPECT_NEAR(together[apart], pairs * q, 5.5 * std::sqrt(pairs * q * (1 + 2 * p))) << apart << " chains apart";
  }
}

TEST(QuickNoise, DoesNotDependOnThreads) {
  std::mt19937_64 random(test::Seed());
  const LayerWeights layer = golden::RandomLayer(20, 20, ParsePattern("G12"), 8, {0.5, 0.5, 0}, random);
  std::vector<std::uint8_t> first;
  for (const int threads : {1, 2, 3, 8}) {
    cpu::Sampler sampler = QuickSampler(20, "G12", 900, threads, layer);
    sampler.Run(std::vector<cpu::Step>{{cpu::Step::Kind::kRandomiseAll}, {cpu::Step::Kind::kSweep, 7}});
    const auto bits = sampler.Bits(EverySite(20));
    if (first.empty()) first = bits;
    EXPECT_EQ(bits, first) << threads << " threads";
  }
}

// Quick noise: no two chains and no two sites move together, and no site remembers.
TEST(QuickNoise, IsIndependent) {
  constexpr int kSide = 16, kChains = 128, kRounds = 400;
  cpu::Sampler sampler(kSide, kSide, ParsePattern("0,1"), kChains, 1);
  sampler.SetQuickNoise(test::Seed() + 1);
  const auto sites = EverySite(kSide);
  const std::vector<cpu::Step> step = {{cpu::Step::Kind::kRandomiseAll}};
  std::vector<std::vector<std::uint8_t>> rounds;
  for (int n = 0; n < kRounds; ++n) {
    sampler.Run(step);
    rounds.push_back(sampler.Bits(sites));
  }
  const std::size_t size = rounds[0].size();
  const auto agreement = [&](std::size_t shift, int lag) {  // in sigmas
    double sum = 0, n = 0;
    for (int t = lag; t < kRounds; ++t)
      for (std::size_t i = 0; i + shift < size; i += 3, ++n) sum += rounds[t][i] == rounds[t - lag][i + shift] ? 1 : -1;
    return std::abs(sum) / std::sqrt(n);
  };
  for (const std::size_t chain : {1, 2, 3, 4, 8, 16, 32, 64}) EXPECT_LT(agreement(chain * kSide * kSide, 0), 5) << chain;
  for (const std::size_t site : {1, 2, 16, 17, 32}) EXPECT_LT(agreement(site, 0), 5) << site;
  for (const int lag : {1, 2, 3}) EXPECT_LT(agreement(0, lag), 5) << lag;
}

}  // namespace
}  // namespace tsu
