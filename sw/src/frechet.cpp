// SPDX-License-Identifier: Apache-2.0
#include "tsu/frechet.hpp"

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "tsu/error.hpp"

namespace tsu {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Map<const Matrix> Covariance(const FeatureStatistics& s) {
  const auto width = static_cast<Eigen::Index>(s.width);
  return {s.covariance.data(), width, width};
}

// Eigenvalues of a covariance are not below zero but for rounding.
Eigen::VectorXd Roots(const Eigen::VectorXd& values) { return values.cwiseMax(0).cwiseSqrt(); }

}  // namespace

double FeatureStatistics::variance() const { return Covariance(*this).trace(); }

FeatureStatistics Statistics(const FloatMatrix& f, const std::string& name) {
  if (f.rows < 2 || f.cols < 1) throw Error(Exit::kBadInput, "too few features for a covariance", name, "give at least 2 rows");
  const auto bad = std::find_if(f.values.begin(), f.values.end(), [](float v) { return !std::isfinite(v); });
  if (bad != f.values.end()) {
    const auto at = static_cast<std::size_t>(bad - f.values.begin());
    throw Error(Exit::kBadInput, "a feature is no finite number", name + ", row " + std::to_string(at / f.cols) + ", column " +
                std::to_string(at % f.cols), "");
  }
  const auto rows = static_cast<Eigen::Index>(f.rows), cols = static_cast<Eigen::Index>(f.cols);
  Matrix x = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(f.values.data(), rows, cols)
                 .cast<double>();
  FeatureStatistics s{f.rows, f.cols, std::vector<double>(f.cols), std::vector<double>(f.cols * f.cols)};
  Eigen::Map<Eigen::RowVectorXd> mean(s.mean.data(), cols);
  mean = x.colwise().mean();
  x.rowwise() -= mean;  // before the products: no difference of large numbers
  Eigen::Map<Matrix> covariance(s.covariance.data(), cols, cols);
  covariance.noalias() = x.transpose() * x;
  covariance /= static_cast<double>(f.rows - 1);
  return s;
}

double FrechetDistance(const FeatureStatistics& a, const FeatureStatistics& b) {
  if (a.width != b.width)
    throw Error(Exit::kBadInput, "features of different widths", std::to_string(a.width) + " and " + std::to_string(b.width), "");
  // tr (C1 C2)^(1/2) by the symmetric S C2 S with S = C1^(1/2), which has the eigenvalues of C1 C2.
  const Eigen::SelfAdjointEigenSolver<Matrix> first(Covariance(a));
  const Matrix root = first.eigenvectors() * Roots(first.eigenvalues()).asDiagonal() * first.eigenvectors().transpose();
  const Matrix product = root * Covariance(b) * root;
  const Eigen::SelfAdjointEigenSolver<Matrix> second(product, Eigen::EigenvaluesOnly);
  double shift = 0;
  for (std::size_t i = 0; i < a.width; ++i) shift += (a.mean[i] - b.mean[i]) * (a.mean[i] - b.mean[i]);
  const double distance = shift + a.variance() + b.variance() - 2 * Roots(second.eigenvalues()).sum();
  return std::max(distance, 0.0);
}

double RelativeFrechet(const FeatureStatistics& samples, const FeatureStatistics& reference) {
  if (!(reference.variance() > 0)) throw Error(Exit::kBadInput, "the reference's features do not vary", "", "give other images");
  return 100 * FrechetDistance(samples, reference) / reference.variance();
}

}  // namespace tsu
