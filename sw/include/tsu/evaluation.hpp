// SPDX-License-Identifier: Apache-2.0
// One set of samples in every measure that `tsu eval` has, against the train images.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tsu/eval.hpp"
#include "tsu/eval_sets.hpp"
#include "tsu/frechet.hpp"
#include "tsu/judge.hpp"
#include "tsu/pixel_statistics.hpp"
#include "tsu/prdc.hpp"

namespace tsu {

inline constexpr std::size_t kJudges = 2;

struct LabelAccuracy {
  std::array<double, kJudges> judge{};  // share of samples that a judge takes for their label
  double both = 0;                      // share where both do
};

// What needs judges.
struct Judged {
  std::array<double, kJudges> fcd{};  // 100 x Frechet distance / total train variance in the features of each
  Prdc prdc;                          // in the features of the first
  double entropy = 0;                 // of the classes that the first judge sees, in bits
  std::optional<LabelAccuracy> labels;
};

struct EvalRow {
  std::string name;
  std::size_t samples = 0;
  double public_fid = 0;  // 0: not known
  double mmd2 = 0, mmd_ratio = 0;
  PixelErrors errors;
  double nearest_ratio = 0;  // mean distance to the nearest train image / that of the test images
  double fill = 0;           // share of pixels that are on
  std::optional<Judged> judged;
};

// Judges named NAME-a.safetensors and NAME-b.safetensors in `dir` that learnt from the images of this hash; none when there are
// none. Throws kBadInput when one of the two is missing or broken.
std::vector<Judge> FindJudges(const std::string& dir, const std::string& train_sha256);

class Evaluation {
 public:
  // judges: kJudges or none. n: images of a row; of the train images as many are the reference of precision to coverage. Throws
  // kBadInput when there are too few.
  Evaluation(const EvalData& data, std::vector<Judge> judges, std::size_t n, int threads = 0);
  EvalRow Evaluate(const ImageSet& set) const;

 private:
  std::vector<Judge> judges_;
  int threads_;
  std::size_t pixels_;
  PackedImages train_;
  MmdReference mmd_;
  PixelReference pixels_reference_;
  double test_nearest_ = 0;
  std::vector<FeatureStatistics> features_;  // of all train images, one a judge
  std::optional<PrdcReference> prdc_;
};

}  // namespace tsu
