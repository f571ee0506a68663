// SPDX-License-Identifier: Apache-2.0
// What learns: float masters of one layer, their gradient, their optimiser, the correlation penalty's controller.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cpu_sampler.hpp"
#include "tsu/model.hpp"

namespace tsu::train {

// Undirected edges of a grid in the order of ModelLayer::j, off-grid ones left out.
struct GridEdge {
  std::int32_t a, b;      // sites y * cols + x
  std::int32_t position;  // in ModelLayer::j
};
std::vector<GridEdge> GridEdges(int rows, int cols, const Pattern& pattern);

// Expectations of s_a s_b for every edge and of s_i for every site.
struct Moments {
  std::vector<float> pair, mean;
};
Moments ToMoments(const cpu::Statistics& counts, const cpu::Layout& layout, double samples);

// Parameters of one layer in units of 1 (32 LSB): [edges] couplings, then [sites] biases.
using Parameters = std::vector<float>;

inline constexpr double kSpread = 0.02;  // standard deviation of the first couplings
// [edges] couplings, normally distributed, then [sites] zeros.
Parameters FirstParameters(std::size_t edges, std::size_t sites, std::uint64_t seed);

// Uphill direction of mean log-likelihood - penalty * total correlation:
//   dJ = clamped pair - free pair + penalty * (free mean_a * free mean_b - free pair),  dh = clamped mean - free mean.
void Gradient(const Moments& clamped, const Moments& free, std::span<const GridEdge> edges, double penalty,
              Parameters& gradient);

// Adam, uphill.
struct Adam {
  std::vector<float> first, second;
  std::int64_t step = 0;
  void Ascend(Parameters& parameters, const Parameters& gradient, double rate);
};

// Penalty of the next stretch from the chains' autocorrelation at the deployed number of sweeps: falls while they mix, rises
// while they get slower. As the author's code does it: below the threshold * (0.6 + 0.2 autocorrelation / threshold), else
// * 0.95, or when it has grown * 1.2 (1.5 from 1.8 thresholds on); never below 0.001.
double NextPenalty(double penalty, double autocorrelation, double previous, double threshold);

// The same as the paper prints it (appendix H.2): * (1 - delta) below the threshold, kept while the autocorrelation does not
// grow, * (1 + delta) when it has; from kLeastPenalty at least, and what ends below that is 0.
inline constexpr double kPaperDelta = 0.2, kLeastPenalty = 1e-4;
double PaperPenalty(double penalty, double autocorrelation, double previous, double threshold);

// Autocorrelation of projected visible states: groups of `group` consecutive chains share their conditioning and are
// centred on their own mean. States: [chain][pixel], 0/1.
double Autocorrelation(std::span<const std::uint8_t> before, std::span<const std::uint8_t> after, int chains, int group,
                       std::uint64_t seed);

// Rounded to what the device takes: biases to units of 1/32, couplings to multiples of weight_step such units (a power of two), halves
// away from zero; clipped to the largest multiple within weight_bits.
void Quantise(const Parameters& parameters, std::span<const GridEdge> edges, int weight_bits, int weight_step, ModelLayer& layer);

}  // namespace tsu::train
