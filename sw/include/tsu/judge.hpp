// SPDX-License-Identifier: Apache-2.0
// Judges: small convolutional classifiers whose penultimate features images are compared in. Trained, and the files described, by
// sw/judges/train_judges.py.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tsu {

// Row-major.
struct FloatMatrix {
  std::size_t rows = 0, cols = 0;
  std::vector<float> values;
  std::span<const float> row(std::size_t i) const { return {&values[i * cols], cols}; }
};

struct JudgeLayer {
  enum class Kind { kConvolution, kMaxPool, kDense } kind{};
  int kernel = 1;  // side of the window; of a pool its stride as well
  int stride = 1;
  int pad_before = 0, pad_after = 0;  // zeros above and to the left, below and to the right
  bool relu = false;
  bool features = false;              // its outputs are the features
  int rows = 0, cols = 0, in = 0;     // of the layer's input
  int out_rows = 0, out_cols = 0, out = 0;
  std::vector<float> weight;          // [(row * kernel + column) * in + channel][out]; dense: [(row * cols + column) * in + channel][out]
  std::vector<float> bias;            // [out]
};

struct JudgeOutput {
  FloatMatrix features;  // [image][width]
  FloatMatrix logits;    // [image][class]
};

struct Judge {
  std::string path, data_set;
  std::string train_sha256;  // of the grey bytes of the images that it learnt from, as BinaryImages has it
  double threshold = 0;      // binarisation of those, of full scale 255
  int rows = 0, cols = 0, classes = 0;
  double test_accuracy = 0;
  int held_out = 0;          // the last images of the train file, kept from training because there is no test file
  std::vector<JudgeLayer> layers;
  std::string record;        // JSON text: all of the above, seed, epochs, libraries

  // bits: [image][pixel], 0/1. The same numbers for any number of threads. Throws kBadInput on part of an image.
  JudgeOutput Run(std::span<const std::uint8_t> bits, int threads = 0) const;
};

// Outputs of the training library that are in the file.
struct JudgeReference {
  std::vector<std::uint8_t> images;  // [image][pixel]
  JudgeOutput made;                  // of those
  JudgeOutput test;                  // of the first test images (of the first held out)
};

// Throws kBadInput on anything that is not a whole judge.
Judge LoadJudge(const std::string& path);
JudgeReference LoadJudgeReference(const std::string& path);

// Features that someone else computed: the one F32 matrix of a safetensors file. Throws kBadInput.
FloatMatrix LoadFeatures(const std::string& path);

}  // namespace tsu
