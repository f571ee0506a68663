// SPDX-License-Identifier: Apache-2.0
// The decision and the stationary law, exactly: no sampling error in any of these checks.
#include "tsu/law.hpp"

#include <gtest/gtest.h>

#include <algorithm>
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
constexpr double kBetas[] = {0.5, 1.0, 2.0, 3.0};
constexpr double kWords = 1 << regs::kNoiseWordBits;
constexpr int kFields = 1 << (regs::kFieldBits - 1);

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// ---- One decision --------------------------------------------------------------

// A state whose next word is `word`: with the three youngest words zero, w = old ^ (old <<
// ShiftOld).
NoiseState StateBefore(std::uint32_t word) {
  std::uint32_t old = word;
  for (std::uint32_t n = 0; n < regs::kNoiseWordBits; ++n) {
    old = (word ^ old << regs::kNoiseShiftOld) & ((1u << regs::kNoiseWordBits) - 1);
  }
  return {old, 0, 0, 0};
}

// The smallest word with this code.
std::uint32_t FirstWord(std::uint16_t code) {
  const std::uint32_t e = code >> regs::kThresholdManBits,
                      m = code & ((1u << regs::kThresholdManBits) - 1);
  return (e == 0 ? 0 : 1u << (e - 1)) << regs::kThresholdManBits | m;
}

// Two sites without edges: site 0 decides on a field given as its bias.
struct OneDecision {
  Core core{1, 2, ParsePattern("G8"), 1, kTableBits};
  explicit OneDecision(double beta) {
    core.tables = {MakeTable(beta, kTableBits)};
    core.layers = {{std::vector<std::int16_t>(16), std::vector<std::int16_t>(2), {}}};
  }
  bool Up(int field, std::uint32_t word) {
    core.layers[0].h[0] = static_cast<std::int16_t>(field);
    core.noise[0] = StateBefore(word);
    core.Row(0, 0, 0, 0, Mode::kSweep, false);
    EXPECT_EQ(core.last_words[0], word);
    return core.spins[0];
  }
};

TEST(Law, BothSignsOfEveryFieldSumToOne) {
  for (const double beta : kBetas) {
    OneDecision decision(beta);
    const Table table = decision.core.tables[0];
    for (int f = 1; f < kFields; ++f) {
      const double up = UpProbability(table, f), down = UpProbability(table, -f);
      ASSERT_EQ(up + down, 1.0) << "beta " << beta << " f " << f;
      ASSERT_EQ(down * kWords, std::floor(down * kWords))
          << "not a multiple of 2^-24: the sum above rounds";
      ASSERT_GT(down, 0);
      // The core turns at exactly this threshold, in both directions.
      const std::uint16_t threshold = table[std::min(f, (1 << kTableBits) - 1)];
      const std::uint32_t below = FirstWord(threshold - 1), at = FirstWord(threshold);
      ASSERT_FALSE(decision.Up(f, below)) << f;
      ASSERT_TRUE(decision.Up(f, at)) << f;
      ASSERT_TRUE(decision.Up(-f, below)) << f;
      ASSERT_FALSE(decision.Up(-f, at)) << f;
    }
    EXPECT_EQ(UpProbability(table, 0), 0.5);
    EXPECT_FALSE(decision.Up(0, 0x7FFFFF));
    EXPECT_TRUE(decision.Up(0, 0x800000));
  }
}

TEST(Law, ProbabilityIsTheSigmoid) {
  double worst_relative = 0;
  for (const double beta : kBetas) {
    const Table table = MakeTable(beta, kTableBits);
    double worst = 0;
    for (int f = -kFields; f < kFields; ++f) {
      const double exact = Sigmoid(2 * beta * f / 32.0), p = UpProbability(table, f);
      worst = std::max(worst, std::abs(p - exact));
      if (f < 0 && f > -(1 << kTableBits) && exact >= std::ldexp(1.0, -14)) {
        worst_relative = std::max(worst_relative, std::abs(p / exact - 1));
      }
    }
    std::printf("REPORT exact law: beta %.1f: max |P - sigmoid| = %.3g\n", beta, worst);
    EXPECT_LE(worst, 1.0 / 1024) << beta;
  }
  std::printf("max relative error of P(against) above 2^-14: %.3g\n", worst_relative);
  EXPECT_LE(worst_relative, std::ldexp(1.0, -11));
}

