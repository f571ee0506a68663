// SPDX-License-Identifier: Apache-2.0
// Everything a training needs to go on where it stopped, and its file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "train_layer.hpp"

namespace tsu::train {

struct State {
  std::string identity;               // of the training: options and data
  std::vector<Parameters> finished;   // averaged parameters of the layers that are done
  std::int64_t step = 0;              // gradient steps done in the layer being trained
  Parameters parameters, average;
  Adam adam;
  double penalty = 0, autocorrelation = 0;
};

// Writes aside and renames; throws kOutput.
void SaveState(const std::string& path, const State& state);
// False when there is no such file. Throws kBadInput when it is damaged or of another training. `size`: parameters of a layer.
bool LoadState(const std::string& path, const std::string& identity, std::size_t size, State& state);

}  // namespace tsu::train
