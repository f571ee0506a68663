// SPDX-License-Identifier: Apache-2.0
// Quality against sweeps of a machine whose pictures are known: the two wells, a face and its negative.
#include "tsu/quality_curve.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/refusal.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/seed.hpp"
#include "tsu/cpu.hpp"
#include "tsu/double_well.hpp"
#include "tsu/driver.hpp"
#include "tsu/files.hpp"
#include "verif/devices/devices.hpp"

namespace tsu {
namespace {

constexpr std::size_t kRow = 64;

class QualityCurveTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    RegisterGoldenDevice();
    RegisterCpuDevice();
  }
  // Train and test images: face or negative, one pixel in thirty flipped.
  void SetUp() override {
    std::mt19937_64 random(test::Seed());
    for (const auto& [split, images] : {std::pair("train", 400u), std::pair("t10k", 100u)}) {
      Bytes grey;
      for (std::uint32_t i = 0; i < images; ++i) {
        const bool negative = random() % 2;
        for (int p = 0; p < kWellSites; ++p) grey.push_back(((FaceAt(p) > 0) != negative) != (random() % 30 == 0) ? 255 : 0);
      }
      SaveIdx(scratch_ / (std::string(split) + "-images-idx3-ubyte"), {{images, kWellSide, kWellSide}, grey});
    }
    evaluation_.emplace(LoadEvalData(scratch_ / "", kBinarisation), std::vector<Judge>{}, kRow, 1);
    options_.count = kRow;
    options_.seed = test::Seed();
  }
  std::vector<QualityAt> Curve(const Model& model, std::vector<int> sweeps) {
    options_.sweeps = std::move(sweeps);
    return QualityCurve(*OpenDevice("golden:"), model, *evaluation_, options_);
  }

  test::Scratch scratch_;
  std::optional<Evaluation> evaluation_;
  QualityOptions options_;
  const Model target_ = DoubleWellTarget(ParsePattern("G8")), steps_ = DoubleWellSteps(ParsePattern("G8"));
};

TEST_F(QualityCurveTest, EveryPointIsTheModelAtItsSweeps) {
  const auto curve = Curve(steps_, {40, 5, 40});
  ASSERT_EQ(curve.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const QualityAt& at = curve[i];
    EXPECT_EQ(at.sweeps, (std::vector<int>{5, 40, kWellSweeps}[i]));
    EXPECT_EQ(at.deployed, i == 2);
    RunOptions options;
    options.count = kRow;
    options.seed = test::Seed();
    const Model model = i == 2 ? steps_ : WithSweeps(steps_, at.sweeps);
    const RunResult run = RunModel(*OpenDevice("cpu:"), model, options);
    EXPECT_EQ(run.sweeps, 1u + 2 + 3 * at.sweeps) << "x_T, a random start of two steps";
    EXPECT_EQ(at.sample_sha256, run.sample_sha256());
    EXPECT_EQ(at.row.mmd_ratio, evaluation_->Evaluate({"", run.samples, {}, 0}).mmd_ratio);
    EXPECT_FALSE(at.row.judged.has_value());
  }
}

TEST_F(QualityCurveTest, AMachineThatIsReadTooEarlyIsWorse) {
  const auto curve = Curve(target_, {1, 4, 100});
  for (std::size_t i = 0; i + 1 < 3; ++i) {
    EXPECT_GT(curve[i].row.mmd_ratio, 1.2 * curve[i + 1].row.mmd_ratio) << curve[i].sweeps;
    EXPECT_GT(curve[i].row.nearest_ratio, 1.2 * curve[i + 1].row.nearest_ratio) << curve[i].sweeps;
  }
}

TEST_F(QualityCurveTest, ProgressRisesToTheEnd) {
  std::vector<double> shown;
  options_.progress = [&shown](double done) { shown.push_back(done); };
  Curve(target_, {2, 6});
  ASSERT_GE(shown.size(), 3u);
  EXPECT_TRUE(std::is_sorted(shown.begin(), shown.end()));
  EXPECT_GT(shown.front(), 0);
  EXPECT_NEAR(shown.back(), 1, 1e-12);
}

TEST_F(QualityCurveTest, StepsOfDifferentSweepsHaveNoDeployedNumber) {
  Model model = steps_;
  model.layers[1].schedule = {{1.0, 7}};
  const auto curve = Curve(model, {5});
  ASSERT_EQ(curve.size(), 1u);
  EXPECT_FALSE(curve[0].deployed);
}

TEST_F(QualityCurveTest, SweepsOutOfRangeAreRefused) {
  for (const int sweeps : {0, -1, kMostSweeps + 1})
    EXPECT_NE(test::Refusal(Exit::kUsage, [&] { Curve(target_, {10, sweeps}); }).find(std::to_string(sweeps)), std::string::npos);
}

}  // namespace
}  // namespace tsu
