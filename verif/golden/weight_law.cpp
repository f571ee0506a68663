// SPDX-License-Identifier: Apache-2.0
#include "verif/golden/weight_law.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "tsu/error.hpp"
#include "tsu/regs.hpp"
#include "verif/golden/random_model.hpp"
#include "verif/stats/stats.hpp"

namespace tsu::golden {
namespace {

constexpr int kFileTableBits = 9;
constexpr double kUnits = 1 << regs::kFieldFracBits;  // of 1/32 in 1
constexpr double kBiasSpread = 0.3;

void CheckBits(int bits) {
  if (bits < kFewestWeightBits || bits > kMostWeightBits)
    throw Error(Exit::kUsage, "number of weight bits", std::to_string(bits),
                std::to_string(kFewestWeightBits) + " to " + std::to_string(kMostWeightBits));
}

int MostOf(int bits) { return (1 << (bits - 1)) - 1; }

std::int16_t Times(std::int16_t value, int factor, int bits) {
  const int product = value * factor;
  if (std::abs(product) > MostOf(bits))
    throw Error(Exit::kIncompatible, "a bias or coupling of the model does not fit finer units", std::to_string(value) + " / 32",
                std::to_string(bits) + " bits hold " + std::to_string(MostOf(bits) / factor) + " / 32 at most");
  return static_cast<std::int16_t>(product);
}

}  // namespace

double WeightStep(int bits) { return std::ldexp(1.0, 3 - bits); }

double ShortWeight(double j, int bits) {
  const double most = MostOf(bits);
  return WeightStep(bits) * std::clamp(std::round(j / WeightStep(bits)), -most, most);
}

int WeightScale(int bits) { return 1 << std::max(0, bits - kFileWeightBits); }

// Nine bits: at the smallest beta that models here use, 0.9, the last of 512 entries is already rarer than 2^-20 (SaturatesInLaw).
int ShortTableBits(int bits) { return kFileTableBits + std::max(0, bits - kFileWeightBits - 1); }

Model Scaled(const Model& model, int factor) {
  Model out = model;
  while (1 << (out.weight_bits - model.weight_bits) < factor) ++out.weight_bits;
  if (out.weight_bits > kMostWeightBits)
    throw Error(Exit::kIncompatible, "weights too wide for a device", std::to_string(out.weight_bits) + " bits", "10 at most");
  for (ModelLayer& layer : out.layers) {
    for (std::int16_t& j : layer.j) j = Times(j, factor, out.weight_bits);
    for (std::int16_t& h : layer.h) h = Times(h, factor, regs::kBiasBits);
    for (std::int16_t& c : layer.c) c = Times(c, factor, regs::kBiasBits);
    for (Segment& s : layer.schedule) s.beta /= factor;
  }
  return out;
}

Model WithShortWeights(const Model& model, int bits) {
  CheckBits(bits);
  if (model.weight_bits != kFileWeightBits)
    throw Error(Exit::kIncompatible, "a model of weights of another width", std::to_string(model.weight_bits) + " bits", "rounding starts from 8");
  if (bits > kFileWeightBits) return Scaled(model, WeightScale(bits));  // every multiple of 1/32 is one of the finer step
  Model out = model;
  for (ModelLayer& layer : out.layers)
    for (std::int16_t& j : layer.j) j = static_cast<std::int16_t>(kUnits * ShortWeight(j / kUnits, bits));
  return out;
}

FineMachine MakeFineMachine(double spread, int sites, std::mt19937_64& random) {
  constexpr int kSide = 20;
  const Pattern pattern = ParsePattern("G12");
  std::normal_distribution<double> normal;
  // The layer's weights are drawn anew, finer; what it gives is who is whose neighbour. Zero spread: clamped sites do nothing.
  const auto layer = RandomLayer(kSide, kSide, pattern, kFileWeightBits, {0, 0, 0}, random);
  const auto cluster = RandomCluster(kSide, kSide, pattern, sites, random);
  const std::vector<std::uint8_t> zero(kSide * kSide);
  FineMachine m{MakeGraph(kSide, kSide, pattern, layer, cluster, zero, zero, true)};
  Graph& g = m.graph;
  for (int u = 0; u < g.variables(); ++u) {
    g.bias[u] = static_cast<int>(std::lround(kUnits * kBiasSpread * normal(random))) * kFineUnits;
    for (auto& link : g.links[u]) {
      if (link.to < u) continue;
      const double most = 4 - WeightStep(kMostWeightBits);
      link.weight = static_cast<int>(std::lround(kUnits * kFineUnits * std::clamp(spread * normal(random), -most, most)));
      for (auto& back : g.links[link.to])
        if (back.to == u) back.weight = link.weight;
    }
  }
  return m;
}

Graph ShortGraph(const FineMachine& machine, int bits) {
  CheckBits(bits);
  const int scale = WeightScale(bits);
  Graph g = machine.graph;
  for (int& h : g.bias) h = h / kFineUnits * scale;
  for (auto& links : g.links)
    for (auto& link : links)
      link.weight = static_cast<int>(kUnits * scale * ShortWeight(link.weight / (kUnits * kFineUnits), bits));
  return g;
}

WeightDistance DistanceOfShort(const FineMachine& machine, int bits, double beta) {
  const std::vector<double> fine = BoltzmannLaw(machine.graph, beta / kFineUnits);
  const Graph g = ShortGraph(machine, bits);
  const double scaled = beta / WeightScale(bits);
  return {stats::TotalVariation(BoltzmannLaw(g, scaled), fine),
          stats::TotalVariation(Kernel(g, MakeTable(scaled, ShortTableBits(bits))).StationaryLaw(), fine)};
}

}  // namespace tsu::golden
