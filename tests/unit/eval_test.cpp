// SPDX-License-Identifier: Apache-2.0
// The judge: kernel means against a plain double loop, unbiasedness at its zero, the independent-pixel reference against
// drawn images.
#include "tsu/eval.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/support/seed.hpp"
#include "tsu/error.hpp"

namespace tsu {
namespace {

constexpr std::size_t kPixels = 70;  // more than one word, not a multiple

std::vector<std::uint8_t> Draw(std::mt19937_64& r, std::size_t images, const std::vector<double>& means) {
  std::vector<std::uint8_t> bits;
  for (std::size_t i = 0; i < images; ++i)
    for (const double m : means) bits.push_back(std::uniform_real_distribution<double>()(r) < m);
  return bits;
}

std::vector<double> SomeMeans(std::mt19937_64& r) {
  std::vector<double> means(kPixels);
  for (double& m : means) m = std::uniform_real_distribution<double>(0.05, 0.95)(r);
  return means;
}

TEST(Eval, KernelMeansEqualTheDefinition) {
  std::mt19937_64 r(test::Seed());
  const auto means = SomeMeans(r);
  const auto a = Draw(r, 9, means), b = Draw(r, 7, means);
  const PackedImages pa(a, kPixels), pb(b, kPixels);
  const auto distance = [&](const std::uint8_t* x, const std::uint8_t* y) {
    int d = 0;
    for (std::size_t p = 0; p < kPixels; ++p) d += x[p] != y[p];
    return d;
  };
  const auto kernel = [&](const std::uint8_t* x, const std::uint8_t* y) { return std::exp(-distance(x, y) / 20.0); };
  double within = 0, across = 0, nearest = 0;
  for (int i = 0; i < 9; ++i) {
    int least = kPixels;
    for (int j = 0; j < 7; ++j) least = std::min(least, distance(&a[i * kPixels], &b[j * kPixels]));
    nearest += least / 9.0;
    for (int j = 0; j < 9; ++j)
      if (i != j) within += kernel(&a[i * kPixels], &a[j * kPixels]) / 72;
    for (int j = 0; j < 7; ++j) across += kernel(&a[i * kPixels], &b[j * kPixels]) / 63;
  }
  for (const int threads : {1, 3}) {
    EXPECT_NEAR(MeanKernel(pa, 20, threads), within, 1e-12);
    const Comparison c = Compare(pa, pb, 20, threads);
    EXPECT_NEAR(c.kernel, across, 1e-12);
    EXPECT_NEAR(c.nearest, nearest, 1e-12);
  }
}

TEST(Eval, IndependentReferenceIsTheMeanOverDrawnImages) {
  std::mt19937_64 r(test::Seed() + 1);
  // A test set with strong correlations: every image all on or all off, with some noise.
  const auto images = [&r] {
    std::vector<std::uint8_t> bits;
    for (int i = 0; i < 400; ++i)
      for (const std::uint8_t bit : Draw(r, 1, std::vector<double>(kPixels, i % 2 ? 0.9 : 0.1))) bits.push_back(bit);
    return bits;
  };
  const auto data = images();
  const PackedImages test(data, kPixels);
  std::vector<double> means(kPixels, 0);
  for (std::size_t i = 0; i < data.size(); ++i) means[i % kPixels] += data[i] / 400.0;
  const PackedImages drawn(Draw(r, 3000, means), kPixels);
  const MmdReference reference(test, 20, 2);
  EXPECT_GT(reference.independent(), 0.01);
  EXPECT_NEAR(reference.Hold(drawn).ratio, 1, 0.03);  // the model *is* independent pixels
  EXPECT_LT(std::abs(reference.Hold(PackedImages(images(), kPixels)).ratio), 0.02);  // other images of the same law
  EXPECT_EQ(reference.Hold(test).nearest, 0);         // copies
}

TEST(Eval, UnbiasedAtZero) {
  std::mt19937_64 r(test::Seed() + 2);
  const auto means = SomeMeans(r);
  double sum = 0, squares = 0;
  constexpr int kRounds = 60;
  for (int i = 0; i < kRounds; ++i) {
    const PackedImages a(Draw(r, 20, means), kPixels), b(Draw(r, 30, means), kPixels);
    const double mmd = MeanKernel(a, 20, 1) + MeanKernel(b, 20, 1) - 2 * Compare(a, b, 20, 1).kernel;
    sum += mmd;
    squares += mmd * mmd;
  }
  const double mean = sum / kRounds, error = std::sqrt((squares / kRounds - mean * mean) / kRounds);
  EXPECT_LT(std::abs(mean), 5 * error) << "of " << error;
}

TEST(Eval, RefusesWhatCannotBeCompared) {
  const PackedImages one(std::vector<std::uint8_t>(4, 1), 4), two(std::vector<std::uint8_t>(8, 1), 4),
      other(std::vector<std::uint8_t>(10, 1), 5);
  EXPECT_THROW(MmdReference{one}, Error);
  EXPECT_THROW(MmdReference(two).Hold(one), Error);
  EXPECT_THROW(MmdReference(two).Hold(other), Error);
}

}  // namespace
}  // namespace tsu
