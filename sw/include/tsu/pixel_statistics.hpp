// SPDX-License-Identifier: Apache-2.0
// First and second moments of pixels: what a sample set gets wrong before any feature is looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tsu/eval.hpp"

namespace tsu {

inline constexpr std::size_t kPixelPairs = 20'000;

struct PixelErrors {
  double mean = 0;         // root mean square over pixels of the difference of means
  double correlation = 0;  // the same over a fixed pseudo-random choice of pairs of pixels, of Pearson's correlation
};

class PixelReference {
 public:
  explicit PixelReference(const PackedImages& images, std::size_t pairs = kPixelPairs);
  PixelErrors Hold(const PackedImages& samples) const;

 private:
  struct Pair {
    std::uint32_t a, b;
  };
  struct Moments {
    std::vector<double> means, correlations;
  };
  Moments Measure(const PackedImages& images) const;
  std::vector<Pair> pairs_;
  Moments reference_;
};

}  // namespace tsu
