// SPDX-License-Identifier: Apache-2.0
// The same samples however the job is cut: whole chains, layer by layer, many passes, any number of chains at once.
#include "tsu/driver.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/seed.hpp"
#include "tsu/cpu.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "verif/devices/devices.hpp"
#include "verif/golden/whole_model.hpp"

namespace tsu {
namespace {

class Driver : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    RegisterGoldenDevice();
    RegisterCpuDevice();
  }
  Model model_ = golden::RandomModel({12, 14, ParsePattern("G12"), 8, 3, 1}, test::Seed(), 6);

  RunResult Run(const std::string& url, int count, int resident = 0, bool film = true) {
    RunOptions options;
    options.count = count;
    options.seed = test::Seed();
    options.film = film;
    options.resident_layers = resident;
    return RunModel(*OpenDevice(url), model_, options);
  }
};

TEST_F(Driver, PassesAndShapesDoNotMatter) {
  const RunResult whole = Run("golden:", 13);
  EXPECT_EQ(whole.passes, 1);
  EXPECT_EQ(whole.film.size(), 4u);
  EXPECT_EQ(whole.film.back(), whole.samples);
  for (const char* url : {"golden:?lanes=4", "golden:?lanes=2&groups=3", "golden:?lanes=1", "cpu:", "cpu:?threads=2"}) {
    const RunResult other = Run(url, 13);
    EXPECT_EQ(other.samples, whole.samples) << url;
    EXPECT_EQ(other.film, whole.film) << url;
  }
  EXPECT_EQ(Run("golden:", 13, 0, false).samples, whole.samples) << "the film changes nothing";
}

TEST_F(Driver, LayerByLayerIsTheSame) {
  const RunResult whole = Run("golden:", 11);
  for (const int resident : {1, 2}) {
    for (const char* url : {"golden:", "golden:?lanes=4", "cpu:"}) {
      const RunResult other = Run(url, 11, resident);
      EXPECT_GT(other.passes, 1);
      EXPECT_EQ(other.film, whole.film) << url << " with " << resident << " layers resident";
    }
  }
}

TEST_F(Driver, SeedsAndChainsDiffer) {
  const RunResult run = Run("golden:", 2);
  EXPECT_NE(std::vector(run.samples.begin(), run.samples.begin() + run.pixels),
            std::vector(run.samples.begin() + run.pixels, run.samples.end()));
  RunOptions options;
  options.count = 2;
  options.seed = test::Seed() + 1;
  EXPECT_NE(RunModel(*OpenDevice("golden:"), model_, options).samples, run.samples);
}

TEST_F(Driver, CountsWhatItDid) {
  const RunResult run = Run("golden:", 5);
  EXPECT_EQ(run.sweeps, 3u * (1 + 2 * 4));
  EXPECT_EQ(run.flips, run.sweeps * 12 * 14 * 5);
  EXPECT_EQ(run.counters.flips, run.flips);
}

// Ten latents hold the label; each drives a pixel of its own, strongly.
TEST_F(Driver, LabelsAreClampedInEveryLayer) {
  const auto offsets = Offsets(model_.pattern);
  std::vector<int> driven;  // pixel of each class
  for (int i = 0; i < model_.rows * model_.cols && driven.size() < kClasses; ++i) {
    const int right = i + 1;
    if (i % model_.cols + 1 >= model_.cols || model_.site_class[i] > 0) continue;
    const auto pixel = std::find(model_.visible.begin(), model_.visible.end(), right);
    if (pixel == model_.visible.end()) continue;
    model_.site_class[i] = 2;
    model_.labels.push_back(i);
    driven.push_back(static_cast<int>(pixel - model_.visible.begin()));
    for (ModelLayer& layer : model_.layers) {
      std::fill(layer.j.begin(), layer.j.end(), std::int16_t{0});
      std::fill(layer.h.begin(), layer.h.end(), std::int16_t{0});
      layer.c = {};
    }
  }
  ASSERT_EQ(driven.size(), static_cast<std::size_t>(kClasses)) << "another seed, please";
  std::size_t east = 0;
  while (offsets[east].dx != 1 || offsets[east].dy != 0) ++east;
  for (ModelLayer& layer : model_.layers)
    for (const std::int32_t site : model_.labels) {
      const std::size_t rule = east / 4, r = east % 4;
      // Every edge is stored at one of its ends: this one at the label's, or at the pixel's.
      const std::size_t holder = r < 2 ? site : site + 1;
      layer.j[holder * 2 * model_.pattern.size() + 2 * rule + r % 2] = 127;
    }
  const RunResult whole = Run("golden:", 20);
  ASSERT_EQ(whole.labels.size(), 20u);
  for (int chain = 0; chain < 20; ++chain) {
    EXPECT_EQ(whole.labels[chain], chain % kClasses);
    for (std::size_t stage = 1; stage < whole.film.size(); ++stage)
      for (int c = 0; c < kClasses; ++c)
        EXPECT_EQ(whole.film[stage][chain * whole.pixels + driven[c]], c == chain % kClasses) << "chain " << chain << ", stage " << stage;
  }
  for (const char* url : {"golden:?lanes=4&groups=2", "cpu:", "cpu:?threads=2"}) EXPECT_EQ(Run(url, 20).film, whole.film) << url;
  EXPECT_EQ(Run("cpu:", 20, 1).film, whole.film) << "layer by layer";

  RunOptions options;
  options.count = 3;
  const auto refuse = [&](std::vector<std::uint8_t> labels) {
    options.labels = std::move(labels);
    EXPECT_THROW(RunModel(*OpenDevice("cpu:"), model_, options), Error);
  };
  refuse({1, 2});
  refuse({1, 2, 10});
  options.labels = {7, 7, 7};
  const RunResult sevens = RunModel(*OpenDevice("cpu:"), model_, options);
  for (int chain = 0; chain < 3; ++chain) EXPECT_EQ(sevens.samples[chain * sevens.pixels + driven[7]], 1);
}

TEST_F(Driver, FieldsThatSaturateAreRefused) {
  model_.layers[0].schedule[0].beta = 0.01;
  for (auto& h : model_.layers[0].h) h = 2000;
  try {
    Run("golden:", 1);
    FAIL() << "accepted";
  } catch (const Error& e) {
    EXPECT_EQ(e.exit(), Exit::kIncompatible);
  }
}

TEST_F(Driver, MoreThanAFileHoldsIsRefusedAtOnce) {
  const int most = static_cast<int>(kFileLimit / model_.visible.size());
  for (const auto& [count, film] : {std::pair{most + 1, false}, {most / 5 + 1, true}}) {
    try {
      Run("cpu:", count, 0, film);
      FAIL() << "accepted";
    } catch (const Error& e) {
      EXPECT_EQ(e.exit(), Exit::kUsage) << e.what();
    }
  }
}

}  // namespace
}  // namespace tsu
