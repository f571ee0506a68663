// SPDX-License-Identifier: Apache-2.0
// Diagnosis of machines whose mixing is known, the machine of two wells against its exact law, and plots.
#include "tsu/diagnose.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

#include "sw/src/plot_font.hpp"
#include "tests/support/seed.hpp"
#include "tsu/cpu.hpp"
#include "tsu/double_well.hpp"
#include "tsu/error.hpp"
#include "tsu/plot.hpp"
#include "verif/devices/devices.hpp"
#include "verif/golden/whole_model.hpp"

namespace tsu {
namespace {

class DiagnoseTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    RegisterGoldenDevice();
    RegisterCpuDevice();
  }

  static DiagnoseOptions Options(int chains, int conditionings, std::vector<int> sweeps) {
    DiagnoseOptions o;
    o.chains = chains;
    o.conditionings = conditionings;
    o.projections = 8;
    o.sweeps = std::move(sweeps);
    o.seed = test::Seed();
    return o;
  }

  // Horizontal pairs of sites joined by j/32, nothing else: a sweep takes every memory down by exactly tanh(j/32)^2.
  static Model Pairs(int j, int sweeps) {
    Model m = DoubleWellTarget(ParsePattern("0,1"));
    m.layers[0].h.assign(kWellSites, 0);
    for (int i = 0; i < kWellSites; ++i) {
      m.layers[0].j[2 * i] = 0;
      m.layers[0].j[2 * i + 1] =
          static_cast<std::int16_t>(i % kWellSide % 2 ? j : 0);  // rotation 1 of (0,1) looks left
    }
    m.layers[0].schedule = {{1.0, sweeps}};
    return m;
  }
};

TEST_F(DiagnoseTest, EnergyIsTheDefinition) {
  const Model m = golden::RandomModel({12, 14, ParsePattern("G12"), 8, 2, 1}, test::Seed(), 20);
  std::mt19937_64 random(test::Seed());
  const std::size_t sites = m.site_class.size();
  std::vector<std::uint8_t> s(sites), u(sites);
  for (auto& bit : s) bit = random() & 1;
  for (auto& bit : u) bit = random() & 1;
  for (int k = 0; k < 2; ++k) {
    const LayerWeights w = Expand(m, k);
    const auto offsets = Offsets(m.pattern);
    std::int64_t twice = 0;  // every edge is met from both ends
    for (std::size_t i = 0; i < sites; ++i) {
      const int spin = 2 * s[i] - 1;
      twice -= 2 * spin * (w.h[i] + w.c[m.site_class[i]] * (2 * u[i] - 1));
      for (std::size_t n = 0; n < offsets.size(); ++n) {
        const int j = w.j[i * offsets.size() + n];
        if (j) twice -= j * spin * (2 * s[i + offsets[n].dy * m.cols + offsets[n].dx] - 1);
      }
    }
    EXPECT_EQ(2 * LayerEnergy(m, k)(s.data(), u.data()), twice);
  }
}

TEST_F(DiagnoseTest, KnownMemoryIsFound) {
  const double sigma = std::pow(std::tanh(2.0), 2);
  const LayerMixing m = Diagnose(*OpenDevice("cpu:"), Pairs(64, 20), Options(128, 16, {200})).at(0);
  const double exact_time = -1 / std::log(sigma);
  std::printf("coupled pairs: correlation time %.2f (%.2f to %.2f), exact %.2f\n", m.fit.time, m.shortest, m.longest,
              exact_time);
  ASSERT_TRUE(m.fit.found);
  EXPECT_NEAR(m.fit.sigma, sigma, 0.02);
  EXPECT_LT(m.shortest, m.fit.time);
  EXPECT_GT(m.longest, m.fit.time);
  EXPECT_LT(m.longest - m.shortest, exact_time);
  EXPECT_NEAR(m.ensemble_at_deployed, std::pow(sigma, 20), 6 * m.error_at_deployed);
  EXPECT_LT(m.error_at_deployed, 0.03);
  EXPECT_LT(m.ensemble[40], 0.3) << "lag 40";
  EXPECT_EQ(m.lags[40], 40);
}

TEST_F(DiagnoseTest, FreeSpinsMix) {
  const LayerMixing m = Diagnose(*OpenDevice("cpu:"), Pairs(0, 32), Options(16, 4, {100})).at(0);
  EXPECT_LT(m.at.back().rhat.worst, 1.05);
  EXPECT_GT(m.at.back().ess.mean, 0.8 * 16 * kDraws);
  EXPECT_LT(m.at.back().ess.worst, m.at.back().ess.mean);
  EXPECT_LT(std::abs(m.ensemble_at_deployed), 0.05);
  EXPECT_FALSE(m.trap());
}

