// SPDX-License-Identifier: Apache-2.0
// A training as a job of several ranks that can be interrupted and resumed: passes dealt to groups of ranks, memory, checkpoints.
#pragma once

#include <string>
#include <vector>

#include "ranks.hpp"
#include "train_batches.hpp"
#include "train_state.hpp"
#include "tsu/model.hpp"
#include "tsu/train.hpp"

namespace tsu::train {

// What is trained. References must outlive the object.
struct Plan {
  const TrainOptions& options;
  const TrainSet& set;
  const TrainSet& held_out;
  std::vector<Level> levels;
  std::string identity;  // options and data, of which a checkpoint must be
  int layers, passes;    // a pass for every layer, then one for every layer but the first that is tuned

  bool tuning(int pass) const { return pass >= layers; }
  int layer(int pass) const { return tuning(pass) ? pass - layers + 1 : pass; }
};

// All passes' finished states, the same on every rank. `model`: untrained; ends with the chosen parameters of every layer.
// Throws what Train does.
std::vector<State> RunPasses(const Ranks& world, const Plan& plan, Model& model, const TrainObserver& observer);

}  // namespace tsu::train
