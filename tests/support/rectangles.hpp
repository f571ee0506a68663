// SPDX-License-Identifier: Apache-2.0
// Images small enough to train on in a second, and options to do it with.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "tests/support/seed.hpp"
#include "tsu/train.hpp"

namespace tsu::test {

inline constexpr int kSide = 6, kPixels = kSide * kSide;

// A pixel of an ideal image: the left half (label 0) or the right half (label 1), without the first row.
inline bool InRectangle(int label, int pixel) { return (pixel % kSide >= kSide / 2) == (label == 1) && pixel >= kSide; }

// Images of kSide x kSide and their labels.
struct Rectangles {
  std::vector<std::uint8_t> bits, labels;
  explicit Rectangles(int images) {
    std::mt19937_64 r(Seed() + 3);
    for (int i = 0; i < images; ++i) {
      labels.push_back((r() & 1) == 0);
      for (int p = 0; p < kPixels; ++p) bits.push_back(InRectangle(labels.back(), p));
    }
  }
  TrainSet set() const { return {bits, kSide, kSide, labels}; }
};

inline TrainOptions SmallOptions() {
  TrainOptions o;
  o.pattern = ParsePattern("G8");
  o.rows = o.cols = 12;
  o.epochs = 2;
  o.batch = 64;
  o.sweeps = 24;
  o.clamped_sweeps = 16;
  o.seed = Seed();
  o.threads = 1;
  return o;
}

}  // namespace tsu::test
