// SPDX-License-Identifier: Apache-2.0
// The wrong noises do what they are said to do, and each detector of the ablation sees the one it is for.
#include "verif/golden/noise_source.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "tests/support/refusal.hpp"
#include "tests/support/seed.hpp"
#include "tsu/driver.hpp"
#include "verif/devices/devices.hpp"
#include "verif/golden/noise_law.hpp"
#include "verif/golden/whole_model.hpp"
#include "verif/stats/stats.hpp"

namespace tsu::golden {
namespace {

constexpr Noise kShared{.kind = NoiseKind::kDelayed, .delay = 0};

LawBudget SmallBudget() { return {.boards = 16, .lanes = 32, .draws = 256, .spacing = 16, .threads = 0, .seed = test::Seed()}; }

// ---- Words -------------------------------------------------------------------

TEST(NoiseSource, ShortThresholdsAreNearestAndNeverZero) {
  for (const double beta : {1.0, 3.0}) {
    const Table shipped = MakeTable(beta, 9);
    for (const int bits : {1, 4, 8, 16}) {
      const Noise noise{.kind = NoiseKind::kShort, .bits = bits};
      const Table table = noise.thresholds(shipped);
      EXPECT_EQ(table[0], noise.source().half);
      for (std::size_t a = 0; a < table.size(); ++a) {
        const double step = std::ldexp(1.0, -bits), p = noise.probability()(table[a]);
        ASSERT_LE(std::abs(p - std::max(CodeProbability(shipped[a]), step)), step / 2) << bits << " bits, |f| = " << a;
        ASSERT_EQ(p / step, std::floor(p / step));
        ASSERT_GT(p, 0);
      }
    }
  }
}

TEST(NoiseSource, ShortCodesAreTheTopBits) {
  const NoiseSource source = Noise{.kind = NoiseKind::kShort}.source();
  EXPECT_EQ(source.code(0x123456), 0x1234);
  EXPECT_EQ(source.code(0xFFFFFF), 0xFFFF);
}

// The step is linear over F2: its order is 2^32 - 1, from every state, when its power is the identity and is not for
// any prime factor left out.
using Matrix = std::array<std::uint32_t, 32>;  // [bit] -> image of that bit
Matrix Product(const Matrix& a, const Matrix& b) {
  Matrix c{};
  for (int i = 0; i < 32; ++i)
    for (int k = 0; k < 32; ++k)
      if (a[i] >> k & 1) c[i] ^= b[k];
  return c;
}
Matrix Power(Matrix base, std::uint64_t n) {
  Matrix power{};
  for (int i = 0; i < 32; ++i) power[i] = 1u << i;
  for (; n; n >>= 1, base = Product(base, base))
    if (n & 1) power = Product(power, base);
  return power;
}

TEST(NoiseSource, RegisterShiftsOneBitAWordWithFullPeriod) {
  const NoiseSource source = Noise{.kind = NoiseKind::kShifted}.source();
  NoiseState state{0x9E3779B9};
  std::uint32_t before = source.step(state);
  for (int n = 0; n < 1000; ++n) {
    const std::uint32_t word = source.step(state);
    ASSERT_EQ(word & 0x7FFFFF, before >> 1);
    before = word;
  }
  Matrix step{};
  for (int i = 0; i < 32; ++i) {
    NoiseState unit{1u << i};
    source.step(unit);
    step[i] = unit[0];
  }
  const std::uint64_t period = 0xFFFFFFFF;
  const Matrix identity = Power(step, 0);
  EXPECT_EQ(Power(step, period), identity);
  for (const std::uint64_t factor : {3, 5, 17, 257, 65537}) EXPECT_NE(Power(step, period / factor), identity) << factor;
}

// ---- Law ---------------------------------------------------------------------

// The twin with a compare of 4 bits follows the law that the kernel of 4 bits has, and not Boltzmann's.
TEST(NoiseLaw, ShortCompareSamplesItsExactLaw) {
  const SmallMachine machine = MakeSmallMachine(test::Seed());
  const Noise noise{.kind = NoiseKind::kShort, .bits = 4};
  const SampledLaw sampled = SampleLaw(machine, 1, noise, SmallBudget());
  const Kernel kernel(machine.graph, noise.thresholds(MakeTable(1, 9)), noise.probability());
  const auto own = stats::ChiSquareTest(sampled.counts, kernel.StationaryLaw());
  const auto boltzmann = stats::ChiSquareTest(sampled.counts, BoltzmannLaw(machine.graph, 1));
  std::printf("4-bit compare: %.1f sigmas from its exact law, %.1f from Boltzmann's\n", own.sigmas, boltzmann.sigmas);
  EXPECT_LT(own.sigmas, 5);
  EXPECT_GT(boltzmann.sigmas, 10);
}

TEST(NoiseLaw, EveryWrongNoiseIsSeenAndTheShippedOneIsQuiet) {
  const SmallMachine machine = MakeSmallMachine(test::Seed());
  const LawBudget budget = SmallBudget();
  const double beta = 2, floor = SampledFloor(machine, beta, budget);
  const auto of = [&](const Noise& noise) {
    const SampledLaw law = SampleLaw(machine, beta, noise, budget);
    std::printf("%-36s TV %.4f (floor %.4f), variance ratios %.2f %.2f, R-hat %.4f\n", noise.name().c_str(), law.distance, floor,
                law.energy_ratio, law.spin_ratio, law.rhat);
    return law;
  };
  const double sigma = std::sqrt(2.0 / (budget.boards * budget.draws));  // of a ratio
  const SampledLaw shipped = of({});
  EXPECT_LT(shipped.distance, 1.2 * floor);
  EXPECT_NEAR(shipped.spin_ratio, 1, 5 * sigma);
  EXPECT_NEAR(shipped.rhat, 1, 0.01);
  EXPECT_GT(of({.kind = NoiseKind::kShifted}).distance, 2 * floor);
  EXPECT_GT(of({.kind = NoiseKind::kDelayed, .delay = 3}).spin_ratio, 1 + 10 * sigma);
  const SampledLaw shared = of(kShared);
  EXPECT_NEAR(shared.spin_ratio, budget.lanes, 1e-6 * budget.lanes);
  EXPECT_NEAR(shared.rhat, 1, 0.05) << "R-hat does not see lanes that share";
  // Exactly: a compare of 16 bits is right where 16 bits are enough, one of 6 is not.
  EXPECT_LT(ExactDistance(machine.graph, beta, {.kind = NoiseKind::kShort, .bits = 16}), 1e-3);
  EXPECT_GT(ExactDistance(machine.graph, beta, {.kind = NoiseKind::kShort, .bits = 6}), 1e-2);
}

// ---- Device ------------------------------------------------------------------

TEST(NoiseDevice, OptionsReachTheTwin) {
  RegisterGoldenDevice();
  const Model model = RandomModel({8, 8, ParsePattern("G8"), 8, 1, 1}, test::Seed(), 20);
  RunOptions options;
  options.count = 8;
  options.seed = test::Seed();
  const auto draw = [&](const std::string& more) {
    const auto device = OpenDevice("golden:?lanes=8" + more);
    return RunModel(*device, model, options).samples;
  };
  const auto shipped = draw("");
  EXPECT_EQ(draw("&noise=shipped"), shipped);
  EXPECT_NE(draw("&noise=shifted"), shipped);
  EXPECT_NE(draw("&noise=short&bits=4"), shipped);
  const auto shared = draw("&noise=delayed&delay=0"), delayed = draw("&noise=delayed");
  const std::size_t pixels = shared.size() / 8;
  for (int lane = 1; lane < 8; ++lane)
    EXPECT_TRUE(std::equal(shared.begin(), shared.begin() + pixels, shared.begin() + lane * pixels)) << lane;
  EXPECT_TRUE(std::equal(delayed.begin(), delayed.begin() + pixels, shipped.begin())) << "lane 0 has its own stream";
  EXPECT_NE(delayed, shared);
  EXPECT_EQ(OpenDevice("golden:?noise=short")->noise(), "pseudo-random, 16-bit compare");
}

TEST(NoiseDevice, RefusesWhatItDoesNotKnow) {
  RegisterGoldenDevice();
  for (const char* url : {"golden:?noise=white", "golden:?bits=8", "golden:?noise=short&bits=17", "golden:?noise=short&bits=0",
                          "golden:?noise=short&delay=1", "golden:?delay=1"})
    EXPECT_NE(test::Refusal(Exit::kUsage, [&] { OpenDevice(url); }).find(url), std::string::npos) << url;
}

}  // namespace
}  // namespace tsu::golden
