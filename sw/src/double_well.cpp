// SPDX-License-Identifier: Apache-2.0
#include "tsu/double_well.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <string>

#include "tsu/error.hpp"
#include "tsu/regs.hpp"

namespace tsu {
namespace {

// clang-format off
constexpr const char* kFace[kWellSide] = {
    "..####..",
    ".#....#.",
    "#.#..#.#",
    "#......#",
    "#.#..#.#",
    "#..##..#",
    ".#....#.",
    "..####..",
};
// clang-format on

// Couplings, in 1/32: within a step, and to the output of the step before.
struct Strength {
  std::int16_t j, c;
};
constexpr Strength kSteps[] = {{14, 0}, {20, 8}, {32, 4}};
constexpr Strength kTarget{kSteps[std::size(kSteps) - 1].j, 0};
constexpr int kTargetField = 16;  // summed over the sites, in 1/32

constexpr double kOne = 1 << regs::kFieldFracBits;

// A sum spread over the sites: equal shares, and one more at scattered places.
std::int16_t FieldAt(int site, int sum) {
  return static_cast<std::int16_t>(sum / kWellSites + (site * 37 % kWellSites < sum % kWellSites));
}

ModelLayer Layer(const Pattern& pattern, const Strength& strength, int field) {
  const std::size_t rules = pattern.size();
  const auto rule = static_cast<std::size_t>(std::find(pattern.begin(), pattern.end(), Rule{0, 1}) - pattern.begin());
  if (rule == rules)
    throw Error(Exit::kIncompatible, "nearest neighbours are not coupled", PatternName(pattern), "use cpu:");
  const std::vector<Offset> offsets = Offsets(pattern);
  ModelLayer layer;
  layer.j.assign(kWellSites * 2 * rules, 0);
  for (int site = 0; site < kWellSites; ++site) {
    for (std::size_t r = 0; r < 2; ++r) {
      const int x = site % kWellSide + offsets[4 * rule + r].dx, y = site / kWellSide + offsets[4 * rule + r].dy;
      if (x < 0 || x >= kWellSide || y < 0 || y >= kWellSide) continue;
      layer.j[(site * rules + rule) * 2 + r] =
          static_cast<std::int16_t>(strength.j * FaceAt(site) * FaceAt(y * kWellSide + x));
    }
    layer.h.push_back(static_cast<std::int16_t>(FaceAt(site) * FieldAt(site, field)));
  }
  layer.c[1] = strength.c;
  layer.schedule = {{1.0, kWellSweeps}};
  return layer;
}

Model Machine(const Pattern& pattern) {
  Model model;
  model.rows = model.cols = model.image_rows = model.image_cols = kWellSide;
  model.pattern = pattern;
  model.site_class.assign(kWellSites, 1);
  model.visible.resize(kWellSites);
  std::iota(model.visible.begin(), model.visible.end(), 0);
  return model;
}

// Sums over the spins row by row, left to right, in the face's own frame (where every coupling is +j): the state of the
// sum is the last row of spins seen, the sum's value the weight of every overlap so far.
Wells Sum(double j, const std::vector<double>& h) {
  constexpr int kRows = 1 << kWellSide, kOverlaps = 2 * kWellSites + 1;
  using Weights = std::vector<double>;  // [last spins][overlap + kWellSites]
  Weights weights(kRows * kOverlaps, 0);
  weights[kWellSites] = 1;
  for (int site = 0; site < kWellSites; ++site) {
    Weights next(weights.size(), 0);
    for (int last = 0; last < kRows; ++last) {
      for (const int s : {-1, 1}) {
        double field = h[site];
        if (site % kWellSide > 0) field += j * (2 * (last & 1) - 1);
        if (site >= kWellSide) field += j * (2 * (last >> (kWellSide - 1) & 1) - 1);
        const double factor = std::exp(s * field - 2 * j);  // - 2 j keeps the sums small
        const double* from = &weights[static_cast<std::size_t>(last) * kOverlaps];
        double* to = &next[static_cast<std::size_t>((last << 1 | (s > 0)) & (kRows - 1)) * kOverlaps];
        for (int m = 1; m + 1 < kOverlaps; ++m) to[m + s] += factor * from[m];
      }
    }
    weights.swap(next);
  }
  Wells wells;
  double total = 0;
  for (int last = 0; last < kRows; ++last) {
    for (int m = 0; m < kOverlaps; ++m) {
      const double w = weights[static_cast<std::size_t>(last) * kOverlaps + m];
      wells.Add(m - kWellSites, w);
      total += w;
    }
  }
  return {wells.face / total, wells.negative / total, wells.neither / total, wells.mostly_face / total};
}

Wells ExactOf(int j, int field) {
  std::vector<double> h;
  for (int site = 0; site < kWellSites; ++site) h.push_back(FieldAt(site, field) / kOne);
  return Sum(j / kOne, h);
}

// The field at which couplings j share the wells as the target does. The share rises with the field.
int FieldFor(int j) {
  const double share = ExactOf(kTarget.j, kTargetField).mostly_face;
  int field = 0;
  while (ExactOf(j, field).mostly_face < share) ++field;
  return field > 0 && share - ExactOf(j, field - 1).mostly_face < ExactOf(j, field).mostly_face - share ? field - 1
                                                                                                        : field;
}

}  // namespace

int FaceAt(int site) { return kFace[site / kWellSide][site % kWellSide] == '#' ? 1 : -1; }

void Wells::Add(int overlap, double weight) {
  (overlap >= kWellSites / 2 ? face : overlap <= -kWellSites / 2 ? negative : neither) += weight;
  mostly_face += overlap > 0 ? weight : overlap == 0 ? weight / 2 : 0;
}

int FaceOverlap(std::span<const std::uint8_t> state) {
  int overlap = 0;
  for (int site = 0; site < kWellSites; ++site) overlap += FaceAt(site) * (2 * state[site] - 1);
  return overlap;
}

Wells CountWells(std::span<const std::uint8_t> states) {
  Wells wells;
  const double each = static_cast<double>(kWellSites) / static_cast<double>(states.size());
  for (std::size_t first = 0; first < states.size(); first += kWellSites) {
    wells.Add(FaceOverlap(states.subspan(first, kWellSites)), each);
  }
  return wells;
}

Wells ExactWells(const Model& model, int layer) {
  const ModelLayer& from = model.layers[layer];
  std::vector<double> h;
  for (int site = 0; site < kWellSites; ++site) h.push_back(FaceAt(site) * from.h[site] / kOne);
  const auto j = std::max_element(from.j.begin(), from.j.end());
  return Sum(*j / kOne, h);
}

Model DoubleWellSteps(const Pattern& pattern) {
  Model model = Machine(pattern);
  for (const Strength& step : kSteps) {
    const bool target = &step == std::end(kSteps) - 1;
    model.layers.push_back(Layer(pattern, step, target ? kTargetField : FieldFor(step.j)));
  }
  return model;
}

Model DoubleWellTarget(const Pattern& pattern) {
  Model model = Machine(pattern);
  model.layers = {Layer(pattern, kTarget, kTargetField)};
  model.layers[0].schedule = {{1.0, kWellSweeps * static_cast<int>(std::size(kSteps))}};
  return model;
}

Pattern WellPattern(const Device& device) {
  const auto shape = device.native_shape();
  return shape ? shape->pattern : ParsePattern("G12");
}

}  // namespace tsu
