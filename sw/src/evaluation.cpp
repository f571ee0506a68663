// SPDX-License-Identifier: Apache-2.0
#include "tsu/evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "tsu/error.hpp"

namespace tsu {
namespace {

std::vector<std::size_t> Answers(const FloatMatrix& logits) {
  std::vector<std::size_t> answers;
  for (std::size_t i = 0; i < logits.rows; ++i) {
    const auto row = logits.row(i);
    answers.push_back(static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin()));
  }
  return answers;
}

double Entropy(const std::vector<std::size_t>& answers, std::size_t classes) {
  std::vector<double> counts(classes, 0);
  for (const std::size_t answer : answers) ++counts[answer];
  double bits = 0;
  for (const double count : counts) {
    const double share = count / static_cast<double>(answers.size());
    if (share > 0) bits -= share * std::log2(share);
  }
  return bits;
}

LabelAccuracy Accuracy(const std::array<std::vector<std::size_t>, kJudges>& answers, const std::vector<std::uint8_t>& labels) {
  std::array<std::size_t, kJudges> right{};
  std::size_t both = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    std::size_t agree = 0;
    for (std::size_t j = 0; j < kJudges; ++j) {
      const bool as_labelled = answers[j][i] == labels[i];
      right[j] += as_labelled;
      agree += as_labelled;
    }
    both += agree == kJudges;
  }
  const double n = static_cast<double>(labels.size());
  LabelAccuracy a;
  for (std::size_t j = 0; j < kJudges; ++j) a.judge[j] = static_cast<double>(right[j]) / n;
  a.both = static_cast<double>(both) / n;
  return a;
}

}  // namespace

std::vector<Judge> FindJudges(const std::string& dir, const std::string& train_sha256) {
  std::vector<Judge> judges;
  std::error_code none;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(dir, none)) paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  const std::string first = "-a.safetensors";
  for (const std::string& path : paths) {
    if (!path.ends_with(first)) continue;
    Judge judge = LoadJudge(path);
    if (judge.train_sha256 != train_sha256) continue;
    judges.push_back(std::move(judge));
    judges.push_back(LoadJudge(path.substr(0, path.size() - first.size()) + "-b.safetensors"));
    if (judges[1].train_sha256 != train_sha256 || judges[1].threshold != judges[0].threshold)
      throw Error(Exit::kBadInput, "the two judges learnt from different images", judges[1].path, "train both again with `make judges`");
    return judges;
  }
  return judges;
}

Evaluation::Evaluation(const EvalData& data, std::vector<Judge> judges, std::size_t n, int threads)
    : judges_(std::move(judges)), threads_(threads), pixels_(data.train.pixels()), train_(data.train.bits, pixels_),
      mmd_(train_, kMmdSigma, threads), pixels_reference_(train_) {
  test_nearest_ = mmd_.Hold(PackedImages(TestSet(data, n).bits, pixels_)).nearest;
  if (judges_.empty()) return;
  for (const Judge& judge : judges_)
    features_.push_back(Statistics(judge.Run(data.train.bits, threads).features, "train images"));
  prdc_.emplace(judges_[0].Run(TrainShare(data, n, 0).bits, threads).features, kNeighbours, threads);
}

EvalRow Evaluation::Evaluate(const ImageSet& set) const {
  const PackedImages packed(set.bits, pixels_);
  EvalRow row;
  row.name = set.name;
  row.samples = packed.size();
  row.public_fid = set.public_fid;
  const MmdReference::Result mmd = mmd_.Hold(packed);
  row.mmd2 = mmd.mmd2;
  row.mmd_ratio = mmd.ratio;
  row.nearest_ratio = mmd.nearest / test_nearest_;
  row.errors = pixels_reference_.Hold(packed);
  for (const std::uint8_t bit : set.bits) row.fill += bit;
  row.fill /= static_cast<double>(set.bits.size());
  if (judges_.empty()) return row;
  Judged judged;
  std::array<std::vector<std::size_t>, kJudges> answers;
  for (std::size_t j = 0; j < kJudges; ++j) {
    const JudgeOutput output = judges_[j].Run(set.bits, threads_);
    judged.fcd[j] = RelativeFrechet(Statistics(output.features, set.name), features_[j]);
    answers[j] = Answers(output.logits);
    if (j == 0) judged.prdc = prdc_->Hold(output.features);
  }
  judged.entropy = Entropy(answers[0], static_cast<std::size_t>(judges_[0].classes));
  if (!set.labels.empty()) judged.labels = Accuracy(answers, set.labels);
  row.judged = judged;
  return row;
}

}  // namespace tsu
