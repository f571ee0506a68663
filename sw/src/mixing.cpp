// SPDX-License-Identifier: Apache-2.0
#include "tsu/mixing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "hash.hpp"

namespace tsu {
namespace {

// The halves of all chains, and what both estimators are made of.
struct Halves {
  std::vector<std::span<const double>> series;
  std::vector<double> mean;
  double n = 0;
  double within = 0;    // W
  double of_means = 0;  // B / n
  double variance = 0;  // var+

  Halves(std::span<const double> draws, int chains) {
    const std::size_t length = chains > 0 ? draws.size() / chains : 0, half = length / 2;
    if (half < 2 || length * chains != draws.size())
      throw std::logic_error("mixing needs chains of equal length, 4 draws or more");
    n = static_cast<double>(half);
    for (int c = 0; c < chains; ++c) {
      series.push_back(draws.subspan(c * length, half));
      series.push_back(draws.subspan((c + 1) * length - half, half));
    }
    const double m = static_cast<double>(series.size());
    double grand = 0;
    for (const auto& s : series) {
      double sum = 0, square = 0;
      for (const double v : s) sum += v;
      mean.push_back(sum / n);
      for (const double v : s) square += (v - mean.back()) * (v - mean.back());
      within += square / (n - 1) / m;
      grand += mean.back() / m;
    }
    for (const double v : mean) of_means += (v - grand) * (v - grand) / (m - 1);
    variance = (n - 1) / n * within + of_means;
  }

  // Mean over the halves of their autocovariance at a lag.
  double Autocovariance(std::size_t lag) const {
    double sum = 0;
    for (std::size_t j = 0; j < series.size(); ++j) {
      for (std::size_t t = lag; t < series[j].size(); ++t)
        sum += (series[j][t] - mean[j]) * (series[j][t - lag] - mean[j]);
    }
    return sum / n / static_cast<double>(series.size());
  }
};

PackedImages RandomSigns(int count, std::size_t pixels, std::uint64_t seed) {
  std::vector<std::uint8_t> bits(count * pixels);
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = Hash(seed, i) & 1;
  return {bits, pixels};
}

}  // namespace

double SplitRhat(std::span<const double> draws, int chains) {
  const Halves h(draws, chains);
  if (h.within == 0) return h.of_means == 0 ? 1 : std::numeric_limits<double>::infinity();
  return std::sqrt(h.variance / h.within);
}

double EffectiveSamples(std::span<const double> draws, int chains) {
  const Halves h(draws, chains);
  const double total = h.n * static_cast<double>(h.series.size());
  if (h.variance == 0) return total;
  const auto rho = [&h](std::size_t lag) {
    return lag == 0 ? 1.0 : 1 - (h.within - h.Autocovariance(lag)) / h.variance;
  };
  double sum = 0, least = std::numeric_limits<double>::infinity();
  for (std::size_t lag = 0; lag + 1 < static_cast<std::size_t>(h.n); lag += 2) {
    const double pair = rho(lag) + rho(lag + 1);
    if (pair <= 0) break;
    sum += least = std::min(least, pair);
  }
  return total / std::max(2 * sum - 1, 1 / std::log10(total));
}

double ChainAutocorrelation(std::span<const double> series, int lag) {
  double mean = 0, product = 0, square = 0;
  for (const double v : series) mean += v / static_cast<double>(series.size());
  for (std::size_t t = 0; t < series.size(); ++t) {
    square += (series[t] - mean) * (series[t] - mean);
    if (t + lag < series.size()) product += (series[t] - mean) * (series[t + lag] - mean);
  }
  return square > 0 ? product / square : 0;
}

void EnsembleCorrelation::Add(std::span<const double> values_before, std::span<const double> values_after, int group) {
  for (std::size_t first = 0; first + group <= values_before.size(); first += group) {
    double mean0 = 0, mean1 = 0;
    for (int g = 0; g < group; ++g) {
      mean0 += values_before[first + g];
      mean1 += values_after[first + g];
    }
    mean0 /= group;
    mean1 /= group;
    for (int g = 0; g < group; ++g) {
      const double d0 = values_before[first + g] - mean0, d1 = values_after[first + g] - mean1;
      cross += d0 * d1;
      before += d0 * d0;
      after += d1 * d1;
    }
  }
}

double EnsembleCorrelation::value() const { return before > 0 && after > 0 ? cross / std::sqrt(before * after) : 0; }

DecayFit FitDecay(std::span<const double> lags, std::span<const double> values, std::span<const double> errors) {
  constexpr std::size_t kLeast = 3;
  std::size_t resolved = 0;
  while (resolved < lags.size() && values[resolved] > 0 && values[resolved] >= 5 * errors[resolved]) ++resolved;
  DecayFit fit;
  if (resolved < kLeast) return fit;
  std::size_t first = 0;
  while (lags[first] < (lags[0] + lags[resolved - 1]) / 2) ++first;
  first = std::min(first, resolved - kLeast);
  double weights = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (std::size_t i = first; i < resolved; ++i) {
    const double relative = std::max(errors[i] / values[i], 1e-9), w = 1 / (relative * relative),
                 log = std::log(values[i]);
    weights += w;
    x += w * lags[i];
    y += w * log;
    xx += w * lags[i] * lags[i];
    xy += w * lags[i] * log;
  }
  const double slope = (weights * xy - x * y) / (weights * xx - x * x);
  fit.found = true;
  fit.sigma = std::exp(slope);
  fit.scale = std::exp((y - slope * x) / weights);
  fit.time = slope < 0 ? -1 / slope : std::numeric_limits<double>::infinity();
  fit.first_lag = lags[first];
  fit.last_lag = lags[resolved - 1];
  return fit;
}

Projections::Projections(int count, std::size_t pixels, std::uint64_t seed)
    : signs_(RandomSigns(count, pixels, seed)) {}

// Spins and signs that agree minus those that do not.
std::vector<double> Projections::Of(std::span<const std::uint8_t> bits) const {
  const PackedImages states(bits, signs_.pixels());
  std::vector<double> values(signs_.size() * states.size());
  std::vector<std::uint64_t> distances;
  for (std::size_t p = 0; p < signs_.size(); ++p) {
    signs_.Distances(p, states, states.size(), distances);
    for (std::size_t s = 0; s < states.size(); ++s) {
      values[p * states.size() + s] = static_cast<double>(signs_.pixels()) - 2.0 * static_cast<double>(distances[s]);
    }
  }
  return values;
}

}  // namespace tsu
