// SPDX-License-Identifier: Apache-2.0
#include "verif/golden/random_model.hpp"

#include <algorithm>
#include <cmath>

namespace tsu::golden {
namespace {

// Rounded to the format of the law, clipped to a signed width.
std::int16_t Fixed(double value, int bits) {
  const long limit = (1l << (bits - 1)) - 1;
  return static_cast<std::int16_t>(
      std::clamp(std::lround(value * (1 << regs::kFieldFracBits)), -limit, limit));
}

bool Inside(int rows, int cols, int x, int y) { return x >= 0 && x < cols && y >= 0 && y < rows; }

}  // namespace

LayerWeights RandomLayer(int rows, int cols, const Pattern& pattern, int weight_bits,
                         const Spread& spread, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  const auto offsets = Offsets(pattern);
  const int n = rows * cols, degree = static_cast<int>(offsets.size());
  LayerWeights layer{std::vector<std::int16_t>(static_cast<std::size_t>(n) * degree), {}, {}};
  for (int i = 0; i < n; ++i) {
    for (int k = 0; k < degree; ++k) {
      if (k % 4 >= 2) continue;
      const int x = i % cols + offsets[k].dx, y = i / cols + offsets[k].dy;
      if (!Inside(rows, cols, x, y)) continue;
      const std::int16_t weight = Fixed(spread.j * normal(random), weight_bits);
      layer.j[i * degree + k] = weight;
      layer.j[(y * cols + x) * degree + k + 2] = weight;
    }
    layer.h.push_back(Fixed(spread.h * normal(random), regs::kBiasBits));
  }
  for (int k = 1; k < 4; ++k) layer.c[k] = Fixed(spread.c * normal(random), regs::kBiasBits);
  return layer;
}

Sites RandomCluster(int rows, int cols, const Pattern& pattern, int free, std::mt19937_64& random) {
  const int n = rows * cols;
  Sites sites;
  sites.clamp.assign(n, 1);
  for (int i = 0; i < n; ++i) sites.site_class.push_back(random() % 4);
  std::vector<int> border{static_cast<int>(random() % n)};
  while (free > 0 && !border.empty()) {
    const std::size_t pick = random() % border.size();
    const int i = border[pick];
    border[pick] = border.back();
    border.pop_back();
    if (!sites.clamp[i]) continue;
    sites.clamp[i] = 0;
    --free;
    for (const auto& [dx, dy] : Offsets(pattern)) {
      if (Inside(rows, cols, i % cols + dx, i / cols + dy)) border.push_back(i + dy * cols + dx);
    }
  }
  return sites;
}

std::vector<std::uint8_t> RandomBits(std::size_t count, std::mt19937_64& random) {
  std::vector<std::uint8_t> bits(count);
  for (auto& bit : bits) bit = random() & 1;
  return bits;
}

}  // namespace tsu::golden
