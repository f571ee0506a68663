// SPDX-License-Identifier: Apache-2.0
// Calibration sets and the whole row, on a small data set of this test: 8 x 8, class c filled to c / 9 from the top.
#include "tsu/evaluation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/support/refusal.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/seed.hpp"
#include "tsu/files.hpp"

namespace tsu {
namespace {

constexpr std::size_t kPixels = 64, kTrain = 600, kTest = 200, kRow = 100;

class EvaluationTest : public testing::Test {
 protected:
  void SetUp() override {
    random_.seed(test::Seed());
    std::vector<std::uint8_t> patterns(10 * kPixels);
    for (std::size_t i = 0; i < patterns.size(); ++i) patterns[i] = i % kPixels / 8 < i / kPixels * 8 / 9;
    Write("train", kTrain, patterns);
    Write("t10k", kTest, patterns);
  }
  // Greys of 0 and 200 with one pixel in twelve flipped, one of 40 (on at 0.1, off at half of full scale) in the corner.
  void Write(const std::string& split, std::uint32_t images, const std::vector<std::uint8_t>& patterns) {
    Idx grey{{images, 8, 8}, {}}, labels{{images}, {}};
    for (std::uint32_t i = 0; i < images; ++i) {
      const std::uint8_t c = random_() % 20 == 0 ? 9 : i % 10;  // classes of different size
      labels.data.push_back(c);
      for (std::size_t p = 0; p < kPixels; ++p) {
        const bool on = patterns[c * kPixels + p] != (random_() % 12 == 0);
        grey.data.push_back(p == 0 ? 40 : on ? 200 : 0);
      }
    }
    SaveIdx(scratch_ / (split + "-images-idx3-ubyte"), grey);
    SaveIdx(scratch_ / (split + "-labels-idx1-ubyte"), labels);
  }
  EvalData Data() const { return LoadEvalData(scratch_ / "", 0.1); }
  static std::vector<Judge> Judges() {
    return {LoadJudge("sw/judges/optdigits-a.safetensors"), LoadJudge("sw/judges/optdigits-b.safetensors")};
  }
  static const ImageSet& Named(const std::vector<ImageSet>& sets, const std::string& part) {
    for (const ImageSet& set : sets)
      if (set.name.find(part) != std::string::npos) return set;
    throw std::runtime_error("no set " + part);
  }

