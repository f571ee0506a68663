// SPDX-License-Identifier: Apache-2.0
// Do chains mix? Statistics of many chains, of scalars of their states. Where `chains` is an argument, draws lie as
// draws[chain * length + t].
//
// Sources. [BDA] Gelman et al., Bayesian Data Analysis, 3rd ed. (2013), section 11.4. [V] Vehtari, Gelman, Simpson,
// Carpenter, Buerkner, Rank-normalization, folding, and localization: an improved R-hat, Bayesian Analysis 16 (2021).
// [G] Geyer, Practical Markov chain Monte Carlo, Statistical Science 7 (1992), section 3.3. [DTM] arXiv 2510.23972,
// appendix on mixing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tsu/eval.hpp"

namespace tsu {

// Split R-hat, classic ([BDA] 11.1 to 11.4, [V] 1 to 4): every chain is cut into halves (a middle draw is left out),
// which gives m sequences of n draws with means y_j and variances s_j^2 (over n - 1);
//   W = mean of s_j^2,  B / n = variance of y_j (over m - 1),  R-hat = sqrt(((n - 1) / n W + B / n) / W).
// Not rank-normalised: sums over hundreds of +-1 have neither heavy tails nor infinite variance, which ranks are a cure
// for. 1 when no draw differs from another, infinite when every sequence stands still at a value of its own. Needs 4
// draws a chain.
double SplitRhat(std::span<const double> draws, int chains);

// Number of independent draws that would know the mean as well, from the same halves ([V] 10 to 13, [G]):
//   rho_t = 1 - (W - mean_j acov_j(t)) / var+,  var+ = (n - 1) / n W + B / n,  acov_j(t) over n,
//   tau = -1 + 2 sum of P_k,  P_k = rho_2k + rho_2k+1 while positive, made non-increasing;  ESS = m n / tau,
// at most m n log10(m n). The between-halves variance is in var+, so chains stuck in different wells count few draws.
double EffectiveSamples(std::span<const double> draws, int chains);

// Of one chain: sum (y_t - mean)(y_t+lag - mean) / sum (y_t - mean)^2, mean of this very chain; 0 for a chain that
// stands still. Blind to wells: a chain that never leaves the one it started in has that well's mean subtracted and
// reads as mixed.
double ChainAutocorrelation(std::span<const double> series, int lag);

// Autocorrelation of an ensemble between two instants. `group` consecutive chains share a law (a conditioning); each
// instant of a group is centred on the group's mean at that instant. Means of chains over time are not removed: what a
// chain remembers of where it started stays in the sum. Add as many pairs of instants and scalars as there are.
struct EnsembleCorrelation {
  double cross = 0, before = 0, after = 0;
  void Add(std::span<const double> values_before, std::span<const double> values_after, int group);
  double value() const;  // 0 when nothing varies
};

// C sigma^lag fitted to the late lags of an autocorrelation ([DTM]: late times show the second eigenvalue of the
// kernel). Resolved lags: from the first on, until a value lies below 5 of its standard errors. Late ones: those of the
// second half of that stretch, at least 3. Least squares of log(value), weights (value / error)^2.
struct DecayFit {
  bool found = false;           // false: fewer than 3 lags are resolved
  double scale = 0, sigma = 0;  // C, and the factor a sweep
  double time = 0;              // -1 / ln sigma; infinite when nothing decays
  double first_lag = 0, last_lag = 0;
};
DecayFit FitDecay(std::span<const double> lags, std::span<const double> values, std::span<const double> errors);

// Random projections of states: y_p = sum_i e_pi s_i, signs e_pi fair and drawn once from the seed.
class Projections {
 public:
  Projections(int count, std::size_t pixels, std::uint64_t seed);
  int count() const { return static_cast<int>(signs_.size()); }
  // bits[state][pixel], 0/1 -> values[projection * states + state].
  std::vector<double> Of(std::span<const std::uint8_t> bits) const;

 private:
  PackedImages signs_;
};

}  // namespace tsu