TEST_F(DiagnoseTest, AStuckMachineIsToldThoughASingleChainReadsMixed) {
  Model magnet = DoubleWellTarget(ParsePattern("0,1"));  // all up or all down
  for (auto& j : magnet.layers[0].j) j = static_cast<std::int16_t>(std::abs(j));
  const LayerMixing m = Diagnose(*OpenDevice("cpu:"), magnet, Options(16, 4, {50})).at(0);
  EXPECT_GT(m.deployed_row().rhat.worst, 3);
  EXPECT_LT(std::abs(m.chain_at_deployed), kMixedAutocorrelation);
  EXPECT_GT(m.ensemble_at_deployed, 0.7);
  EXPECT_LT(m.deployed_row().ess.worst, 3 * 16);
  EXPECT_TRUE(m.trap());
}

TEST_F(DiagnoseTest, DevicesPassesAndSeeds) {
  const Model model = golden::RandomModel({12, 14, ParsePattern("G12"), 8, 2, 1}, test::Seed(), 20);
  const auto report = [&](const char* url, std::uint64_t seed) {
    DiagnoseOptions o = Options(6, 3, {10, 30});
    o.seed = seed;
    std::vector<double> numbers;
    for (const LayerMixing& m : Diagnose(*OpenDevice(url), model, o)) {
      for (const MixingAt& at : m.at)
        numbers.insert(numbers.end(),
                       {at.rhat.mean, at.rhat.worst, at.rhat_energy.worst, at.ess.mean, at.ess_energy.worst});
      numbers.insert(numbers.end(), m.ensemble.begin(), m.ensemble.end());
    }
    return numbers;
  };
  const auto whole = report("golden:", 1);
  for (const char* url : {"golden:?lanes=4", "golden:?lanes=2&groups=3", "cpu:", "cpu:?threads=2"})
    EXPECT_EQ(report(url, 1), whole) << url;
  EXPECT_NE(report("cpu:", 2), whole);
}

TEST_F(DiagnoseTest, ImagesAsConditionings) {
  const Model model = golden::RandomModel({12, 14, ParsePattern("G12"), 8, 2, 1}, test::Seed(), 20);
  const std::vector<std::uint8_t> images(3 * model.visible.size(), 1);
  DiagnoseOptions o = Options(4, 2, {10});
  const auto own = Diagnose(*OpenDevice("cpu:"), model, o);
  o.images = images;
  EXPECT_NE(Diagnose(*OpenDevice("cpu:"), model, o).back().ensemble, own.back().ensemble);
  o.images = std::span(images).subspan(1);
  EXPECT_THROW(Diagnose(*OpenDevice("cpu:"), model, o), Error);
}

TEST_F(DiagnoseTest, WhatCannotBeIsRefused) {
  const auto refused = [](const Model& model, const DiagnoseOptions& o) {
    try {
      Diagnose(*OpenDevice("cpu:"), model, o);
      return Exit::kOk;
    } catch (const Error& e) {
      return e.exit();
    }
  };
  const Model model = Pairs(0, 20);
  EXPECT_EQ(refused(model, Options(0, 4, {10})), Exit::kUsage);
  EXPECT_EQ(refused(model, Options(4, 1, {10})), Exit::kUsage);
  EXPECT_EQ(refused(model, Options(4, 4, {3})), Exit::kUsage);
  EXPECT_EQ(refused(Pairs(0, 5), Options(4, 4, {10})), Exit::kUsage);
}

// ---- The machine of two wells --------------------------------------------------

TEST_F(DiagnoseTest, ExactWellsAreKnownInTheLimits) {
  Model m = DoubleWellTarget(ParsePattern("0,1"));
  for (auto& j : m.layers[0].j) j = 0;
  double p = 0, overlap_large = 0;  // free spins: binomial
  for (const auto h : m.layers[0].h) p += (h ? 0.0 : 1.0) / kWellSites;
  for (auto& h : m.layers[0].h) h = 0;
  for (int up = 3 * kWellSites / 4; up <= kWellSites; ++up)
    overlap_large += std::exp(std::lgamma(kWellSites + 1.) - std::lgamma(up + 1.) - std::lgamma(kWellSites - up + 1.) -
                              kWellSites * std::log(2.));
  EXPECT_NEAR(ExactWells(m, 0).face / overlap_large, 1, 1e-9);
  EXPECT_NEAR(ExactWells(m, 0).mostly_face, 0.5, 1e-12);
  EXPECT_NEAR(p, 0.75, 1e-12) << "a field of 1/32 at a quarter of the sites";
  // Deep wells: the two ground states differ by twice the field summed, and little else counts.
  const Wells deep = ExactWells(DoubleWellTarget(ParsePattern("0,1")), 0);
  EXPECT_NEAR(deep.mostly_face, 1 / (1 + std::exp(-2 * 16 / 32.0)), 0.003);
  EXPECT_LT(deep.neither, 1e-4);
}

