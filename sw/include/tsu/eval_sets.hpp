// SPDX-License-Identifier: Apache-2.0
// Images that samples are compared with, and sets of known quality between which a reader places them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsu/model.hpp"
#include "tsu/train_data.hpp"

namespace tsu {

struct EvalData {
  std::string dir;
  BinaryImages train, test;
  std::vector<std::uint8_t> train_labels, test_labels;  // [image]; empty where the folder has none
  bool held_out = false;  // no test file: `test` is the last sixth of the train file, and `train` what is before
  bool fashion = false;   // Fashion-MNIST, whose sets have public FIDs
};
// threshold: of full scale 255. Throws kBadInput.
EvalData LoadEvalData(const std::string& dir, double threshold);

struct ImageSet {
  std::string name;
  std::vector<std::uint8_t> bits;    // [image][pixel], 0/1
  std::vector<std::uint8_t> labels;  // [image], or empty
  double public_fid = 0;             // of such a set against all train images, n = 5,120; 0: not known
};

// Test images, as many of every class where there are labels: the first of each.
ImageSet TestSet(const EvalData& data, std::size_t n);
// The same of the train images, spaced evenly over each class; phase in [0, 1) shifts them by a part of the spacing.
ImageSet TrainShare(const EvalData& data, std::size_t n, double phase);
// Every calibration set but the test set: train at another threshold, independent pixels per class (with labels) and class-blind,
// an untrained model, train copies, test images with bits flipped. The same for the same seed.
std::vector<ImageSet> CalibrationSets(const EvalData& data, std::size_t n, std::uint64_t seed, int threads);
// Couplings N(0, 0.02), no biases, one step.
Model UntrainedModel(int image_rows, int image_cols, std::uint64_t seed);

}  // namespace tsu
