// SPDX-License-Identifier: Apache-2.0
// How far samples are from images, pixel by pixel: squared maximum mean discrepancy with the kernel exp(-Hamming distance / sigma)
// (Gretton et al. 2012, the unbiased estimate), and the nearest neighbour.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tsu {

inline constexpr double kMmdSigma = 100;

// Binary images packed into words.
class PackedImages {
 public:
  // bits: [image][pixel], 0/1.
  PackedImages(std::span<const std::uint8_t> bits, std::size_t pixels);
  std::size_t size() const { return size_; }
  std::size_t pixels() const { return pixels_; }
  bool Pixel(std::size_t i, std::size_t pixel) const { return words_[Place(i, pixel / 64)] >> (pixel % 64) & 1; }
  // Distances from image i to the first `count` images of another set, into `distances` (resized to count or a little more).
  void Distances(std::size_t i, const PackedImages& other, std::size_t count, std::vector<std::uint64_t>& distances) const;
  std::vector<double> PixelMeans() const;

 private:
  std::size_t Place(std::size_t i, std::size_t word) const;
  std::size_t size_, pixels_, stride_;
  std::vector<std::uint64_t> words_;  // layout of hamming.hpp
};

// Mean kernel between all pairs of different indices of one set (the unbiased estimate).
double MeanKernel(const PackedImages& a, double sigma, int threads);

struct Comparison {
  double kernel = 0;   // mean over all pairs of the two sets
  double nearest = 0;  // mean over a of the distance to the nearest image of b
};
Comparison Compare(const PackedImages& a, const PackedImages& b, double sigma, int threads);

// A set that others are held against.
class MmdReference {
 public:
  // At least two images, else throws kBadInput. Keeps a reference to them.
  explicit MmdReference(const PackedImages& images, double sigma = kMmdSigma, int threads = 0);
  struct Result {
    double mmd2 = 0;     // unbiased
    double ratio = 0;    // of that of independent pixels
    double nearest = 0;  // as above
  };
  // Same pixels and at least two images, else throws kBadInput.
  Result Hold(const PackedImages& samples) const;
  // Squared discrepancy of pixels drawn independently with the reference's means: exact expectation.
  double independent() const { return independent_; }

 private:
  const PackedImages& images_;
  double sigma_;
  int threads_;
  double within_ = 0, independent_ = 0;
};

}  // namespace tsu
