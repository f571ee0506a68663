// SPDX-License-Identifier: Apache-2.0
// Everything a training needs to go on where it stopped, and its file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "train_layer.hpp"

namespace tsu::train {

// Of one pass over a layer's epochs.
struct State {
  std::int64_t step = 0;  // gradient steps done
  Parameters parameters, average;
  Adam adam;
  double penalty = 0, autocorrelation = 0;
  std::vector<double> scores;  // of every epoch's average on held-out images; empty without any
  Parameters chosen;           // average of the epoch with the best score
};

// Of a whole training.
struct Checkpoint {
  std::string identity;         // options and data
  std::vector<State> finished;  // passes that are done, in order; of these only average, scores and chosen are kept
  State state;                  // of the pass that runs; without parameters: not begun
};

// Writes aside and renames; throws kOutput.
void SaveCheckpoint(const std::string& path, const Checkpoint& checkpoint);
// False when there is no such file. Throws kBadInput when it is damaged or of another training. `size`: parameters of a layer.
bool LoadCheckpoint(const std::string& path, const std::string& identity, std::size_t size, Checkpoint& checkpoint);

}  // namespace tsu::train
