// SPDX-License-Identifier: Apache-2.0
// Whole trainings: reproducible, resumable, and able to learn.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "tests/support/rectangles.hpp"
#include "tests/support/refusal.hpp"
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

void ExpectEqual(const Model& a, const Model& b) {
  ASSERT_EQ(a.layers.size(), b.layers.size());
  for (std::size_t k = 0; k < a.layers.size(); ++k) {
    EXPECT_EQ(a.layers[k].j, b.layers[k].j);
    EXPECT_EQ(a.layers[k].h, b.layers[k].h);
  }
  EXPECT_EQ(a.training, b.training);
}

TEST(Train, SameModelForAnyNumberOfThreadsOtherForAnotherSeed) {
  const Rectangles images(320);
  TrainOptions o = SmallOptions();
  const Model one = Train(images.set(), o).chosen;
  for (const int threads : {2, 3, 5}) {  // two layers side by side: one thread each, one each, two each
    o.threads = threads;
    ExpectEqual(one, Train(images.set(), o).chosen);
  }
  ++o.seed;
  EXPECT_NE(one.layers[0].j, Train(images.set(), o).chosen.layers[0].j);
}

TEST(Train, LayersSideBySideOnThreads) {
  const Rectangles images(320);
  TrainOptions o = SmallOptions();
  for (const int threads : {1, 2}) {
    o.threads = threads;
    std::vector<int> passes;  // of the reports, in their order
    Train(images.set(), o, [&](const TrainProgress& progress) {
      passes.push_back(progress.pass);
      const bool alone = std::count(passes.begin(), passes.end(), 1) == 0;
      if (threads == 2 && alone) std::this_thread::sleep_for(std::chrono::milliseconds(50));  // on a busy machine the other starts late
      return true;
    });
    EXPECT_EQ(std::is_sorted(passes.begin(), passes.end()), threads == 1);
    EXPECT_EQ(std::count(passes.begin(), passes.end(), 0), std::count(passes.begin(), passes.end(), 1));
  }
}

TEST(Train, TrainsWithWeightsOfALongerStep) {
  const Rectangles images(320);
  TrainOptions o = SmallOptions();
  o.epochs = 8;
  o.rate = 0.05;
  const Model fine = Train(images.set(), o).chosen;
  EXPECT_EQ(fine.training.find("weight_step"), std::string::npos) << "records of the usual step are as they were";
  o.weight_step = 8;
  const Model coarse = Train(images.set(), o).chosen;
  EXPECT_NE(coarse.training.find("\"weight_step\":8"), std::string::npos);
  const auto off_step = [](const Model& m) {
    int count = 0;
    for (const ModelLayer& layer : m.layers) count += std::count_if(layer.j.begin(), layer.j.end(), [](int j) { return j % 8 != 0; });
    return count;
  };
  EXPECT_GT(off_step(fine), 100);
  EXPECT_EQ(off_step(coarse), 0);
  EXPECT_TRUE(std::any_of(coarse.layers[0].j.begin(), coarse.layers[0].j.end(), [](int j) { return j != 0; }));
  EXPECT_TRUE(std::any_of(coarse.layers[0].h.begin(), coarse.layers[0].h.end(), [](int h) { return h % 8 != 0; }));
  for (const auto& [step, bits] : {std::pair{0, 8}, {3, 8}, {64, 8}, {-1, 8}, {8, 4}}) {
    o.weight_step = step;
    o.weight_bits = bits;
    EXPECT_NE(test::Refusal(Exit::kUsage, [&] { Train(images.set(), o); }).find("weight step"), std::string::npos) << step;
  }
}

TEST(Train, ResumesAfterAStopAsIfThereHadBeenNone) {
  const Rectangles images(320);
  const auto folder = std::filesystem::temp_directory_path() / ("tsu_train_test_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  TrainOptions o = SmallOptions();
  const Model whole = Train(images.set(), o).chosen;
  o.checkpoint = (folder / "c").string();
  for (const int stop : {3, 7, 14, 5}) {  // in the first layer twice, in the second once, then with both at work
    o.threads = stop == 5 ? 2 : 1;
    for (int pass = 0; pass < 2 && o.threads == 2; ++pass) std::filesystem::remove(CheckpointFile(o, pass));
    int calls = 0;
    try {
      Train(images.set(), o, [&](const TrainProgress&) { return ++calls < stop; });
    } catch (const Error& e) {
      EXPECT_EQ(e.exit(), Exit::kInterrupted);
    }
  }
  ExpectEqual(whole, Train(images.set(), o).chosen);

  TrainOptions other = o;
  other.rate *= 2;
  EXPECT_THROW(Train(images.set(), other), Error);  // a checkpoint of another training
  std::filesystem::resize_file(o.checkpoint + ".1", 1000);
  try {
    Train(images.set(), o);
    ADD_FAILURE() << "went on from a damaged checkpoint";
  } catch (const Error& e) {
    EXPECT_EQ(e.exit(), Exit::kBadInput);
  }
  o.checkpoint = (folder / "absent" / "c").string();
  try {
    Train(images.set(), o);
    ADD_FAILURE() << "wrote where it cannot";
  } catch (const Error& e) {
    EXPECT_EQ(e.exit(), Exit::kOutput);
  }
  std::filesystem::remove_all(folder);
}

TEST(Train, LearnsTwoRectangles) {
  const Rectangles images(640);
  TrainOptions o = SmallOptions();
  o.epochs = 60;
  o.rate = 0.02;
  const Model model = Train(images.set(), o).chosen;
  EXPECT_GT(model.layers[1].c[1], 0);  // conditioning attracts
  EXPECT_EQ(model.layers[0].c[1], 0);  // pure noise tells nothing
  RunOptions run;
  run.count = 400;
  run.seed = test::Seed() + 9;
  const auto drawn = RunModel(*MakeCpuDevice(1), model, run).samples;
  int near = 0, left = 0;
  for (int i = 0; i < 400; ++i) {
    int wrong_left = 0, wrong_right = 0;
    for (int p = 0; p < kPixels; ++p) {
      wrong_left += drawn[i * kPixels + p] != InRectangle(0, p);
      wrong_right += drawn[i * kPixels + p] != InRectangle(1, p);
    }
    near += std::min(wrong_left, wrong_right) <= 3;
    left += wrong_left < wrong_right;
  }
  EXPECT_GT(near, 340);  // 36 independent pixels: none
  EXPECT_GT(left, 100);  // both kinds
  EXPECT_LT(left, 300);
}

}  // namespace
}  // namespace tsu
