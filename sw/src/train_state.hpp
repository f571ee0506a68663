// SPDX-License-Identifier: Apache-2.0
// Everything a training needs to go on where it stopped, and its text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "train_layer.hpp"
#include "tsu/train_log.hpp"

namespace tsu::train {

// Of one pass over a layer's epochs. One that is done keeps what is averaged, chosen and logged.
struct State {
  std::int64_t step = 0;  // gradient steps done
  Parameters parameters, average;
  Adam adam;
  double penalty = 0, autocorrelation = 0;
  std::vector<double> scores;  // of every epoch's average on held-out images; empty without any
  Parameters chosen;           // average of the epoch with the best score
  std::vector<TrainLine> lines;                    // of the log
  double stretch_gap = 0, stretch_seconds = 0;     // sums over the steps since the last line
  std::int64_t stretch_steps = 0;
  double seconds = 0;                              // spent in all runs
};

// The text of a checkpoint: state of one pass of a training, `identity` being all that tells trainings apart, with a sum.
std::string PackState(const std::string& identity, int pass, const State& state);
// Throws kBadInput, naming `path`, when the text is damaged or of another training. `size`: parameters of a layer.
State UnpackState(const std::string& text, const std::string& path, const std::string& identity, int pass, std::size_t size);
// The text of a file; empty when there is no such file. Throws what ReadFile does, and kBadInput on an empty file.
std::string ReadState(const std::string& path);

}  // namespace tsu::train