TEST_F(DiagnoseTest, AWeakMachineFollowsItsExactLaw) {
  Model first = DoubleWellSteps(ParsePattern("G12"));
  first.layers.resize(1);
  first.layers[0].schedule = {{1.0, 400}};
  WellOptions o{1024, 4, test::Seed()};
  const WellRun run = RunRestarted(*OpenDevice("cpu:"), first, o);
  const Wells exact = ExactWells(first, 0);
  const double n = o.chains * o.rounds;
  EXPECT_NEAR(run.wells.mostly_face, exact.mostly_face, 5 * 0.5 / std::sqrt(n));
  EXPECT_NEAR(run.wells.neither, exact.neither, 5 * 0.5 / std::sqrt(n));
  EXPECT_NEAR(exact.mostly_face, ExactWells(DoubleWellTarget(ParsePattern("G12")), 0).mostly_face, 0.01)
      << "the calibration";
}

TEST_F(DiagnoseTest, StuckAloneRightInSteps) {
  const auto device = OpenDevice("cpu:");
  const WellOptions o{256, 20, test::Seed()};
  const Model target = DoubleWellTarget(WellPattern(*device)), steps = DoubleWellSteps(WellPattern(*device));
  EXPECT_EQ(steps.layers.back().j, target.layers[0].j);
  EXPECT_EQ(steps.layers.back().h, target.layers[0].h);
  CheckModel(steps, "steps");
  CheckModel(target, "target");
  const Wells exact = ExactWells(target, 0);
  const WellRun stuck = RunStuck(*device, o), restarted = RunRestarted(*device, target, o),
                denoised = RunRestarted(*device, steps, o);
  const double sigma = std::sqrt(exact.face * exact.negative / (o.chains * o.rounds));
  EXPECT_LE(stuck.crossings, 2u);
  EXPECT_NEAR(stuck.wells.face, 0.5, 0.01);
  EXPECT_GT(stuck.rhat, 10);
  EXPECT_LT(restarted.wells.mostly_face, exact.mostly_face - 10 * sigma) << "noise does not weigh the wells";
  EXPECT_LT(restarted.rhat, 1.05) << "and R-hat cannot tell";
  EXPECT_NEAR(denoised.wells.mostly_face, exact.mostly_face, 5 * sigma);
  EXPECT_LT(denoised.wells.neither, 0.05);
  EXPECT_GT(denoised.crossings, denoised.chances / 4);
  EXPECT_EQ(RunStuck(*OpenDevice("golden:?lanes=4"), {7, 4, 5}).states, RunStuck(*device, {7, 4, 5}).states);
  EXPECT_NE(RunStuck(*device, {7, 4, 6}).states, RunStuck(*device, {7, 4, 5}).states);
}

// ---- Plots -----------------------------------------------------------------------

TEST(Plots, TicksAreRound) {
  EXPECT_EQ(Ticks(10, 2000, true), (std::vector<double>{10, 20, 50, 100, 200, 500, 1000, 2000}));
  EXPECT_EQ(Ticks(0, 3, false), (std::vector<double>{0, 0.5, 1, 1.5, 2, 2.5, 3}));
  EXPECT_GE(Ticks(1.01, 1.9, true).size(), 3u) << "less than a decade";
}

TEST(Plots, CurvesAreWhereTheirPointsAre) {
  Plot plot{"title", {"x", true}, {"y", true}, {{"up", {1, 10, 100}, {1, 10, 100}}}, {}};
  const Sheet sheet = DrawPlot(plot, 400, 300);
  ASSERT_EQ(sheet.pixels.size(), 400u * 300u);
  const auto bounds = [](const Sheet& a, const Sheet& b) {  // of the dots that differ
    std::array<int, 4> box{1 << 30, 1 << 30, -1, -1};
    for (int y = 0; y < a.height; ++y)
      for (int x = 0; x < a.width; ++x)
        if (a.pixels[y * a.width + x] != b.pixels[y * a.width + x])
          box = {std::min(box[0], x), std::min(box[1], y), std::max(box[2], x), std::max(box[3], y)};
    return box;
  };
  Plot moved = plot;
  moved.curves[0].y[1] = 20;  // only the middle of the curve moves, and upwards
  const auto box = bounds(sheet, DrawPlot(moved, 400, 300));
  EXPECT_GT(box[0], 64);
  EXPECT_LT(box[2], 340);
  EXPECT_LT(box[1], 150 - 20);
  Plot holes = plot;
  holes.curves[0].y = {1, HUGE_VAL, 100};
  EXPECT_NE(DrawPlot(holes, 400, 300).pixels, sheet.pixels) << "no line through a point that is not there";
  DrawPlot({});  // empty axes
}

TEST(Plots, LettersDiffer) {
  std::set<int> rows;
  for (const auto& glyph : kGlyphs) EXPECT_TRUE(rows.insert(glyph.rows).second) << glyph.letter;
  EXPECT_EQ(Glyph('a'), Glyph('A'));
  EXPECT_EQ(Glyph('~'), 077777);
}

}  // namespace
}  // namespace tsu
