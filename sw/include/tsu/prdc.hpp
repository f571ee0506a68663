// SPDX-License-Identifier: Apache-2.0
// Precision and recall (Kynkaanniemi et al. 2019), density and coverage (Naeem et al. 2020) of samples in a feature space.
// Balls: around each image, as far as its k-th nearest other image of the same set.
#pragma once

#include <memory>
#include <vector>

#include "tsu/judge.hpp"

namespace tsu {

inline constexpr int kNeighbours = 5;

struct Prdc {
  double precision = 0;  // share of samples inside a real ball
  double recall = 0;     // share of real images inside a sample's ball
  double density = 0;    // real balls around a sample, mean, / k: may exceed 1
  double coverage = 0;   // share of real balls with a sample inside
};

// Real images that samples are held against.
class PrdcReference {
 public:
  // More than k rows, else throws kBadInput.
  explicit PrdcReference(const FloatMatrix& real, int k = kNeighbours, int threads = 0);
  // More than k rows of the same width, else throws kBadInput.
  Prdc Hold(const FloatMatrix& samples) const;
  std::size_t size() const { return real_.rows; }

 private:
  FloatMatrix real_;
  int k_, threads_;
  std::vector<double> radii_;  // squared
};

}  // namespace tsu
