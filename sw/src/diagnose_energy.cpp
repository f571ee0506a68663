// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tsu/diagnose.hpp"

namespace tsu {

LayerEnergy::LayerEnergy(const Model& model, int layer) {
  const ModelLayer& from = model.layers[layer];
  const std::vector<Offset> offsets = Offsets(model.pattern);
  const std::size_t sites = model.site_class.size(), rules = model.pattern.size();
  for (std::size_t k = 0; k < rules; ++k) {
    for (int r = 0; r < 2; ++r) {
      Shift shift{offsets[4 * k + r].dy * model.cols + offsets[4 * k + r].dx, std::vector<std::int16_t>(sites)};
      for (std::size_t i = 0; i < sites; ++i) shift.weight[i] = from.j[(i * rules + k) * 2 + r];
      shifts_.push_back(std::move(shift));
    }
  }
  bias_ = from.h;
  for (const std::uint8_t kind : model.site_class) coupling_.push_back(from.c[kind]);
}

std::int64_t LayerEnergy::operator()(const std::uint8_t* spins, const std::uint8_t* conditioning) const {
  const auto sites = static_cast<std::ptrdiff_t>(bias_.size());
  std::vector<std::int16_t> s(sites);
  std::int64_t energy = 0;
  for (std::ptrdiff_t i = 0; i < sites; ++i) {
    s[i] = static_cast<std::int16_t>(2 * spins[i] - 1);
    energy -= s[i] * (bias_[i] + coupling_[i] * (2 * conditioning[i] - 1));
  }
  for (const Shift& shift : shifts_) {
    const std::ptrdiff_t first = std::max<std::ptrdiff_t>(0, -shift.to), last = std::min(sites, sites - shift.to);
    std::int32_t sum = 0;
    for (std::ptrdiff_t i = first; i < last; ++i) sum += shift.weight[i] * s[i] * s[i + shift.to];
    energy -= sum;
  }
  return energy;
}

}  // namespace tsu
