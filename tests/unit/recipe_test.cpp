// SPDX-License-Identifier: Apache-2.0
// Parts of the training recipe beside the gradient: levels, label cells, the choice of an epoch, tuning on a chain's own outputs.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>
#include <set>

#include "sw/src/layer_training.hpp"
#include "sw/src/train_batches.hpp"
#include "tests/support/rectangles.hpp"
#include "tsu/cpu.hpp"
#include "tsu/driver.hpp"
#include "tsu/error.hpp"
#include "tsu/train.hpp"

namespace tsu {
namespace {

using test::InRectangle;
using test::kPixels;
using test::Rectangles;
using test::SmallOptions;

Exit Refusal(const Rectangles& images, const TrainOptions& o) {
  try {
    Train(images.set(), o);
  } catch (const Error& e) {
    return e.exit();
  }
  return Exit::kOk;
}

TEST(Recipe, LevelsAreThoseAskedForWithCouplingsThatAreRun) {
  TrainOptions o = SmallOptions();
  o.steps = 3;
  o.levels = {0.7, 0.2};
  const auto levels = train::Levels(o);  // first step first
  ASSERT_EQ(levels.size(), 3u);
  EXPECT_EQ(levels[2].out, 1);
  EXPECT_NEAR(levels[2].in, 0.7, 0.02);
  EXPECT_NEAR(levels[1].in, 0.2, 0.02);
  EXPECT_EQ(levels[0].in, 0);
  for (const train::Level& level : levels) EXPECT_DOUBLE_EQ(level.in, level.out * std::tanh(level.c / 32.0));
  const Rectangles images(128);
  for (const std::vector<double>& bad : {std::vector{0.5}, {0.3, 0.4}, {1.0, 0.5}, {0.5, 0.0}}) {
    o.levels = bad;
    EXPECT_EQ(Refusal(images, o), Exit::kUsage);
  }
}

TEST(Recipe, NoiseKeepsTheSignalOfItsLevel) {
  const Rectangles images(512);
  std::vector<std::size_t> all(512);
  std::iota(all.begin(), all.end(), std::size_t{0});
  const train::Batch batch = train::Noised(images.set(), {0.8, 0.4, 0}, all, test::Seed(), 2);
  double out = 0, in = 0;
  for (std::size_t i = 0; i < images.bits.size(); ++i) {
    out += batch.out[i] == images.bits[i] ? 1 : -1;
    in += batch.in[i] == images.bits[i] ? 1 : -1;
  }
  const double n = static_cast<double>(images.bits.size()), sigma = 1 / std::sqrt(n);
  EXPECT_NEAR(out / n, 0.8, 4 * sigma);
  EXPECT_NEAR(in / n, 0.4, 4 * sigma);
  ASSERT_EQ(batch.label.size(), 512u * 2 * kClasses);
  for (int i = 0; i < 512; ++i)
    for (int k = 0; k < 2 * kClasses; ++k) EXPECT_EQ(batch.label[i * 2 * kClasses + k], k % kClasses == images.labels[i]);
}

TEST(Recipe, LabelCellsAreSpreadOverWhatTheImageLeavesFree) {
  const auto image = PlaceImage(64, 64, 28, 28);
  const auto labels = PlaceLabels(64, 64, image, 20);
  ASSERT_EQ(labels.size(), 200u);
  std::set<std::int32_t> all(image.begin(), image.end());
  all.insert(labels.begin(), labels.end());
  EXPECT_EQ(all.size(), image.size() + labels.size()) << "a site is taken twice";
  for (int c = 0; c < kClasses; ++c) {
    std::array<int, 4> quadrant{};
    for (std::size_t spot = 0; spot < 20; ++spot) {
      const int site = labels[spot * kClasses + c];
      ++quadrant[site / 64 / 32 * 2 + site % 64 / 32];
    }
    EXPECT_GE(*std::min_element(quadrant.begin(), quadrant.end()), 2) << "class " << c;
  }
  EXPECT_THROW(PlaceLabels(8, 8, PlaceImage(8, 8, 6, 6), 3), Error);
}

// Shares of clamped samples that are nearer to their label's rectangle.
double Agreement(const Model& model, int count) {
  RunOptions options;
  options.count = count;
  options.seed = test::Seed();
  for (int i = 0; i < count; ++i) options.labels.push_back(i & 1);
  const auto device = MakeCpuDevice(1);
  const RunResult run = RunModel(*device, model, options);
  int right = 0;
  for (int i = 0; i < count; ++i) {
    int wrong[2] = {};
    for (int p = 0; p < kPixels; ++p)
      for (int label = 0; label < 2; ++label)
        wrong[label] += run.samples[i * kPixels + p] != InRectangle(label, p);
    right += wrong[i & 1] < wrong[1 - (i & 1)];
  }
  return static_cast<double>(right) / count;
}

TEST(Recipe, ClampedLabelsAreObeyed) {
  const Rectangles images(640);
  TrainOptions o = SmallOptions();
  o.epochs = 40;
  o.rate = 0.02;
  o.label_spots = 2;
  const Model model = Train(images.set(), o).chosen;
  ASSERT_EQ(model.labels.size(), 2u * kClasses);
  // Free chains, as deployed ones, hold the labels; clamped ones the image too.
  for (std::int32_t i = 0; i < o.rows * o.cols; ++i) {
    const bool label = std::count(model.labels.begin(), model.labels.end(), i) > 0, pixel = std::count(model.visible.begin(), model.visible.end(), i) > 0;
    EXPECT_EQ(train::ClampLabels(model).clamp[i] != 0, label);
    EXPECT_EQ(train::ClampVisible(model).clamp[i] != 0, label || pixel);
  }
  EXPECT_GT(Agreement(model, 200), 0.9);  // without clamping: a half

  Rectangles bad = images;
  bad.labels[5] = 10;
  EXPECT_EQ(Refusal(bad, o), Exit::kBadInput);
  bad.labels.pop_back();
  EXPECT_EQ(Refusal(bad, o), Exit::kBadInput);
}

TEST(Recipe, TheChosenEpochIsTheBestOnImagesThatTeachNothing) {
  Rectangles images(3328);
  TrainOptions o = SmallOptions();
  o.epochs = 4;
  const Trained trained = Train(images.set(), o);
  const auto record = nlohmann::json::parse(trained.chosen.training);
  ASSERT_EQ(record.at("held_out"), 277);  // a twelfth
  for (const auto& pass : record.at("passes")) {
    const auto scores = pass.at("scores").get<std::vector<double>>();
    ASSERT_EQ(scores.size(), 4u);
    const std::size_t best = std::min_element(scores.begin(), scores.end()) - scores.begin();
    EXPECT_EQ(pass.at("chosen"), best + 1);
    const int layer = pass.at("layer");
    EXPECT_EQ(trained.chosen.layers[layer].j == trained.last.layers[layer].j, best == 3) << "layer " << layer;
  }
  // Other held-out images: other scores, the same training.
  for (std::size_t i = (3328 - 277) * kPixels; i < images.bits.size(); ++i) images.bits[i] ^= 1;
  const Trained other = Train(images.set(), o);
  EXPECT_NE(nlohmann::json::parse(other.chosen.training).at("passes"), record.at("passes"));
  for (int k = 0; k < 2; ++k) EXPECT_EQ(other.last.layers[k].j, trained.last.layers[k].j);
}

TEST(Recipe, TheChosenParametersAreTheAverageOfTheBestEpoch) {
  const Rectangles images(3328);
  TrainOptions o = SmallOptions();
  o.epochs = 6;
  o.rate = 0.3;  // wild: not every epoch is better than the one before
  const Model model = Train(Rectangles(128).set(), o).chosen;
  const TrainSet set = train::Part(images.set(), 0, 640), held_out = train::Part(images.set(), 640, 2688);
  train::LayerTraining training(o, model, set, held_out, 1, train::Levels(o)[1], false, {{0, 64}, {0, 64}});
  train::State state;
  training.Start(state, nullptr);
  std::vector<train::Parameters> averages;
  while (state.step < training.steps()) {
    training.Learn(state, training.Sample(state));
    if (state.step % training.an_epoch() == 0) averages.push_back(state.average);
  }
  ASSERT_EQ(state.scores.size(), averages.size());
  const auto best = std::min_element(state.scores.begin(), state.scores.end()) - state.scores.begin();
  EXPECT_EQ(state.chosen, averages[best]) << "epoch " << best + 1;
  EXPECT_NE(state.scores.front(), state.scores.back());
}

TEST(Recipe, TuningChangesOnlyWhatFollowsTheFirstStep) {
  const Rectangles images(640);
  TrainOptions o = SmallOptions();
  o.steps = 3;
  const Model plain = Train(images.set(), o).chosen;
  o.tuning_epochs = 1;
  const Model tuned = Train(images.set(), o).chosen;
  EXPECT_EQ(tuned.layers[0].j, plain.layers[0].j);
  EXPECT_NE(tuned.layers[1].j, plain.layers[1].j);
  EXPECT_NE(tuned.layers[2].j, plain.layers[2].j);
  EXPECT_EQ(nlohmann::json::parse(tuned.training).at("passes").size(), 5u);
  EXPECT_FALSE(nlohmann::json::parse(plain.training).contains("tuning"));
}

TEST(Recipe, TuningStartsFromTheStepAndSeesWhatTheStepsBeforeItGive) {
  const Rectangles images(128);
  TrainOptions o = SmallOptions();
  o.tuning_epochs = 1;
  const Model model = Train(images.set(), o).chosen;
  Model dark = model;
  for (auto& h : dark.layers[0].h) h = -300;
  const auto levels = train::Levels(o);
  const TrainSet none = train::Part(images.set(), 0, 0);
  const train::StepPart all{{0, 64}, {0, 64}};
  for (const bool tuning : {false, true}) {
    train::LayerTraining one(o, model, images.set(), none, 1, levels[1], tuning, all), other(o, dark, images.set(), none, 1, levels[1], tuning, all);
    train::State a, b;
    one.Start(a, nullptr);
    train::Parameters from = a.parameters;
    for (float& parameter : from) parameter += 0.25f;
    one.Start(a, &from);
    EXPECT_EQ(a.parameters, from);
    EXPECT_EQ(a.average, from);
    other.Start(b, &from);
    EXPECT_EQ(one.Sample(a) == other.Sample(b), !tuning) << "tuning " << tuning;
  }
}

}  // namespace
}  // namespace tsu