  test::Scratch scratch_;
  std::mt19937_64 random_;
};

std::vector<int> Histogram(const std::vector<std::uint8_t>& labels) {
  std::vector<int> counts(10, 0);
  for (const std::uint8_t label : labels) ++counts[label];
  return counts;
}

double Differing(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
  double n = 0;
  for (std::size_t i = 0; i < a.size(); ++i) n += a[i] != b[i];
  return n / static_cast<double>(a.size());
}

TEST_F(EvaluationTest, SetsAreStratifiedAndWhatTheirNamesSay) {
  const EvalData data = Data();
  EXPECT_FALSE(data.held_out);
  EXPECT_FALSE(data.fashion);
  const ImageSet test = TestSet(data, kRow), train = TrainShare(data, kRow, 0);
  EXPECT_EQ(Histogram(test.labels), std::vector<int>(10, 10));
  EXPECT_EQ(Histogram(train.labels), std::vector<int>(10, 10));
  const auto sets = CalibrationSets(data, kRow, 1, 2);
  ASSERT_EQ(sets.size(), 8u);
  for (const ImageSet& set : sets) EXPECT_EQ(set.bits.size(), kRow * kPixels) << set.name;
  EXPECT_NEAR(Differing(Named(sets, " 2 %").bits, test.bits), 0.02, 0.01);
  EXPECT_NEAR(Differing(Named(sets, "10 %").bits, test.bits), 0.10, 0.02);
  const ImageSet &other = Named(sets, "binarised at 0.5"), &copies = Named(sets, "train copies"), &untrained = Named(sets, "untrained");
  for (std::size_t i = 0; i < kRow; ++i) {
    EXPECT_EQ(other.bits[i * kPixels], 0);
    EXPECT_EQ(copies.bits[i * kPixels], 1);
  }
  double fill = 0;
  for (const std::uint8_t bit : untrained.bits) fill += bit;
  EXPECT_NEAR(fill / static_cast<double>(untrained.bits.size()), 0.5, 0.05);
  // Within a class the pixels of its pattern are mostly on; class-blind they are on as often as anywhere.
  const ImageSet &per_class = Named(sets, "per class"), &blind = Named(sets, "class-blind");
  EXPECT_LT(Differing(per_class.bits, Named(sets, "train copies").bits), 0.25);
  EXPECT_GT(Differing(blind.bits, Named(sets, "train copies").bits), 0.3);
  EXPECT_EQ(CalibrationSets(data, kRow, 1, 1)[2].bits, sets[2].bits);
}

TEST_F(EvaluationTest, WithoutATestFileTheLastSixthOfTheTrainImagesStandsIn) {
  const EvalData whole = Data();
  std::filesystem::remove(scratch_ / "t10k-images-idx3-ubyte");
  const EvalData data = Data();
  EXPECT_TRUE(data.held_out);
  ASSERT_EQ(data.test.count, kTrain / 6);
  ASSERT_EQ(data.train.count, kTrain - kTrain / 6);
  EXPECT_EQ(data.train.sha256, whole.train.sha256);
  EXPECT_EQ(data.test_labels.size(), data.test.count);
  EXPECT_EQ(data.test_labels.back(), whole.train_labels.back());
  EXPECT_TRUE(std::equal(data.test.bits.rbegin(), data.test.bits.rend(), whole.train.bits.rbegin()));
  EXPECT_EQ(CalibrationSets(data, 50, 1, 1)[0].bits.size(), 50 * kPixels);
}

TEST_F(EvaluationTest, RowsTellSetsApart) {
  const EvalData data = Data();
  const Evaluation evaluation(data, Judges(), kRow, 2);
  const EvalRow test = evaluation.Evaluate(TestSet(data, kRow));
  EXPECT_EQ(test.samples, kRow);
  EXPECT_EQ(test.nearest_ratio, 1);
  EXPECT_LT(std::abs(test.mmd_ratio), 0.3);  // of few images; class-blind: 1
  const auto sets = CalibrationSets(data, kRow, 1, 2);
  const EvalRow copies = evaluation.Evaluate(Named(sets, "copies")), blind = evaluation.Evaluate(Named(sets, "blind")),
                flipped = evaluation.Evaluate(Named(sets, "10 %"));
  EXPECT_EQ(copies.nearest_ratio, 0);
  EXPECT_NEAR(blind.mmd_ratio, 1, 0.1);
  EXPECT_GT(flipped.nearest_ratio, 1.1);
  for (std::size_t j = 0; j < kJudges; ++j) {
    EXPECT_LT(1.2 * test.judged->fcd[j], flipped.judged->fcd[j]);
    EXPECT_LT(1.2 * flipped.judged->fcd[j], blind.judged->fcd[j]);
  }
  EXPECT_GT(test.judged->prdc.coverage, 2 * blind.judged->prdc.coverage);
  EXPECT_LT(2 * test.errors.correlation, blind.errors.correlation);
}

TEST_F(EvaluationTest, LabelsAndEntropyAreOfTheJudgesAnswers) {
  const EvalData data = Data();
  const std::vector<Judge> judges = Judges();
  const Evaluation evaluation(data, judges, kRow, 2);
  ImageSet set = TestSet(data, kRow);
  const FloatMatrix logits = judges[0].Run(set.bits).logits;
  std::vector<std::uint8_t> answers;
  for (std::size_t i = 0; i < kRow; ++i)
    answers.push_back(static_cast<std::uint8_t>(std::max_element(logits.row(i).begin(), logits.row(i).end()) - logits.row(i).begin()));
  set.labels = answers;
  const LabelAccuracy all = *evaluation.Evaluate(set).judged->labels;
  EXPECT_EQ(all.judge[0], 1);
  EXPECT_EQ(all.both, all.judge[1]);
  for (std::size_t i = 0; i < kRow / 4; ++i) set.labels[i] = (set.labels[i] + 1) % 10;
  EXPECT_EQ(evaluation.Evaluate(set).judged->labels->judge[0], 0.75);
  double bits = 0;
  for (const int n : Histogram(answers))
    if (n > 0) bits -= n / 100.0 * std::log2(n / 100.0);
  EXPECT_NEAR(evaluation.Evaluate(set).judged->entropy, bits, 1e-9);
  set.labels.clear();
  EXPECT_FALSE(evaluation.Evaluate(set).judged->labels.has_value());
}

TEST_F(EvaluationTest, JudgesAreFoundByWhatTheyLearntFrom) {
  const std::vector<Judge> judges = Judges();
  const auto found = FindJudges("sw/judges", judges[0].train_sha256);
  ASSERT_EQ(found.size(), kJudges);
  EXPECT_EQ(found[0].record, judges[0].record);
  EXPECT_EQ(found[1].record, judges[1].record);
  EXPECT_TRUE(FindJudges("sw/judges", Data().train.sha256).empty());
  EXPECT_TRUE(FindJudges(scratch_ / "nowhere", judges[0].train_sha256).empty());
  std::filesystem::copy_file("sw/judges/optdigits-a.safetensors", scratch_ / "x-a.safetensors");
  EXPECT_NE(test::Refusal(Exit::kBadInput, [&] { FindJudges(scratch_ / "", judges[0].train_sha256); }).find("x-b"), std::string::npos);
}

TEST_F(EvaluationTest, WithoutJudgesTheRestIsThere) {
  const EvalData data = Data();
  const EvalRow row = Evaluation(data, {}, kRow, 1).Evaluate(TestSet(data, kRow));
  EXPECT_FALSE(row.judged.has_value());
  EXPECT_EQ(row.nearest_ratio, 1);
}

}  // namespace
}  // namespace tsu
