// SPDX-License-Identifier: Apache-2.0
#include "tsu/prdc.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <limits>
#include <string>

#include "parallel.hpp"
#include "tsu/error.hpp"
#include "tsu/interrupt.hpp"

namespace tsu {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t kRows = 64;  // of one set at a time

Matrix ToDouble(const FloatMatrix& m) {
  return Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
             m.values.data(), static_cast<Eigen::Index>(m.rows), static_cast<Eigen::Index>(m.cols)).cast<double>();
}

// Calls use(i, squared distances from row i of a to all rows of b, worker) for every i.
template <typename Use>
void Distances(const Matrix& a, const Matrix& b, int threads, const Use& use) {
  const Eigen::VectorXd norms = b.rowwise().squaredNorm();
  const auto blocks = (static_cast<std::size_t>(a.rows()) + kRows - 1) / kRows;
  Parallel(threads, static_cast<int>(blocks), [&](int block, int worker) {
    CheckInterrupt("comparing features");
    const Eigen::Index first = block * static_cast<Eigen::Index>(kRows), rows = std::min<Eigen::Index>(kRows, a.rows() - first);
    Matrix d = -2 * a.middleRows(first, rows) * b.transpose();
    d.rowwise() += norms.transpose();
    d.colwise() += a.middleRows(first, rows).rowwise().squaredNorm();
    for (Eigen::Index r = 0; r < rows; ++r) use(static_cast<std::size_t>(first + r), d.row(r).data(), worker);
  });
}

// Squared distance of every row to its k-th nearest other row.
std::vector<double> Radii(const Matrix& m, int k, int threads) {
  std::vector<double> radii(static_cast<std::size_t>(m.rows()));
  std::vector<std::vector<double>> line(threads);
  Distances(m, m, threads, [&](std::size_t i, const double* d, int worker) {
    auto& others = line[worker];
    others.assign(d, d + m.rows());
    others[i] = std::numeric_limits<double>::infinity();
    std::nth_element(others.begin(), others.begin() + k - 1, others.end());
    radii[i] = others[k - 1];
  });
  return radii;
}

void Require(const FloatMatrix& m, int k) {
  if (m.rows <= static_cast<std::size_t>(k))
    throw Error(Exit::kBadInput, "too few images for their nearest neighbours", std::to_string(m.rows), "give more than " + std::to_string(k));
}

}  // namespace

PrdcReference::PrdcReference(const FloatMatrix& real, int k, int threads) : real_(real), k_(k), threads_(ThreadCount(threads)) {
  Require(real, k);
  radii_ = Radii(ToDouble(real), k, threads_);
}

Prdc PrdcReference::Hold(const FloatMatrix& samples) const {
  Require(samples, k_);
  if (samples.cols != real_.cols)
    throw Error(Exit::kBadInput, "features of different widths", std::to_string(samples.cols) + " and " + std::to_string(real_.cols), "");
  const Matrix fake = ToDouble(samples), real = ToDouble(real_);
  const std::vector<double> balls = Radii(fake, k_, threads_);
  struct Counts {
    std::size_t inside = 0, balls = 0;  // samples in a real ball, pairs of both
  };
  std::vector<Counts> counts(threads_);
  std::vector<std::uint8_t> recalled(real_.rows), covered(real_.rows);
  // One thread a real image: its flags are its own. Samples' flags are gathered in the other direction.
  Distances(real, fake, threads_, [&](std::size_t i, const double* d, int) {
    for (std::size_t j = 0; j < samples.rows; ++j) {
      recalled[i] |= d[j] <= balls[j];
      covered[i] |= d[j] <= radii_[i];
    }
  });
  Distances(fake, real, threads_, [&](std::size_t, const double* d, int worker) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < real_.rows; ++i) n += d[i] <= radii_[i];
    counts[worker].inside += n > 0;
    counts[worker].balls += n;
  });
  Counts all;
  for (const Counts& c : counts) {
    all.inside += c.inside;
    all.balls += c.balls;
  }
  const auto share = [](std::size_t n, std::size_t of) { return static_cast<double>(n) / static_cast<double>(of); };
  Prdc r;
  r.precision = share(all.inside, samples.rows);
  r.density = share(all.balls, samples.rows) / k_;
  r.recall = share(static_cast<std::size_t>(std::count(recalled.begin(), recalled.end(), 1)), real_.rows);
  r.coverage = share(static_cast<std::size_t>(std::count(covered.begin(), covered.end(), 1)), real_.rows);
  return r;
}

}  // namespace tsu
