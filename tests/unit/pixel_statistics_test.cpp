// SPDX-License-Identifier: Apache-2.0
// Pixel means and pair correlations on sets whose moments are known.
#include "tsu/pixel_statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/support/seed.hpp"

namespace tsu {
namespace {

constexpr std::size_t kPixels = 70, kImages = 1000;

// Every pixel on with probability `mean`; with probability `together` a copy of the image's first.
PackedImages Images(std::mt19937_64& random, double mean, double together) {
  std::vector<std::uint8_t> bits;
  std::uniform_real_distribution<double> uniform;
  for (std::size_t i = 0; i < kImages; ++i) {
    const bool first = uniform(random) < mean;
    for (std::size_t p = 0; p < kPixels; ++p) bits.push_back(uniform(random) < together ? first : uniform(random) < mean);
  }
  return PackedImages(bits, kPixels);
}

TEST(PixelStatistics, NoErrorAgainstItself) {
  std::mt19937_64 random(test::Seed());
  const PackedImages images = Images(random, 0.3, 0.5);
  const PixelErrors e = PixelReference(images).Hold(images);
  EXPECT_EQ(e.mean, 0);
  EXPECT_EQ(e.correlation, 0);
}

TEST(PixelStatistics, MeansAndCorrelationsAreToldApart) {
  std::mt19937_64 random(test::Seed() + 1);
  const PixelReference reference(Images(random, 0.3, 0));
  const double noise = 2.5 / std::sqrt(static_cast<double>(kImages));  // of two estimates, generously
  const PixelErrors shifted = reference.Hold(Images(random, 0.5, 0));
  EXPECT_NEAR(shifted.mean, 0.2, noise);
  EXPECT_LT(shifted.correlation, noise);
  // Two copies of one draw with probability 0.64: that is their correlation.
  const PixelErrors together = reference.Hold(Images(random, 0.3, 0.8));
  EXPECT_LT(together.mean, noise);
  EXPECT_NEAR(together.correlation, 0.64, noise);
}

TEST(PixelStatistics, ConstantPixelsCorrelateWithNothing) {
  std::mt19937_64 random(test::Seed() + 2);
  const PixelReference reference(Images(random, 0.3, 0.8));
  const PixelErrors blank = reference.Hold(PackedImages(std::vector<std::uint8_t>(kImages * kPixels, 0), kPixels));
  EXPECT_NEAR(blank.correlation, 0.64, 0.08);
  EXPECT_NEAR(blank.mean, 0.3, 0.08);
}

}  // namespace
}  // namespace tsu
