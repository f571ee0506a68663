// SPDX-License-Identifier: Apache-2.0
// One layer of a model on a device, watched by `tsu diagnose`: when, from where, and what is kept.
#pragma once

#include <cstdint>
#include <vector>

#include "tsu/diagnose.hpp"

namespace tsu::diagnose {

using Plane = std::vector<std::uint8_t>;  // [chain][site], 0/1

// When a layer is watched, in sweeps from the start.
struct Instants {
  std::vector<int> all;                   // rising
  std::vector<std::vector<int>> windows;  // of each number of sweeps: indices into all
  std::vector<int> even;                  // evenly spaced ones of the last half: indices into all
  int stride = 1;                         // sweeps between those; divides the deployed number

  Instants(const std::vector<int>& sweeps, int deployed);  // sweeps: rising, the deployed number among them
};

// Scalars of all chains at all instants: the projections, then the energy.
struct Trace {
  int chains = 0, instants = 0;
  std::vector<double> values;
  double& At(int scalar, int chain, int instant) {
    return values[(static_cast<std::size_t>(scalar) * chains + chain) * instants + instant];
  }
  std::vector<double> Series(int scalar, int chain, const std::vector<int>& at) {
    std::vector<double> series;
    for (const int i : at) series.push_back(At(scalar, chain, i));
    return series;
  }
};

// inputs: [conditioning][pixel]. The device keeps the layer when this returns.
Trace Watch(Device& device, const Model& model, const DiagnoseOptions& options, int layer, const Plane& inputs,
            const Instants& instants);

}  // namespace tsu::diagnose
