// SPDX-License-Identifier: Apache-2.0
// How far samples are from images: squared maximum mean discrepancy, kernel exp(-Hamming distance / sigma).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tsu {

inline constexpr double kMmdSigma = 100;

// Binary images packed into words: [image][words].
class PackedImages {
 public:
  // bits: [image][pixel], 0/1.
  PackedImages(std::span<const std::uint8_t> bits, std::size_t pixels);
  std::size_t size() const { return size_; }
  std::size_t pixels() const { return pixels_; }
  int Distance(std::size_t i, const PackedImages& other, std::size_t j) const;
  bool Pixel(std::size_t i, std::size_t pixel) const { return words_[i * stride_ + pixel / 64] >> (pixel % 64) & 1; }

 private:
  std::size_t size_, pixels_, stride_;
  std::vector<std::uint64_t> words_;
};

// Mean kernel between all pairs of different indices of one set (the unbiased estimate).
double MeanKernel(const PackedImages& a, double sigma, int threads);
// Mean kernel between all pairs of two sets.
double MeanKernel(const PackedImages& a, const PackedImages& b, double sigma, int threads);

struct MmdReport {
  double sigma = kMmdSigma;
  std::size_t samples = 0, test = 0, train = 0;
  double model = 0;        // samples against the test split, unbiased
  double independent = 0;  // pixels drawn independently with the train split's means, against the test split: exact expectation
  double ratio = 0;        // model / independent
  double floor = 0;        // the first `samples` train images against the test split
  double fill = 0, test_fill = 0;  // share of pixels that are on
};
// Same pixels in all three sets; at least two images in each, else throws kBadInput.
MmdReport Mmd(const PackedImages& samples, const PackedImages& test, const PackedImages& train, double sigma = kMmdSigma,
              int threads = 0);

}  // namespace tsu
