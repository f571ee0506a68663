// SPDX-License-Identifier: Apache-2.0
// Frechet distance of two sets of features, each taken for Gaussian (Dowson and Landau 1982; Heusel et al. 2017):
// |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)). In Inception features it is the FID.
#pragma once

#include <string>
#include <vector>

#include "tsu/judge.hpp"

namespace tsu {

struct FeatureStatistics {
  std::size_t count = 0, width = 0;
  std::vector<double> mean;        // [width]
  std::vector<double> covariance;  // [width][width], divided by count - 1
  double variance() const;         // total: the trace of the covariance
};

// Throws kBadInput on fewer than two rows and on what is no finite number; `name`: of the set, for the message.
FeatureStatistics Statistics(const FloatMatrix& features, const std::string& name);
// Singular covariances (fewer rows than columns, columns that never vary) are fine. Throws kBadInput on different widths.
double FrechetDistance(const FeatureStatistics& a, const FeatureStatistics& b);
// 100 x Frechet distance / total variance of the reference: the same for features in another unit.
double RelativeFrechet(const FeatureStatistics& samples, const FeatureStatistics& reference);

}  // namespace tsu
