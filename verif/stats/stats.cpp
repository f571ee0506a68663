// SPDX-License-Identifier: Apache-2.0
#include "verif/stats/stats.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

namespace tsu::stats {
namespace {

// Regularised upper incomplete gamma function: series below, continued fraction (Lentz) above the
// bend.
double UpperGamma(double a, double x) {
  if (x <= 0) return 1.0;
  const double front = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1) {
    double term = 1 / a, sum = term;
    for (int n = 1; n < 100000 && term > sum * 1e-16; ++n) sum += term *= x / (a + n);
    return std::max(0.0, 1.0 - front * sum);
  }
  const double tiny = 1e-300;
  double b = x + 1 - a, c = 1 / tiny, d = 1 / b, fraction = d;
  for (int n = 1; n < 100000; ++n) {
    const double an = -n * (n - a);
    b += 2;
    d = an * d + b;
    if (std::abs(d) < tiny) d = tiny;
    c = b + an / c;
    if (std::abs(c) < tiny) c = tiny;
    d = 1 / d;
    fraction *= d * c;
    if (std::abs(d * c - 1) < 1e-15) break;
  }
  return front * fraction;
}

}  // namespace

double TwoSidedP(double z) { return std::erfc(std::abs(z) / std::sqrt(2.0)); }

double SigmasOf(double p) {
  double low = 0, high = 38;  // erfc(38 / sqrt 2) is the last double above zero
  for (int n = 0; n < 100; ++n) {
    const double middle = (low + high) / 2;
    (TwoSidedP(middle) > p ? low : high) = middle;
  }
  return low;
}

double BonferroniSigmas(double alarm, double cases) { return SigmasOf(alarm / cases); }

double ChiSquareP(double x, int dof) { return UpperGamma(dof / 2.0, x / 2.0); }

ChiSquare ChiSquareTest(std::span<const std::uint64_t> counts, std::span<const double> law,
                        double least) {
  if (counts.size() != law.size()) throw std::logic_error("counts and law differ in size");
  double total = 0;
  for (const auto n : counts) total += static_cast<double>(n);
  ChiSquare test;
  int cells = 0;
  const auto cell = [&](double seen, double expected) {
    test.statistic += (seen - expected) * (seen - expected) / expected;
    ++cells;
  };
  double pool_seen = 0, pool_expected = 0;
  for (std::size_t i = 0; i < law.size(); ++i) {
    if (law[i] * total >= least) {
      cell(static_cast<double>(counts[i]), law[i] * total);
    } else {
      pool_seen += static_cast<double>(counts[i]);
      pool_expected += law[i] * total;
    }
  }
  if (pool_expected > 0) {
    if (pool_expected >= least || cells == 0) {
      cell(pool_seen, pool_expected);
    } else if (pool_seen > 0) {
      // Too small for the normal law; a unit is added to the expectation so that one stray count is
      // no alarm.
      cell(std::max(pool_seen, pool_expected), pool_expected + 1);
    }
  } else if (pool_seen > 0) {
    return {HUGE_VAL, 0, SigmasOf(0), cells};
  }
  test.dof = std::max(cells - 1, 1);
  test.p = ChiSquareP(test.statistic, test.dof);
  test.sigmas = SigmasOf(test.p);
  return test;
}

double TotalVariation(std::span<const double> p, std::span<const double> q) {
  if (p.size() != q.size()) throw std::logic_error("laws differ in size");
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += std::abs(p[i] - q[i]);
  return sum / 2;
}

Estimate MeanOf(std::span<const double> values) {
  const double n = static_cast<double>(values.size());
  double mean = 0, square = 0;
  for (const double v : values) mean += v / n;
  for (const double v : values) square += (v - mean) * (v - mean);
  return {mean, std::sqrt(square / (n - 1) / n)};
}

double BlockVarianceRatio(std::span<const double> series, int chains) {
  const std::size_t length = series.size() / chains;
  const double mean = MeanOf(series).mean;
  double single = 0, block = 0;
  for (std::size_t t = 0; t < length; ++t) {
    double sum = 0;
    for (int chain = 0; chain < chains; ++chain) {
      const double v = series[chain * length + t] - mean;
      single += v * v;
      sum += v;
    }
    block += sum * sum;
  }
  return block / single;
}

void BitSeries::Append(bool bit) {
  if (size_ % 64 == 0) words_.push_back(0);
  words_.back() |= std::uint64_t{bit} << (size_ % 64);
  ++size_;
}

std::uint64_t BitSeries::WordAt(std::size_t bit) const {
  const std::size_t word = bit / 64, shift = bit % 64;
  std::uint64_t value = words_[word] >> shift;
  if (shift != 0 && word + 1 < words_.size()) value |= words_[word + 1] << (64 - shift);
  return value;
}

double BitSeries::CorrelationSigmas(const BitSeries& other, std::size_t lag) const {
  const std::size_t overlap = std::min(size_, other.size_ - lag) / 64 * 64;
  std::int64_t differ = 0;
  for (std::size_t t = 0; t < overlap; t += 64)
    differ += std::popcount(words_[t / 64] ^ other.WordAt(t + lag));
  return (static_cast<double>(overlap) - 2.0 * static_cast<double>(differ)) /
         std::sqrt(static_cast<double>(overlap));
}

LaggedMiss WorstLaggedCorrelation(std::span<const BitSeries> series, int max_lag) {
  LaggedMiss worst;
  const int n = static_cast<int>(series.size());
  for (int a = 0; a < n; ++a) {
    for (int b = 0; b < n; ++b) {
      if (a == b) continue;
      // Negative lags are the positive ones of (b, a); lag 0 belongs to a < b.
      for (int lag = a < b ? 0 : 1; lag <= max_lag; ++lag) {
        const double sigmas = series[a].CorrelationSigmas(series[b], lag);
        worst.cases += 1;
        if (std::abs(sigmas) > std::abs(worst.sigmas)) {
          worst.sigmas = sigmas;
          worst.from = a;
          worst.to = b;
          worst.lag = lag;
        }
      }
    }
  }
  return worst;
}

}  // namespace tsu::stats