TEST(Law, TablesFallMonotonicallyFromHalf) {
  for (const double beta : {0.0, 0.01, 0.5, 1.0, 2.0, 3.0, 50.0}) {
    const Table table = MakeTable(beta, kTableBits);
    EXPECT_EQ(table[0], regs::kThresholdHalf);
    EXPECT_TRUE(std::is_sorted(table.rbegin(), table.rend())) << beta;
    EXPECT_GE(table.back(), 1);
  }
  EXPECT_TRUE(SaturatesInLaw(0.1, kTableBits, 600));
  EXPECT_FALSE(SaturatesInLaw(0.1, kTableBits, 500));
  EXPECT_FALSE(SaturatesInLaw(1.0, kTableBits, 600));
}

// ---- Stationary law ------------------------------------------------------------

double Distance(const Graph& graph, double beta) {
  return stats::TotalVariation(Kernel(graph, MakeTable(beta, kTableBits)).StationaryLaw(),
                               BoltzmannLaw(graph, beta));
}

Graph RandomGraph(const std::string& name, const Spread& spread, int free,
                  std::mt19937_64& random) {
  const Pattern pattern = ParsePattern(name);
  const int rows = 18 + static_cast<int>(random() % 5),
            cols = 18 + 2 * static_cast<int>(random() % 3);
  const auto layer = RandomLayer(rows, cols, pattern, 8, spread, random);
  const auto sites = RandomCluster(rows, cols, pattern, free, random);
  const auto spins = RandomBits(rows * cols, random),
             conditioning = RandomBits(rows * cols, random);
  return MakeGraph(rows, cols, pattern, layer, sites, spins, conditioning, true);
}

// The square lattice with equal edges, everything free.
Graph Ferromagnet(int rows, int cols, int weight, const std::vector<std::int16_t>& h) {
  const Pattern square = ParsePattern("0,1");
  const auto offsets = Offsets(square);
  const int n = rows * cols;
  LayerWeights layer{std::vector<std::int16_t>(n * 4), h, {}};
  for (int k = 0; k < n * 4; ++k) {
    const int x = k / 4 % cols + offsets[k % 4].dx, y = k / 4 / cols + offsets[k % 4].dy;
    if (x >= 0 && x < cols && y >= 0 && y < rows) layer.j[k] = static_cast<std::int16_t>(weight);
  }
  const std::vector<std::uint8_t> zero(n);
  return MakeGraph(rows, cols, square, layer, {zero, zero}, zero, zero, false);
}

// Random clusters of free sites among clamped ones, which reach them with weights of the same
// spread; couplings to a random conditioning plane. Judged up to beta J = 1.5, already a spin glass
// with fields of several units. Beyond that the barriers between wells need steps rarer than the
// floor of a threshold, 2^-24, and the weights of wells that a run would never see change places:
// those are printed, in brackets.
TEST(Law, StationaryLawIsBoltzmann) {
  std::mt19937_64 random(test::Seed());
  const Spread spreads[] = {{0.3, 0.2, 0.3}, {0.5, 0.3, 0.3}, {1.0, 0.5, 0.5}};
  std::printf(
      "REPORT exact law: worst total variation from Boltzmann of 20 models, 14 to 16 free sites, G8 to G24\n"
      "REPORT exact law: beta    J ~ 0.3     J ~ 0.5     J ~ 1\n");
  for (const double beta : kBetas) {
    std::printf("REPORT exact law: %.1f ", beta);
    for (const Spread& spread : spreads) {
      const bool judged = beta * spread.j <= 1.5;
      double worst = 0;
      for (const char* pattern : {"G8", "G12", "G16", "G20", "G24"}) {
        for (int n = 0; n < 4; ++n) {
          const double distance =
              Distance(RandomGraph(pattern, spread, n == 0 ? 16 : 14, random), beta);
          worst = std::max(worst, distance);
          EXPECT_TRUE(!judged || distance <= 2e-3)
              << pattern << " beta " << beta << " J " << spread.j;
        }
      }
      std::printf(judged ? "    %-8.2g" : "   (%.2g)", worst);
    }
    std::printf("\n");
  }
}

