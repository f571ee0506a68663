// SPDX-License-Identifier: Apache-2.0
// Statistics of tests. Every check gives its miss in sigmas of a normal law, so that misses of
// different kinds compare.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tsu::stats {

// Two-sided p-value of a miss by z sigmas, and back.
double TwoSidedP(double z);
double SigmasOf(double p);

// The largest miss, in sigmas, that `cases` independent checks may show together with a false alarm
// of `alarm`.
double BonferroniSigmas(double alarm, double cases);

// P(chi-square with `dof` degrees of freedom >= x).
double ChiSquareP(double x, int dof);

struct ChiSquare {
  double statistic = 0, p = 1, sigmas = 0;
  int dof = 0;
};
// Counts against probabilities. Cells that expect fewer than `least` are pooled; what the pool
// expects may be any size.
ChiSquare ChiSquareTest(std::span<const std::uint64_t> counts, std::span<const double> law,
                        double least = 10);

double TotalVariation(std::span<const double> p, std::span<const double> q);

struct Estimate {
  double mean = 0, error = 0;  // error = standard error of the mean
};
// Of independent values.
Estimate MeanOf(std::span<const double> values);

// Variance of the mean over chains, over its value for independent chains: 1 if independent,
// `chains` if all are equal. series[chain * length + t].
double BlockVarianceRatio(std::span<const double> series, int chains);

// Series of bits, 64 to a word, for lagged comparison.
class BitSeries {
 public:
  void Append(bool bit);
  std::size_t size() const { return size_; }
  // Agreements minus disagreements of this[t] and other[t + lag], in sigmas of fair independent
  // bits.
  double CorrelationSigmas(const BitSeries& other, std::size_t lag) const;

 private:
  std::uint64_t WordAt(std::size_t bit) const;
  std::vector<std::uint64_t> words_;
  std::size_t size_ = 0;
};

// Largest |CorrelationSigmas| over all pairs of different series and all lags -max_lag .. max_lag.
struct LaggedMiss {
  double sigmas = 0;
  int from = 0, to = 0, lag = 0;
  double cases = 0;  // comparisons made, for Bonferroni
};
LaggedMiss WorstLaggedCorrelation(std::span<const BitSeries> series, int max_lag);

}  // namespace tsu::stats
