// SPDX-License-Identifier: Apache-2.0
#include "verif/golden/whole_model.hpp"

#include <algorithm>
#include <random>

namespace tsu::golden {

Model RandomModel(const Shape& shape, std::uint64_t seed, int sweeps) {
  std::mt19937_64 random(seed);
  const auto in = [&random](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  Model m;
  m.rows = shape.rows;
  m.cols = shape.cols;
  m.pattern = shape.pattern;
  m.weight_bits = shape.weight_bits;
  const int sites = m.rows * m.cols, rules = static_cast<int>(m.pattern.size());
  m.image_rows = 1;
  m.image_cols = std::max(1, sites / 4);
  m.site_class.assign(sites, 0);
  for (int p = 0; p < m.image_cols; ++p) {
    m.visible.push_back(4 * p % sites);
    m.site_class[m.visible.back()] = static_cast<std::uint8_t>(1 + p % 3);
  }
  const std::vector<Offset> offsets = Offsets(m.pattern);
  const int weight = (1 << (m.weight_bits - 1)) - 1;
  for (int k = 0; k < shape.layers; ++k) {
    ModelLayer layer;
    layer.j.assign(static_cast<std::size_t>(sites) * 2 * rules, 0);
    for (int i = 0; i < sites; ++i) {
      for (int e = 0; e < 2 * rules; ++e) {
        const Offset at = offsets[4 * (e / 2) + e % 2];
        const int x = i % m.cols + at.dx, y = i / m.cols + at.dy;
        if (x >= 0 && x < m.cols && y >= 0 && y < m.rows) {
          layer.j[static_cast<std::size_t>(i) * 2 * rules + e] = static_cast<std::int16_t>(in(-weight, weight) / (e % 3 ? 8 : 1));
        }
      }
    }
    for (int i = 0; i < sites; ++i) layer.h.push_back(static_cast<std::int16_t>(in(-40, 40)));
    layer.c = {0, static_cast<std::int16_t>(in(-60, 60)), static_cast<std::int16_t>(in(-60, 60)), static_cast<std::int16_t>(in(-60, 60))};
    layer.schedule = {{0.7, sweeps / 2 + 1}, {1.3, sweeps / 2 + 1}};
    m.layers.push_back(std::move(layer));
  }
  return m;
}

}  // namespace tsu::golden
