// SPDX-License-Identifier: Apache-2.0
// Consistency of models and their expansion for devices. The file format is in model_file.cpp.
#include "tsu/model.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "tsu/error.hpp"
#include "tsu/regs.hpp"

namespace tsu {
namespace {

constexpr int kBiasMax = (1 << (regs::kBiasBits - 1)) - 1;

void CheckLayer(const Model& m, int k, const std::vector<Offset>& offsets, const std::string& where) {
  const ModelLayer& layer = m.layers[k];
  const auto fail = [&](const std::string& what) {
    return Error(Exit::kBadInput, "layer " + std::to_string(k) + ": " + what, where, "the model file is broken");
  };
  const std::size_t sites = static_cast<std::size_t>(m.rows) * m.cols, rules = m.pattern.size();
  if (layer.j.size() != sites * 2 * rules || layer.h.size() != sites) throw fail("J or h has the wrong size");
  const int weight_max = (1 << (m.weight_bits - 1)) - 1;
  for (std::size_t i = 0; i < layer.j.size(); ++i) {
    if (std::abs(layer.j[i]) > weight_max) throw fail("a weight is out of the range of " + std::to_string(m.weight_bits) + " bits");
    if (layer.j[i] == 0) continue;
    const int site = static_cast<int>(i / (2 * rules)), rule = static_cast<int>(i % (2 * rules)) / 2, r = static_cast<int>(i % 2);
    const Offset at = offsets[4 * rule + r];
    const int x = site % m.cols + at.dx, y = site / m.cols + at.dy;
    if (x < 0 || x >= m.cols || y < 0 || y >= m.rows) throw fail("a weight points off the grid");
  }
  if (std::any_of(layer.h.begin(), layer.h.end(), [](int h) { return std::abs(h) > kBiasMax; })) throw fail("a bias h is out of range");
  if (layer.c[0] != 0) throw fail("c of class 0 must be 0");
  if (std::any_of(layer.c.begin(), layer.c.end(), [](int c) { return std::abs(c) > kBiasMax; })) throw fail("a coupling c is out of range");
  for (const double level : {layer.signal_in, layer.signal_out}) {
    if (!(level >= 0 && level <= 1)) throw fail("a signal level is not in 0..1");
  }
  if (layer.schedule.empty() || layer.schedule.size() > 64) throw fail("the beta schedule has no or too many segments");
  for (const Segment& s : layer.schedule) {
    if (!std::isfinite(s.beta) || s.beta <= 0 || s.beta > 100) throw fail("beta is not a number in (0, 100]");
    if (s.sweeps < 1 || s.sweeps > kMostSweeps) throw fail("the number of sweeps is not in 1..1000000");
  }
}

}  // namespace

Shape Model::shape(int chains) const {
  return {rows, cols, pattern, weight_bits, static_cast<int>(layers.size()), chains};
}

void CheckModel(const Model& m, const std::string& where) {
  const auto fail = [&where](const std::string& what) { return Error(Exit::kBadInput, what, where, "the model file is broken"); };
  if (m.rows < 1 || m.rows > kMostSide || m.cols < 2 || m.cols > kMostSide || m.cols % 2 != 0) throw fail("the grid is not 1..1024 rows by an even 2..1024 columns");
  if (m.weight_bits < 4 || m.weight_bits > 10) throw fail("weight bits are not 4..10");
  if (const std::string fault = PatternFault(m.pattern); !fault.empty()) throw fail("the pattern " + fault);
  if (m.layers.empty() || m.layers.size() > 64) throw fail("the model has no or too many layers");
  const std::size_t sites = static_cast<std::size_t>(m.rows) * m.cols;
  if (m.site_class.size() != sites) throw fail("sites.class has the wrong size");
  if (std::any_of(m.site_class.begin(), m.site_class.end(), [](int c) { return c > 3; })) throw fail("a site class is not 0..3");
  if (m.image_rows < 1 || m.image_cols < 1 || m.visible.size() != static_cast<std::size_t>(m.image_rows) * m.image_cols) throw fail("the visible map does not have one entry a pixel");
  std::vector<bool> taken(sites);
  for (const std::int32_t site : m.visible) {
    if (site < 0 || static_cast<std::size_t>(site) >= sites) throw fail("a visible site is off the grid");
    if (taken[site]) throw fail("two pixels share site " + std::to_string(site));
    if (m.site_class[site] == 0) throw fail("visible site " + std::to_string(site) + " has class 0");
    taken[site] = true;
  }
  if (m.labels.size() % kClasses != 0) throw fail("the label map does not have ten sites a spot");
  for (const std::int32_t site : m.labels) {
    if (site < 0 || static_cast<std::size_t>(site) >= sites) throw fail("a label site is off the grid");
    if (taken[site]) throw fail("label site " + std::to_string(site) + " is taken twice");
    if (m.site_class[site] == 0) throw fail("label site " + std::to_string(site) + " has class 0");
    taken[site] = true;
  }
  for (std::size_t i = 0; i < sites; ++i) {
    if (m.site_class[i] > 0 && !taken[i]) throw fail("site " + std::to_string(i) + " has a visible class but is neither pixel nor label");
  }
  const std::vector<Offset> offsets = Offsets(m.pattern);
  for (std::size_t k = 0; k < m.layers.size(); ++k) CheckLayer(m, static_cast<int>(k), offsets, where);
}

Model WithSweeps(const Model& model, int sweeps) {
  Model out = model;
  for (ModelLayer& layer : out.layers) {
    std::int64_t total = 0, before = 0;
    for (const Segment& s : layer.schedule) total += s.sweeps;
    for (Segment& s : layer.schedule) {
      const std::int64_t after = before + s.sweeps;
      s.sweeps = std::max<int>(1, static_cast<int>(after * sweeps / total - before * sweeps / total));
      before = after;
    }
  }
  return out;
}

LayerWeights Expand(const Model& m, int index) {
  const ModelLayer& layer = m.layers[index];
  const std::vector<Offset> offsets = Offsets(m.pattern);
  const std::size_t rules = m.pattern.size();
  LayerWeights out;
  out.h = layer.h;
  out.c = layer.c;
  out.j.assign(static_cast<std::size_t>(m.rows) * m.cols * 4 * rules, 0);
  for (std::size_t i = 0; i < layer.j.size(); ++i) {
    if (layer.j[i] == 0) continue;
    const int site = static_cast<int>(i / (2 * rules)), n = 4 * (static_cast<int>(i % (2 * rules)) / 2) + static_cast<int>(i % 2);
    const int other = (site / m.cols + offsets[n].dy) * m.cols + site % m.cols + offsets[n].dx;
    out.j[static_cast<std::size_t>(site) * offsets.size() + n] = layer.j[i];
    out.j[static_cast<std::size_t>(other) * offsets.size() + n + 2] = layer.j[i];  // rotation r + 2 leads back
  }
  return out;
}

}  // namespace tsu
