// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>

#include "hamming.hpp"
#include "parallel.hpp"
#include "tsu/error.hpp"
#include "tsu/eval.hpp"
#include "tsu/interrupt.hpp"

namespace tsu {
namespace {

constexpr std::size_t kTables = 4;  // histograms of a thread, in turn: equal distances in a row do not wait for each other

struct Worker {
  std::vector<std::uint64_t> distances, counts;
  std::uint64_t nearest = 0;
};

// Sums over rows of pairs: images of a against the first `length(i)` of b. Integers, so no order of addition shows.
template <typename Length>
Comparison Sum(const PackedImages& a, const PackedImages& b, double sigma, int threads, const Length& length) {
  threads = ThreadCount(threads);
  const std::size_t bins = a.pixels() + 1;
  std::vector<Worker> workers(threads);
  for (Worker& w : workers) w.counts.assign(kTables * bins, 0);
  Parallel(threads, static_cast<int>(a.size()), [&](int i, int worker) {
    CheckInterrupt("comparing samples");
    Worker& w = workers[worker];
    const std::size_t n = length(static_cast<std::size_t>(i));
    a.Distances(i, b, n, w.distances);
    std::uint64_t nearest = a.pixels();
    for (std::size_t j = 0; j < n; ++j) {
      ++w.counts[j % kTables * bins + w.distances[j]];
      nearest = std::min(nearest, w.distances[j]);
    }
    w.nearest += nearest;
  });
  Comparison sums;
  for (std::size_t d = 0; d < bins; ++d) {
    std::uint64_t n = 0;
    for (const Worker& w : workers)
      for (std::size_t t = 0; t < kTables; ++t) n += w.counts[t * bins + d];
    sums.kernel += static_cast<double>(n) * std::exp(-static_cast<double>(d) / sigma);
  }
  std::uint64_t nearest = 0;
  for (const Worker& w : workers) nearest += w.nearest;
  sums.nearest = static_cast<double>(nearest);
  return sums;
}

void Require(std::size_t images) {
  if (images < 2) throw Error(Exit::kBadInput, "too few images to compare", std::to_string(images), "give at least 2");
}

}  // namespace

PackedImages::PackedImages(std::span<const std::uint8_t> bits, std::size_t pixels)
    : size_(bits.size() / pixels), pixels_(pixels), stride_((pixels + 63) / 64),
      words_((size_ + kPackedBlock - 1) / kPackedBlock * kPackedBlock * stride_, 0) {
  for (std::size_t i = 0; i < size_; ++i)
    for (std::size_t p = 0; p < pixels; ++p) words_[Place(i, p / 64)] |= std::uint64_t{bits[i * pixels + p] != 0} << (p % 64);
}

std::size_t PackedImages::Place(std::size_t i, std::size_t word) const {
  return (i / kPackedBlock * stride_ + word) * kPackedBlock + i % kPackedBlock;
}

void PackedImages::Distances(std::size_t i, const PackedImages& other, std::size_t count,
                             std::vector<std::uint64_t>& distances) const {
  std::vector<std::uint64_t> image(stride_);
  for (std::size_t k = 0; k < stride_; ++k) image[k] = words_[Place(i, k)];
  const std::size_t blocks = (count + kPackedBlock - 1) / kPackedBlock;
  distances.resize(std::max(distances.size(), blocks * kPackedBlock));
  HammingDistances(image.data(), other.words_.data(), stride_, blocks, distances.data());
}

std::vector<double> PackedImages::PixelMeans() const {
  std::vector<double> means(pixels_, 0);
  for (std::size_t i = 0; i < size_; ++i)
    for (std::size_t p = 0; p < pixels_; ++p) means[p] += Pixel(i, p);
  for (double& m : means) m /= static_cast<double>(size_);
  return means;
}

double MeanKernel(const PackedImages& a, double sigma, int threads) {
  const double sum = Sum(a, a, sigma, threads, [](std::size_t i) { return i; }).kernel;
  return 2 * sum / (static_cast<double>(a.size()) * static_cast<double>(a.size() - 1));
}

Comparison Compare(const PackedImages& a, const PackedImages& b, double sigma, int threads) {
  Comparison c = Sum(a, b, sigma, threads, [&b](std::size_t) { return b.size(); });
  c.kernel /= static_cast<double>(a.size()) * static_cast<double>(b.size());
  c.nearest /= static_cast<double>(a.size());
  return c;
}

MmdReference::MmdReference(const PackedImages& images, double sigma, int threads)
    : images_(images), sigma_(sigma), threads_(threads) {
  Require(images.size());
  within_ = MeanKernel(images, sigma, threads);
  // The kernel is a product over pixels, so its mean over independent pixels is a product as well.
  const std::vector<double> means = images.PixelMeans();
  const double loss = 1 - std::exp(-1 / sigma);
  double within = 1;
  for (const double p : means) within *= 1 - 2 * p * (1 - p) * loss;
  double across = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    double product = 1;
    for (std::size_t p = 0; p < means.size(); ++p) product *= 1 - (images.Pixel(i, p) ? 1 - means[p] : means[p]) * loss;
    across += product;
  }
  independent_ = within + within_ - 2 * across / static_cast<double>(images.size());
}

MmdReference::Result MmdReference::Hold(const PackedImages& samples) const {
  if (samples.pixels() != images_.pixels())
    throw Error(Exit::kBadInput, "images of different sizes", std::to_string(samples.pixels()) + " and " +
                std::to_string(images_.pixels()) + " pixels", "");
  Require(samples.size());
  const Comparison c = Compare(samples, images_, sigma_, threads_);
  Result r;
  r.mmd2 = MeanKernel(samples, sigma_, threads_) + within_ - 2 * c.kernel;
  r.ratio = r.mmd2 / independent_;
  r.nearest = c.nearest;
  return r;
}

}  // namespace tsu
