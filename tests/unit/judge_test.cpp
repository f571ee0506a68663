// SPDX-License-Identifier: Apache-2.0
// The judges: outputs against those of the library that trained them, and against the definition in plain loops.
#include "tsu/judge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "tests/support/refusal.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/seed.hpp"
#include "tsu/files.hpp"
#include "tsu/train_data.hpp"

namespace tsu {
namespace {

constexpr double kTolerance = 1e-3;  // of the library's own order of additions, in float
const char* const kFiles[] = {"fashion-a", "fashion-b", "mnist-a", "mnist-b", "optdigits-a", "optdigits-b"};

std::string Path(const std::string& name) { return "sw/judges/" + name + ".safetensors"; }

void ExpectNear(const FloatMatrix& got, const FloatMatrix& want, std::size_t rows) {
  ASSERT_EQ(got.cols, want.cols);
  ASSERT_GE(want.rows, rows);
  float largest = 0;
  for (std::size_t i = 0; i < rows * want.cols; ++i) {
    ASSERT_NEAR(got.values[i], want.values[i], kTolerance * (1 + std::abs(want.values[i]))) << "element " << i;
    largest = std::max(largest, std::abs(want.values[i]));
  }
  EXPECT_GT(largest, 0.1);
}

// The layers by their definition, one image, one number at a time.
std::vector<double> Plain(const Judge& judge, const std::uint8_t* bits, std::vector<double>& features) {
  std::vector<double> x(bits, bits + judge.rows * judge.cols);
  for (const JudgeLayer& l : judge.layers) {
    std::vector<double> y;
    for (int r = 0; r < l.out_rows; ++r)
      for (int c = 0; c < l.out_cols; ++c)
        for (int o = 0; o < l.out; ++o) {
          const bool pool = l.kind == JudgeLayer::Kind::kMaxPool, dense = l.kind == JudgeLayer::Kind::kDense;
          const int height = dense ? l.rows : l.kernel, width = dense ? l.cols : l.kernel, step = pool ? l.kernel : l.stride;
          double value = pool ? -1e9 : l.bias[o];
          for (int a = 0; a < height; ++a)
            for (int b = 0; b < width; ++b)
              for (int i = 0; i < l.in; ++i) {
                const int row = r * step + a - l.pad_before, col = c * step + b - l.pad_before;
                if (row < 0 || row >= l.rows || col < 0 || col >= l.cols) continue;
                const double in = x[(row * l.cols + col) * l.in + i];
                if (!pool) value += in * l.weight[((a * width + b) * l.in + i) * l.out + o];
                if (pool && i == o) value = std::max(value, in);
              }
          y.push_back(l.relu ? std::max(value, 0.0) : value);
        }
    x = y;
    if (l.features) features = y;
  }
  return x;
}

TEST(Judge, OutputsAreThoseOfTheTrainingLibrary) {
  for (const char* name : kFiles) {
    SCOPED_TRACE(name);
    const Judge judge = LoadJudge(Path(name));
    EXPECT_GT(judge.test_accuracy, 0.8);
    const JudgeReference reference = LoadJudgeReference(Path(name));
    const JudgeOutput output = judge.Run(reference.images, 1);
    ASSERT_EQ(output.features.rows, 4u);
    ExpectNear(output.features, reference.made.features, 4);
    ExpectNear(output.logits, reference.made.logits, 4);
  }
}

TEST(Judge, OutputsAreTheDefinitionForAnyNumberOfThreads) {
  std::mt19937_64 random(test::Seed());
  for (const char* name : kFiles) {
    SCOPED_TRACE(name);
    const Judge judge = LoadJudge(Path(name));
    const std::size_t pixels = static_cast<std::size_t>(judge.rows) * judge.cols;
    std::vector<std::uint8_t> bits(9 * pixels);
    for (std::uint8_t& bit : bits) bit = random() % 3 == 0;
    const JudgeOutput one = judge.Run(bits, 1), three = judge.Run(bits, 3);
    EXPECT_EQ(one.features.values, three.features.values);
    EXPECT_EQ(one.logits.values, three.logits.values);
    for (const std::size_t image : {std::size_t{0}, std::size_t{8}}) {
      std::vector<double> features;
      const std::vector<double> logits = Plain(judge, &bits[image * pixels], features);
      ASSERT_EQ(features.size(), one.features.cols);
      for (std::size_t i = 0; i < features.size(); ++i)
        EXPECT_NEAR(one.features.row(image)[i], features[i], kTolerance * (1 + std::abs(features[i])));
      for (std::size_t i = 0; i < logits.size(); ++i)
        EXPECT_NEAR(one.logits.row(image)[i], logits[i], kTolerance * (1 + std::abs(logits[i])));
    }
  }
}

// $TSU_DATA: folder of the data sets, each a folder of IDX files.
TEST(Judge, OutputsOfTestImagesAreThoseOfTheTrainingLibrary) {
  const char* data = std::getenv("TSU_DATA");
  if (data == nullptr) GTEST_SKIP() << "the data sets are not part of this tree: set TSU_DATA to the folder of fashion-mnist, mnist and optdigits";
  for (const char* name : kFiles) {
    SCOPED_TRACE(name);
    const Judge judge = LoadJudge(Path(name));
    const std::string folder = std::string(data) + "/" + (judge.data_set == "fashion" ? "fashion-mnist" : judge.data_set);
    const BinaryImages train = LoadSplit(folder, true, judge.threshold);
    EXPECT_EQ(train.sha256, judge.train_sha256);
    const BinaryImages test = judge.held_out ? train : LoadSplit(folder, false, judge.threshold);
    const std::size_t first = judge.held_out ? train.count - judge.held_out : 0;
    const JudgeReference reference = LoadJudgeReference(Path(name));
    const std::size_t rows = reference.test.features.rows;
    ASSERT_EQ(rows, 16u);
    const JudgeOutput output = judge.Run(std::span(test.bits).subspan(first * test.pixels(), rows * test.pixels()));
    ExpectNear(output.features, reference.test.features, rows);
    ExpectNear(output.logits, reference.test.logits, rows);
  }
}

TEST(Judge, RefusesWhatIsNoJudge) {
  const Judge judge = LoadJudge(Path("optdigits-a"));
  EXPECT_NE(test::Refusal(Exit::kBadInput, [&] { judge.Run(std::vector<std::uint8_t>(65, 0)); }).find("whole images"), std::string::npos);
  const test::Scratch scratch;
  Bytes file = ReadFile(Path("optdigits-a"));
  const std::string text(file.begin(), file.end());
  const auto refusal = [&](const std::string& from, const std::string& to) {
    std::string damaged = text;
    damaged.replace(damaged.find(from), from.size(), to);
    EXPECT_NE(damaged, text);
    const std::string path = scratch.Write("damaged.safetensors", damaged);
    return test::Refusal(Exit::kBadInput, [&] { LoadJudge(path); });
  };
  EXPECT_NE(refusal("maxpool", "minpool").find("no such layer"), std::string::npos);
  EXPECT_NE(refusal("\\\"kernel\\\": 3", "\\\"kernel\\\": 9").find("wrong shape"), std::string::npos);
  EXPECT_NE(refusal("\\\"format_version\\\": 1", "\\\"format_version\\\": 2").find("version"), std::string::npos);
  EXPECT_NE(refusal("\\\"classes\\\": 10", "\\\"classes\\\": 11").find("do not end"), std::string::npos);
  EXPECT_NE(test::Refusal(Exit::kBadInput, [] { LoadJudge("sw/models/fashion-g12.safetensors"); }).find("not a judge"), std::string::npos);
}

}  // namespace
}  // namespace tsu
