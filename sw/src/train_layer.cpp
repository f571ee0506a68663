// SPDX-License-Identifier: Apache-2.0
#include "train_layer.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "hash.hpp"
#include "tsu/mixing.hpp"
#include "tsu/regs.hpp"

namespace tsu::train {

std::vector<GridEdge> GridEdges(int rows, int cols, const Pattern& pattern) {
  const auto offsets = Offsets(pattern);
  std::vector<GridEdge> edges;
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < cols; ++x)
      for (std::size_t k = 0; k < pattern.size(); ++k)
        for (int r = 0; r < 2; ++r) {
          const int nx = x + offsets[4 * k + r].dx, ny = y + offsets[4 * k + r].dy;
          if (nx < 0 || nx >= cols || ny < 0 || ny >= rows) continue;
          const int site = y * cols + x;
          edges.push_back({site, ny * cols + nx, static_cast<std::int32_t>((site * pattern.size() + k) * 2 + r)});
        }
  return edges;
}

Parameters FirstParameters(std::size_t edges, std::size_t sites, std::uint64_t seed) {
  Parameters parameters(edges + sites, 0);
  for (std::size_t e = 0; e < edges; ++e) {
    const double u = 1 - Uniform(seed, 2 * e), v = Uniform(seed, 2 * e + 1);
    parameters[e] = static_cast<float>(kSpread * std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v));
  }
  return parameters;
}

Moments ToMoments(const cpu::Statistics& counts, const cpu::Layout& layout, double samples) {
  Moments m;
  m.pair.reserve(counts.unequal.size());
  for (const std::uint32_t n : counts.unequal) m.pair.push_back(static_cast<float>(1 - 2 * (n / samples)));
  m.mean.resize(counts.down.size());
  for (int y = 0; y < layout.rows; ++y)
    for (int x = 0; x < layout.cols; ++x)
      m.mean[y * layout.cols + x] = static_cast<float>(1 - 2 * (counts.down[x * layout.rows + y] / samples));
  return m;
}

void Gradient(const Moments& clamped, const Moments& free, std::span<const GridEdge> edges, double penalty,
              Parameters& gradient) {
  gradient.resize(edges.size() + free.mean.size());
  const float lambda = static_cast<float>(penalty);
  for (std::size_t e = 0; e < edges.size(); ++e) {
    const float independent = free.mean[edges[e].a] * free.mean[edges[e].b];
    gradient[e] = clamped.pair[e] - free.pair[e] + lambda * (independent - free.pair[e]);
  }
  for (std::size_t i = 0; i < free.mean.size(); ++i) gradient[edges.size() + i] = clamped.mean[i] - free.mean[i];
}

void Adam::Ascend(Parameters& parameters, const Parameters& gradient, double rate) {
  constexpr float kFirst = 0.9f, kSecond = 0.999f, kTiny = 1e-8f;
  first.resize(parameters.size());
  second.resize(parameters.size());
  ++step;
  const float scale = static_cast<float>(rate / (1 - std::pow(0.9, static_cast<double>(step))));
  const float unbias = static_cast<float>(1 / (1 - std::pow(0.999, static_cast<double>(step))));
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    first[i] = kFirst * first[i] + (1 - kFirst) * gradient[i];
    second[i] = kSecond * second[i] + (1 - kSecond) * gradient[i] * gradient[i];
    parameters[i] += scale * first[i] / (std::sqrt(second[i] * unbias) + kTiny);
  }
}

double NextPenalty(double penalty, double autocorrelation, double previous, double threshold) {
  double factor = 0.95;
  if (autocorrelation < threshold) {
    factor = 0.6 + 0.2 * std::max(autocorrelation, 0.0) / threshold;
  } else if (autocorrelation > previous) {
    factor = autocorrelation >= 1.8 * threshold ? 1.5 : 1.2;
  }
  return std::max(penalty * factor, 0.001);
}

double PaperPenalty(double penalty, double autocorrelation, double previous, double threshold) {
  double next = std::max(penalty, kLeastPenalty);
  if (autocorrelation < threshold) {
    next *= 1 - kPaperDelta;
  } else if (autocorrelation > previous) {
    next *= 1 + kPaperDelta;
  }
  return next < kLeastPenalty ? 0 : next;
}

double Autocorrelation(std::span<const std::uint8_t> before, std::span<const std::uint8_t> after, int chains, int group,
                       std::uint64_t seed) {
  constexpr int kProjections = 32;
  const Projections projections(kProjections, before.size() / chains, seed);
  EnsembleCorrelation correlation;
  correlation.Add(projections.Of(before), projections.Of(after), group);
  return correlation.value();
}

void Quantise(const Parameters& parameters, std::span<const GridEdge> edges, int weight_bits, int weight_step, ModelLayer& layer) {
  const float one = 1 << regs::kFieldFracBits, steps = one / static_cast<float>(weight_step);  // of a parameter of 1; both exact
  const float most_j = static_cast<float>(((1 << (weight_bits - 1)) - 1) / weight_step), most_h = (1 << (regs::kBiasBits - 1)) - 1;
  std::fill(layer.j.begin(), layer.j.end(), std::int16_t{0});
  for (std::size_t e = 0; e < edges.size(); ++e)
    layer.j[edges[e].position] =
        static_cast<std::int16_t>(weight_step * std::lround(std::clamp(steps * parameters[e], -most_j, most_j)));
  for (std::size_t i = 0; i < layer.h.size(); ++i)
    layer.h[i] =
        static_cast<std::int16_t>(std::lround(std::clamp(one * parameters[edges.size() + i], -most_h, most_h)));
}

}  // namespace tsu::train
