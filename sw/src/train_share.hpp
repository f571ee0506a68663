// SPDX-License-Identifier: Apache-2.0
// Who does what in a training on several ranks, and what it takes of memory. A layer is trained by a group of ranks; a group
// shares every gradient step: whole pieces of kPiece chains of either phase, whose counts are added.
#pragma once

#include <cstdint>
#include <vector>

#include "tsu/train.hpp"

namespace tsu::train {

// Chains that one rank samples at least: half a line of the kernel, below which a sweep takes as long with fewer chains.
inline constexpr int kPiece = 256;

// Chains first..first + count - 1 of a phase's batch.
struct Range {
  int first = 0, count = 0;
};

// One rank's part of a gradient step.
struct StepPart {
  Range clamped, free;
};

// One rank's part of a training.
struct Share {
  int group = 0;            // ranks of the same group work on the same items
  std::vector<int> items;   // passes over layers, in this order; empty: nothing to do
  StepPart part;            // of every gradient step of these
};

// Shares of all ranks. Fewer ranks than layers: layers are dealt out. More: ranks are dealt out to the layers, as long as there
// are pieces for them; the rest has nothing to do. Leader of a group is its lowest rank.
std::vector<Share> DealShares(int ranks, int items, int batch, int free_sweeps, int clamped_sweeps);

// Bytes that a rank takes for its part of a pass beyond the images: samplers on so many threads (the layouts of
// cpu_sampler.hpp), those of the probe, of held-out images and of a tuned layer's input among them, noised batches, parameters.
std::uint64_t NeededBytes(const TrainOptions& o, const TrainSet& set, const TrainSet& held_out, const StepPart& part, bool tuning);

}  // namespace tsu::train
