// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "parallel.hpp"
#include "tsu/error.hpp"
#include "tsu/eval.hpp"
#include "tsu/interrupt.hpp"

namespace tsu {
namespace {

// Sums of the kernel over rows of pairs, by histogram of distances: integers, so no order of addition shows.
template <typename Row>
double Sum(std::size_t rows, std::size_t pixels, double sigma, int threads, const Row& row) {
  threads = ThreadCount(threads);
  std::vector<std::vector<std::uint64_t>> counts(threads, std::vector<std::uint64_t>(pixels + 1, 0));
  Parallel(threads, static_cast<int>(rows), [&](int i, int worker) {
    CheckInterrupt("comparing samples");
    row(static_cast<std::size_t>(i), counts[worker]);
  });
  double sum = 0;
  for (std::size_t d = 0; d <= pixels; ++d) {
    std::uint64_t n = 0;
    for (const auto& c : counts) n += c[d];
    sum += static_cast<double>(n) * std::exp(-static_cast<double>(d) / sigma);
  }
  return sum;
}

std::vector<double> Means(const PackedImages& images) {
  std::vector<double> means(images.pixels(), 0);
  for (std::size_t i = 0; i < images.size(); ++i)
    for (std::size_t p = 0; p < images.pixels(); ++p) means[p] += images.Pixel(i, p);
  for (double& m : means) m /= static_cast<double>(images.size());
  return means;
}

double Fill(const std::vector<double>& means) {
  double sum = 0;
  for (const double m : means) sum += m;
  return sum / static_cast<double>(means.size());
}

}  // namespace

PackedImages::PackedImages(std::span<const std::uint8_t> bits, std::size_t pixels)
    : size_(bits.size() / pixels), pixels_(pixels), stride_((pixels + 63) / 64), words_(size_ * stride_, 0) {
  for (std::size_t i = 0; i < size_; ++i)
    for (std::size_t p = 0; p < pixels; ++p)
      words_[i * stride_ + p / 64] |= std::uint64_t{bits[i * pixels + p] != 0} << (p % 64);
}

int PackedImages::Distance(std::size_t i, const PackedImages& other, std::size_t j) const {
  int distance = 0;
  for (std::size_t k = 0; k < stride_; ++k)
    distance += std::popcount(words_[i * stride_ + k] ^ other.words_[j * other.stride_ + k]);
  return distance;
}

double MeanKernel(const PackedImages& a, double sigma, int threads) {
  const double sum = Sum(a.size(), a.pixels(), sigma, threads, [&](std::size_t i, std::vector<std::uint64_t>& counts) {
    for (std::size_t j = 0; j < i; ++j) ++counts[a.Distance(i, a, j)];
  });
  return 2 * sum / (static_cast<double>(a.size()) * static_cast<double>(a.size() - 1));
}

double MeanKernel(const PackedImages& a, const PackedImages& b, double sigma, int threads) {
  const double sum = Sum(a.size(), a.pixels(), sigma, threads, [&](std::size_t i, std::vector<std::uint64_t>& counts) {
    for (std::size_t j = 0; j < b.size(); ++j) ++counts[a.Distance(i, b, j)];
  });
  return sum / (static_cast<double>(a.size()) * static_cast<double>(b.size()));
}

MmdReport Mmd(const PackedImages& samples, const PackedImages& test, const PackedImages& train, double sigma, int threads) {
  if (samples.pixels() != test.pixels() || train.pixels() != test.pixels())
    throw Error(Exit::kBadInput, "images of different sizes", std::to_string(samples.pixels()) + " and " +
                std::to_string(test.pixels()) + " pixels", "");
  if (std::min({samples.size(), test.size(), train.size()}) < 2)
    throw Error(Exit::kBadInput, "too few images to compare", std::to_string(samples.size()), "give at least 2");
  MmdReport r;
  r.sigma = sigma;
  r.samples = samples.size();
  r.test = test.size();
  r.train = train.size();
  const double within_test = MeanKernel(test, sigma, threads);
  const auto squared = [&](const PackedImages& set) {
    return MeanKernel(set, sigma, threads) + within_test - 2 * MeanKernel(set, test, sigma, threads);
  };
  r.model = squared(samples);
  std::vector<std::uint8_t> head;
  for (std::size_t i = 0; i < std::min(samples.size(), train.size()); ++i)
    for (std::size_t p = 0; p < train.pixels(); ++p) head.push_back(train.Pixel(i, p));
  r.floor = squared(PackedImages(head, train.pixels()));

  // The kernel is a product over pixels, so its mean over independent pixels is a product as well.
  const std::vector<double> means = Means(train);
  const double loss = 1 - std::exp(-1 / sigma);
  double within = 1;
  for (const double p : means) within *= 1 - 2 * p * (1 - p) * loss;
  double across = 0;
  for (std::size_t i = 0; i < test.size(); ++i) {
    double product = 1;
    for (std::size_t p = 0; p < means.size(); ++p) product *= 1 - (test.Pixel(i, p) ? 1 - means[p] : means[p]) * loss;
    across += product;
  }
  r.independent = within + within_test - 2 * across / static_cast<double>(test.size());
  r.ratio = r.model / r.independent;
  r.fill = Fill(Means(samples));
  r.test_fill = Fill(Means(test));
  return r;
}

}  // namespace tsu
