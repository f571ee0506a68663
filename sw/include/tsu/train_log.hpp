// SPDX-License-Identifier: Apache-2.0
// The log of a training: JSON lines, one a quarter epoch of each pass over a layer (fewer where that would be more than
// kMostLines), and its learning curves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsu/files.hpp"

namespace tsu {

// A stretch of gradient steps of one pass. All but the last two are the same in every run of the same training.
struct TrainLine {
  std::int32_t pass = 0, layer = 0;
  std::int64_t step = 0;        // gradient steps of the pass so far
  double epoch = 0;             // passes over the images so far
  double gap = 0;               // mean |clamped - free| correlation over the stretch
  double autocorrelation = 0;   // as last probed
  double penalty = 0;           // of correlations, now
  double largest = 0;           // |J|, now
  double flips_per_ns = 0;      // updates of spins in the stretch by all ranks of the pass, over its time
  double seconds = 0;           // spent on the pass so far, in all runs
};

inline constexpr std::int64_t kMostLines = 4000;  // of a pass

// One line, with its end.
std::string LogLine(const TrainLine& line);
// All lines of a log in order. Throws kBadInput naming the line that is none; a last line without its end is left out (a
// training that is at work, or was killed while writing).
std::vector<TrainLine> LoadLog(const std::string& path);

// Gap, autocorrelation and penalty against epochs, a curve a pass, one plot below the other.
Sheet LearningCurves(const std::vector<TrainLine>& lines);

}  // namespace tsu
