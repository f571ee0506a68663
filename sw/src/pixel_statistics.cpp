// SPDX-License-Identifier: Apache-2.0
#include "tsu/pixel_statistics.hpp"

#include <bit>
#include <cmath>

#include "hash.hpp"

namespace tsu {
namespace {

constexpr std::uint64_t kSeed = 0x7061697273;  // of the choice of pairs

double Rms(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return a.empty() ? 0 : std::sqrt(sum / static_cast<double>(a.size()));
}

}  // namespace

PixelReference::PixelReference(const PackedImages& images, std::size_t pairs) {
  const std::size_t pixels = images.pixels();
  for (std::size_t i = 0; pixels > 1 && i < pairs; ++i) {
    const std::uint64_t a = Hash(kSeed, 2 * i) % pixels, b = Hash(kSeed, 2 * i + 1) % (pixels - 1);
    pairs_.push_back({static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b + (b >= a))});  // never a pixel with itself
  }
  reference_ = Measure(images);
}

PixelReference::Moments PixelReference::Measure(const PackedImages& images) const {
  // Words of 64 images a pixel: a pair's moment is a count of common bits.
  const std::size_t words = (images.size() + 63) / 64, pixels = images.pixels();
  std::vector<std::uint64_t> columns(pixels * words, 0);
  for (std::size_t i = 0; i < images.size(); ++i)
    for (std::size_t p = 0; p < pixels; ++p) columns[p * words + i / 64] |= std::uint64_t{images.Pixel(i, p)} << (i % 64);
  const double n = static_cast<double>(images.size());
  const auto both = [&](std::size_t a, std::size_t b) {
    std::size_t count = 0;
    for (std::size_t k = 0; k < words; ++k) count += std::popcount(columns[a * words + k] & columns[b * words + k]);
    return static_cast<double>(count) / n;
  };
  Moments m;
  for (std::size_t p = 0; p < pixels; ++p) m.means.push_back(both(p, p));
  for (const Pair& pair : pairs_) {
    const double x = m.means[pair.a], y = m.means[pair.b], spread = std::sqrt(x * (1 - x) * y * (1 - y));
    m.correlations.push_back(spread > 0 ? (both(pair.a, pair.b) - x * y) / spread : 0);  // a constant pixel goes with nothing
  }
  return m;
}

PixelErrors PixelReference::Hold(const PackedImages& samples) const {
  const Moments m = Measure(samples);
  return {Rms(m.means, reference_.means), Rms(m.correlations, reference_.correlations)};
}

}  // namespace tsu
