// SPDX-License-Identifier: Apache-2.0
// One pass over a layer's epochs by a group of ranks: each samples its part of a gradient step, the counts are added, all
// take the same step. The group's first rank leads: it reports, logs and sends off the state.
#pragma once

#include "ranks.hpp"
#include "train_desk.hpp"
#include "train_job.hpp"
#include "train_share.hpp"

namespace tsu::train {

// Goes on from `state` (not begun: from `from`, see LayerTraining::Start) to the end of the pass, or until the desk says stop; then, and every quarter epoch, the leader saves it.
void RunPass(const Ranks& group, const Plan& plan, const Model& model, const StepPart& part, int pass, const Parameters* from, Desk& desk,
             State& state);

// A pass that is done keeps no parameters to go on from.
inline bool Finished(const State& state) { return state.step > 0 && state.parameters.empty(); }

}  // namespace tsu::train
