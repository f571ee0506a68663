// SPDX-License-Identifier: Apache-2.0
// Short weights: their values, and that finer units are the same machine.
#include "verif/golden/weight_law.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "tests/support/refusal.hpp"
#include "tests/support/seed.hpp"
#include "tsu/driver.hpp"
#include "tsu/law.hpp"
#include "verif/devices/devices.hpp"
#include "verif/golden/whole_model.hpp"
#include "verif/stats/stats.hpp"

namespace tsu::golden {
namespace {

TEST(ShortWeights, StepRangeAndTies) {
  EXPECT_EQ(WeightStep(3), 1.0);
  EXPECT_EQ(WeightStep(8), 1 / 32.0);
  EXPECT_EQ(WeightStep(10), 1 / 128.0);
  for (int bits = kFewestWeightBits; bits <= kMostWeightBits; ++bits) {
    const double step = WeightStep(bits);
    EXPECT_EQ(ShortWeight(100, bits), 4 - step);
    EXPECT_EQ(ShortWeight(-100, bits), step - 4);
    EXPECT_EQ(ShortWeight(step / 2, bits), step);
    EXPECT_EQ(ShortWeight(-step / 2, bits), -step);
    EXPECT_EQ(ShortWeight(0.49 * step, bits), 0);
    EXPECT_EQ(ShortWeight(-1.51 * step, bits), -2 * step);
  }
}

// Small weights, so that every field stays within a table of 512 entries of units four times finer.
Model SmallModel() {
  Model m = RandomModel({8, 8, ParsePattern("G8"), 8, 2, 4}, test::Seed(), 30);
  for (ModelLayer& layer : m.layers)
    for (auto& j : layer.j) j = static_cast<std::int16_t>(j / 16);
  return m;
}

TEST(ShortWeights, RoundingAModelChangesCouplingsAlone) {
  Model m = RandomModel({8, 8, ParsePattern("G8"), 8, 2, 4}, test::Seed(), 30);
  std::vector<std::size_t> edges;
  for (std::size_t i = 0; i < m.layers[0].j.size(); ++i)
    if (m.layers[0].j[i] != 0) edges.push_back(i);
  m.layers[0].j[edges[0]] = 16, m.layers[0].j[edges[1]] = 127;
  for (const int bits : {3, 4, 5, 6, 7}) {
    const Model r = WithShortWeights(m, bits);
    const int step = 1 << (8 - bits);
    CheckModel(r, "rounded");
    EXPECT_EQ(r.layers[0].j[edges[0]], bits == 3 ? 32 : 16);
    EXPECT_EQ(r.layers[0].j[edges[1]], 128 - step);
    for (std::size_t k = 0; k < m.layers.size(); ++k) {
      EXPECT_EQ(r.layers[k].h, m.layers[k].h);
      EXPECT_EQ(r.layers[k].c, m.layers[k].c);
      EXPECT_EQ(r.layers[k].schedule[0].beta, m.layers[k].schedule[0].beta);
      for (std::size_t i = 0; i < m.layers[k].j.size(); ++i) {
        const int before = m.layers[k].j[i], after = r.layers[k].j[i];
        ASSERT_EQ(after % step, 0);
        if (std::abs(before) <= 128 - step) {
          ASSERT_LE(2 * std::abs(after - before), step);
        }
      }
    }
  }
  EXPECT_EQ(WithShortWeights(m, 8).layers[1].j, m.layers[1].j);
  EXPECT_EQ(WithShortWeights(m, 9).weight_bits, 9);
  EXPECT_EQ(WithShortWeights(m, 10).layers[0].j[edges[1]], 508);
}

// Every probability of a decision, then the samples of a whole run: equal, bit for bit.
TEST(ShortWeights, FinerUnitsAreTheSameLaw) {
  for (const int bits : {9, 10}) {
    const int factor = WeightScale(bits);
    for (const double beta : {0.9, 1.0, 1.15, 2.0}) {
      const Table fine = MakeTable(beta / factor, ShortTableBits(bits)), usual = MakeTable(beta, 9);
      for (int f = 0; f < 512 && f * factor < static_cast<int>(fine.size()); ++f) ASSERT_EQ(fine[f * factor], usual[f]) << f << " beta " << beta;
      EXPECT_FALSE(SaturatesInLaw(beta / factor, ShortTableBits(bits), 4095)) << beta;
    }
  }
  EXPECT_TRUE(SaturatesInLaw(0.9 / 4, 9, 4095)) << "ten bits do need larger tables";
  RegisterGoldenDevice();
  const Model m = SmallModel();
  RunOptions run;
  run.count = 64;
  run.seed = test::Seed();
  const auto samples = RunModel(*OpenDevice("golden:"), m, run).samples;
  for (const int bits : {9, 10}) {
    const Model finer = WithShortWeights(m, bits);
    CheckModel(finer, "scaled");
    EXPECT_EQ(RunModel(*OpenDevice("golden:?table_bits=" + std::to_string(ShortTableBits(bits))), finer, run).samples, samples) << bits;
  }
  Model wrong = WithShortWeights(m, 9);
  for (ModelLayer& layer : wrong.layers)
    for (Segment& s : layer.schedule) s.beta *= 2;
  EXPECT_NE(RunModel(*OpenDevice("golden:"), wrong, run).samples, samples) << "twice the fields at the same beta is colder";
}

// The error of the law falls with the bits, about by half a bit, down to that of the thresholds.
TEST(ShortWeights, DistanceFallsWithTheBits) {
  std::mt19937_64 random(test::Seed());
  double before = 2;
  std::vector<FineMachine> machines;
  for (int n = 0; n < 6; ++n) machines.push_back(MakeFineMachine(0.5, 12, random));
  std::printf("bits  total variation: of short weights, of the machine (seed %llu)\n", static_cast<unsigned long long>(test::Seed()));
  for (int bits = 4; bits <= kMostWeightBits; ++bits) {
    WeightDistance mean;
    for (const FineMachine& machine : machines) {
      const WeightDistance d = DistanceOfShort(machine, bits, 1);
      mean.weights += d.weights / static_cast<double>(machines.size());
      mean.machine += d.machine / static_cast<double>(machines.size());
    }
    std::printf("%4d  %.3g  %.3g\n", bits, mean.weights, mean.machine);
    EXPECT_LT(mean.weights, 0.75 * before) << bits;
    EXPECT_NEAR(mean.machine, mean.weights, 4e-4) << bits << ": threshold tables of a law that is right";
    before = mean.weights;
  }
  EXPECT_LT(before, 5e-3);
  const Graph g = ShortGraph(machines[0], 10);
  for (int u = 0; u < g.variables(); ++u) EXPECT_EQ(g.bias[u] * (kFineUnits / 4), machines[0].graph.bias[u]) << "biases are not short";
}

TEST(ShortWeights, Refusals) {
  const Model m = SmallModel();
  EXPECT_NE(test::Refusal(Exit::kUsage, [&] { WithShortWeights(m, 2); }).find("3 to 10"), std::string::npos);
  EXPECT_NE(test::Refusal(Exit::kUsage, [&] { WithShortWeights(m, 11); }).find("11"), std::string::npos);
  Model narrow = m;
  narrow.weight_bits = 7;
  EXPECT_NE(test::Refusal(Exit::kIncompatible, [&] { WithShortWeights(narrow, 5); }).find("7 bits"), std::string::npos);
  EXPECT_NE(test::Refusal(Exit::kIncompatible, [&] { Scaled(m, 8); }).find("11 bits"), std::string::npos);
  Model biased = m;
  biased.layers[1].h[3] = 1500;
  EXPECT_NO_THROW(WithShortWeights(biased, 8));
  EXPECT_NE(test::Refusal(Exit::kIncompatible, [&] { WithShortWeights(biased, 9); }).find("1500"), std::string::npos);
}

}  // namespace
}  // namespace tsu::golden
