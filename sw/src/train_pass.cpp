// SPDX-License-Identifier: Apache-2.0
#include "train_pass.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <optional>

#include "hash.hpp"
#include "layer_training.hpp"
#include "tsu/error.hpp"
#include "tsu/interrupt.hpp"

namespace tsu::train {
namespace {

// Ranks add the same counts to the same parameters by the same code; machines whose mathematical libraries round differently
// would drift apart, unseen in the counts.
std::uint32_t Fingerprint(const Parameters& parameters) {
  std::uint64_t sum = 0;
  for (const float p : parameters) sum = Mix64(sum + std::bit_cast<std::uint32_t>(p));
  return static_cast<std::uint32_t>(sum >> 40);
}

// Time and flips of the steps since the last line of the log.
class Stretch {
 public:
  Stretch(const Plan& plan, int layer, int pass, const LayerTraining& training, State& state)
      : state_(state), layer_(layer), pass_(pass), flips_(training.flips()), an_epoch_(training.an_epoch()),
        // A whole number of quarters, so that every line of the log is in a checkpoint.
        period_(training.quarter() * std::max<std::int64_t>(1, (training.steps() / training.quarter() + kMostLines - 1) / kMostLines)),
        plan_(plan), last_(Clock::now()) {}

  // After a gradient step; true where a line is due, which is then the state's last.
  bool Add(TrainProgress& progress) {
    const auto now = Clock::now();
    const double took = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    state_.seconds += took;
    state_.stretch_seconds += took;
    state_.stretch_gap += progress.gap;
    ++state_.stretch_steps;
    const double rate = 1e-9 * flips_ * static_cast<double>(state_.stretch_steps) / state_.stretch_seconds;
    progress.flips_per_ns = rate;
    progress.pass = pass_;
    progress.passes = plan_.passes;
    if (state_.step % period_ != 0 && state_.step != progress.steps) return false;
    state_.lines.push_back({pass_, layer_, state_.step, static_cast<double>(state_.step) / static_cast<double>(an_epoch_),
                            state_.stretch_gap / static_cast<double>(state_.stretch_steps), progress.autocorrelation,
                            progress.penalty, progress.largest, rate, state_.seconds});
    state_.stretch_seconds = state_.stretch_gap = 0;
    state_.stretch_steps = 0;
    return true;
  }

 private:
  using Clock = std::chrono::steady_clock;
  State& state_;
  int layer_, pass_;
  double flips_;
  std::int64_t an_epoch_, period_;
  const Plan& plan_;
  Clock::time_point last_;
};

}  // namespace

void RunPass(const Ranks& group, const Plan& plan, const Model& model, const StepPart& part, int pass, const Parameters* from, Desk& desk,
             State& state) {
  const int layer = plan.layer(pass);
  const bool leads = group.rank() == 0;
  std::optional<LayerTraining> training;
  desk.Guard([&] {
    group.Together([&] {
      training.emplace(plan.options, model, plan.set, plan.held_out, layer, plan.levels[layer], plan.tuning(pass), part);
      if (state.parameters.empty()) training->Start(state, from);
    });
  });
  if (!training) return;
  Stretch stretch(plan, layer, pass, *training, state);
  std::int64_t saved = state.step;
  const auto save = [&] {
    desk.Save(pass, PackState(plan.identity, pass, state));
    saved = state.step;
  };
  while (state.step < training->steps()) {
    std::vector<std::uint32_t> counts;
    desk.Guard([&] {
      if (!desk.stop()) counts = training->Sample(state, [] { if (Interrupted()) throw Desk::Interrupt(); });
    });
    counts.resize(training->counts());
    const std::uint32_t print = Fingerprint(state.parameters);
    counts.push_back(desk.stop());
    counts.push_back(print);
    group.Sum(counts);
    const std::uint32_t prints = counts.back(), stops = counts[counts.size() - 2];
    if (stops > 0) {  // a probe may have changed the state, but such a step begins where the state has just been saved
      desk.Halt();
      break;
    }
    if (prints != static_cast<std::uint32_t>(group.size()) * print) {
      desk.Guard([&] {
        throw Error(Exit::kIncompatible, "ranks of a layer compute different parameters", "layer " + std::to_string(layer),
                    "run on machines of one kind, with the same libraries");
      });
      continue;  // the next sum tells the others
    }
    TrainProgress progress = training->Learn(state, counts);
    const bool line = stretch.Add(progress);
    if (!leads) continue;
    desk.Guard([&] {
      if (state.step % training->quarter() == 0) save();
      if (line) desk.Note(state.lines.back());
      desk.Report(progress);
    });
  }
  if (state.step == training->steps()) training->Finish(state);
  if (leads && (Finished(state) || state.step != saved)) desk.Guard(save);
}

}  // namespace tsu::train