// Two wells, a ferromagnet of 4 x 4 with a small uneven bias. Their relative weight rests on
// crossings whose rarest steps have P = sigmoid(-8 beta J). The law holds while that is above the
// floor of a threshold, 2^-24; below it (beta J > 2.08) such a step happens more often than it
// should. The last line shows it: at beta J = 3 the wells' weights are off by percents, in a law
// that would cross once in 10^10 sweeps.
TEST(Law, WellsOfAFerromagnet) {
  const std::vector<std::int16_t> h{3, -2, 5, 0, -4, 1, 2, -3, 0, 4, -1, 2, -5, 3, 1, -2};
  std::printf("J      beta   total variation   P(all up)\n");
  for (const int weight : {8, 16, 24, 32}) {
    for (const double beta : kBetas) {
      const Graph graph = Ferromagnet(4, 4, weight, h);
      const double distance = Distance(graph, beta);
      std::printf("%.2f   %.1f    %.3g   %.3g\n", weight / 32.0, beta, distance,
                  BoltzmannLaw(graph, beta).back());
      const bool above_floor = Sigmoid(-8 * beta * weight / 32.0) > std::ldexp(1.0, -24);
      EXPECT_LE(distance, above_floor ? 2e-3 : 0.1) << "J " << weight / 32.0 << " beta " << beta;
    }
  }
}

TEST(Law, EveryEdgeCountsOnce) {
  for (const double beta : kBetas) {
    const int weight = 11;
    const Graph graph = Ferromagnet(1, 2, weight, {0, 0});
    const auto law = Kernel(graph, MakeTable(beta, kTableBits)).StationaryLaw();
    const double equal = law[0] + law[3], once = Sigmoid(2 * beta * weight / 32.0);
    EXPECT_NEAR(equal, once, 3e-4) << "beta " << beta;
    EXPECT_GT(std::abs(Sigmoid(4 * beta * weight / 32.0) - once), 0.01)
        << "cannot tell once from twice";
    EXPECT_NEAR(BoltzmannLaw(graph, beta)[0] * 2, once, 1e-12);
  }
}

// The enumeration, the kernel and the sampler of doubles are three programs; they agree with a
// pencil on three sites.
TEST(Law, JudgesAgreeOnAChainOfThree) {
  const Graph graph = Ferromagnet(1, 4, 16, {4, -8, 2, 0});
  const auto law = BoltzmannLaw(graph, 1.0);
  const auto weight = [](std::uint64_t state) {
    const auto s = [state](int k) { return state >> k & 1 ? 1.0 : -1.0; };
    return std::exp(0.5 * (s(0) * s(1) + s(1) * s(2) + s(2) * s(3)) + 0.125 * s(0) - 0.25 * s(1) +
                    0.0625 * s(2));
  };
  double total = 0;
  for (std::uint64_t state = 0; state < 16; ++state) total += weight(state);
  for (std::uint64_t state = 0; state < 16; ++state)
    EXPECT_NEAR(law[state], weight(state) / total, 1e-12);
  ReferenceSampler sampler(graph, 1.0, test::Seed());
  std::vector<std::uint64_t> counts(16);
  for (int n = 0; n < 400000; ++n) {
    sampler.Sweep();
    if (n % 8) continue;
    std::uint64_t state = 0;
    for (int k = 0; k < 4; ++k) state |= std::uint64_t{sampler.spins()[k] > 0} << k;
    ++counts[state];
  }
  EXPECT_LT(stats::ChiSquareTest(counts, law).sigmas, 5);
}

// All sites at once from the old state: the mistake a parallel array would make without its
// colours. Its law is not Boltzmann's, and the distance says so.
TEST(Law, BothColoursAtOnceIsSeen) {
  const Graph graph = Ferromagnet(2, 4, 12, {4, 0, -4, 0, 8, 0, 0, -2});
  const Table table = MakeTable(1.0, kTableBits);
  const std::size_t states = 256;
  std::vector<double> law(states, 1.0 / states);
  for (int sweep = 0; sweep < 400; ++sweep) {
    std::vector<double> next(states);
    for (std::size_t from = 0; from < states; ++from) {
      std::vector<double> part{law[from]};
      for (int u = 0; u < 8; ++u) {
        const double up = UpProbability(table, graph.Field(u, from));
        const std::size_t half = part.size();
        part.resize(2 * half);
        for (std::size_t s = 0; s < half; ++s) {
          part[half + s] = part[s] * up;
          part[s] *= 1 - up;
        }
      }
      for (std::size_t to = 0; to < states; ++to) next[to] += part[to];
    }
    law = next;
  }
  const double wrong = stats::TotalVariation(law, BoltzmannLaw(graph, 1.0));
  std::printf("total variation: colours in turn %.3g, both at once %.3g\n", Distance(graph, 1.0),
              wrong);
  EXPECT_GT(wrong, 0.05);
  EXPECT_LE(Distance(graph, 1.0), 2e-3);
}

}  // namespace
}  // namespace tsu::golden
