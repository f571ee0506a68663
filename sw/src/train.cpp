// SPDX-License-Identifier: Apache-2.0
#include "tsu/train.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "hash.hpp"
#include "layer_training.hpp"
#include "ranks.hpp"
#include "train_job.hpp"
#include "tsu/error.hpp"

namespace tsu {
namespace {

using namespace train;

constexpr int kRamp = 7;  // betas of the last step

// What only shows at the end of a training, in the checks of SaveModel, must not wait until then.
void Check(const TrainOptions& o, const TrainSet& set) {
  const auto within = [](const char* what, auto value, auto least, auto most) {
    if (value >= least && value <= most) return;
    std::ostringstream hint;
    hint << least << " to " << most;
    throw Error(Exit::kUsage, std::string(what) + " out of range", std::to_string(value), hint.str());
  };
  within("rows of the grid", o.rows, 1, kMostSide);
  within("columns of the grid", o.cols, 2, kMostSide);
  within("weight bits", o.weight_bits, 4, 10);
  const int most_weight = (1 << (o.weight_bits - 1)) - 1;
  within("weight step", o.weight_step, 1, std::min(32, most_weight));
  if (o.weight_step & (o.weight_step - 1))
    throw Error(Exit::kUsage, "weight step is no power of two", std::to_string(o.weight_step), "1, 2, 4, 8, 16 or 32");
  within("denoising steps", o.steps, 1, 16);
  within("epochs", o.epochs, 1, 1'000'000);
  within("sweeps", o.sweeps, 8, kMostSweeps);
  within("clamped sweeps", o.clamped_sweeps, 8, kMostSweeps);
  within("learning rate", o.rate, 1e-9, 1.0);
  if (o.cols % 2) throw Error(Exit::kUsage, "columns of the grid are odd", std::to_string(o.cols), "an even number");
  if (GridEdges(o.rows, o.cols, o.pattern).empty()) {
    throw Error(Exit::kUsage, "the pattern joins no two sites of the grid", PatternName(o.pattern), "a larger grid or a shorter pattern");
  }
  within("epochs of tuning", o.tuning_epochs, 0, 1'000'000);
  within("learning rate of tuning", o.tuning_rate, 1e-9, 1.0);
  within("label spots", o.label_spots, 0, kMostSide);
  if (!o.levels.empty() && static_cast<int>(o.levels.size()) != o.steps - 1)
    throw Error(Exit::kUsage, "number of signal levels", std::to_string(o.levels.size()), "one fewer than denoising steps");
  double above = 1;
  for (const double level : o.levels) {
    if (!(level > 0 && level < above)) throw Error(Exit::kUsage, "signal levels do not fall from 1 to 0", std::to_string(level), "such as 0.6,0.3");
    above = level;
  }
  if (Images(set) < 64) throw Error(Exit::kBadInput, "too few images to train on", std::to_string(Images(set)), "64 or more");
  if (o.label_spots > 0 && set.labels.size() != Images(set))
    throw Error(Exit::kBadInput, "not one label an image", std::to_string(set.labels.size()), std::to_string(Images(set)) + " images");
  for (const std::uint8_t label : set.labels)
    if (label >= kClasses) throw Error(Exit::kBadInput, "a label is out of range", std::to_string(label), "0 to 9");
  if (o.batch < 64 || o.batch % 64) throw Error(Exit::kUsage, "batch is no multiple of 64", std::to_string(o.batch), "64 or more");
}

std::vector<Segment> Schedule(const TrainOptions& o, bool last) {
  if (!last || o.ramp_from == o.ramp_to) return {{last ? o.ramp_to : 1.0, o.sweeps}};
  std::vector<Segment> schedule;
  for (int k = 0; k < kRamp; ++k)
    schedule.push_back({std::round(1e4 * (o.ramp_from + (o.ramp_to - o.ramp_from) * k / (kRamp - 1))) / 1e4,
                        o.sweeps * (k + 1) / kRamp - o.sweeps * k / kRamp});
  return schedule;
}

nlohmann::json Record(const TrainOptions& o, const TrainSet& set) {
  nlohmann::json r = o.record.empty() ? nlohmann::json::object() : nlohmann::json::parse(o.record);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < set.bits.size(); ++i) sum = Hash(sum, set.bits[i]);
  for (std::size_t i = 0; o.label_spots > 0 && i < set.labels.size(); ++i) sum = Hash(sum, set.labels[i]);
  r["images"] = Images(set);
  r["held_out"] = o.held_out;
  r["image_sum"] = std::to_string(sum);
  r["seed"] = o.seed;
  r["epochs"] = o.epochs;
  r["batch"] = o.batch;
  r["sweeps"] = {{"free", o.sweeps}, {"clamped", o.clamped_sweeps}, {"snapshots", kSnapshots}, {"spacing", kSpacing}};
  r["rate"] = {{"first", o.rate}, {"last", o.rate * kFloor}, {"warm_up", kWarmUp}, {"law", "Adam 0.9 0.999, cosine"}};
  r["penalty"] = {{"rule", o.penalty_rule == PenaltyRule::kPaper ? "paper" : "author"}, {"threshold", o.threshold}, {"first", kFirstPenalty}};
  if (o.weight_step != TrainOptions{}.weight_step) r["weight_step"] = o.weight_step;  // in 1/32; absent in older records
  if (o.ramp_training) r["ramp_training"] = true;
  if (o.tuning_epochs > 0) r["tuning"] = {{"epochs", o.tuning_epochs}, {"rate", o.tuning_rate}};
  r["average"] = kAverage;
  r["spread"] = kSpread;
  r["most_j"] = kMostJ;
  r["most_mean"] = kMostMean;
  return r;
}

Model Untrained(const TrainOptions& o, const TrainSet& set) {
  Model model;
  model.rows = o.rows;
  model.cols = o.cols;
  model.image_rows = set.rows;
  model.image_cols = set.cols;
  model.pattern = o.pattern;
  model.weight_bits = o.weight_bits;
  model.visible = PlaceImage(o.rows, o.cols, set.rows, set.cols);
  if (o.label_spots > 0) model.labels = PlaceLabels(o.rows, o.cols, model.visible, o.label_spots);
  const std::size_t sites = static_cast<std::size_t>(o.rows) * o.cols;
  model.site_class.assign(sites, 0);
  for (const std::int32_t site : model.visible) model.site_class[site] = 1;
  for (const std::int32_t site : model.labels) model.site_class[site] = 2;
  const auto levels = Levels(o);
  for (int k = 0; k < o.steps; ++k) {
    ModelLayer layer;
    layer.j.assign(sites * 2 * o.pattern.size(), 0);
    layer.h.assign(sites, 0);
    layer.c[1] = static_cast<std::int16_t>(levels[k].c);
    layer.schedule = Schedule(o, k == o.steps - 1);
    layer.signal_in = levels[k].in;
    layer.signal_out = levels[k].out;
    model.layers.push_back(layer);
  }
  return model;
}

}  // namespace

// The first layer's input is pure noise as deployed: nothing to tune.
int Passes(const TrainOptions& o) { return o.steps + (o.tuning_epochs > 0 ? o.steps - 1 : 0); }

std::string CheckpointFile(const TrainOptions& o, int pass) { return o.checkpoint + "." + std::to_string(pass); }

Trained Train(const TrainSet& whole, const TrainOptions& options, const TrainObserver& observer) {
  TrainOptions o = options;
  const Ranks world = Ranks::World();
  world.Together([&] {
    if (o.rows == 0 || o.cols == 0) {
      const GridSize grid = ChooseGrid(whole.rows, whole.cols, o.pattern);
      o.rows = o.rows > 0 ? o.rows : grid.rows;
      o.cols = o.cols > 0 ? o.cols : grid.cols;
    }
    Check(o, whole);
    Untrained(o, whole);  // does the image fit?
  });
  o.held_out = std::clamp(o.held_out, 0, static_cast<int>(Images(whole) / 12));
  if (LayerScore::Chains(Part(whole, 0, o.held_out)) == 0) o.held_out = 0;  // too few to judge by
  const TrainSet set = Part(whole, 0, Images(whole) - o.held_out), held_out = Part(whole, Images(set), o.held_out);
  o.batch = std::min(o.batch, static_cast<int>(Images(set) / 64 * 64));
  Model model = Untrained(o, whole);
  const nlohmann::json record = Record(o, whole);
  const auto edges = GridEdges(o.rows, o.cols, o.pattern);
  nlohmann::json identity = record;
  identity["shape"] = {o.rows, o.cols, o.steps, o.weight_bits, PatternName(o.pattern), o.label_spots, o.levels, o.ramp_from, o.ramp_to};
  const int passes = Passes(o);
  const Plan plan{o, set, held_out, Levels(o), identity.dump(), o.steps, passes};
  const std::vector<State> finished = RunPasses(world, plan, model, observer);
  Trained trained{model, model};
  nlohmann::json epochs = nlohmann::json::array();
  for (int pass = 0; pass < passes; ++pass) {
    const State& done = finished[pass];
    Quantise(done.average, edges, o.weight_bits, o.weight_step, trained.last.layers[plan.layer(pass)]);
    const auto best = std::min_element(done.scores.begin(), done.scores.end());
    epochs.push_back({{"layer", plan.layer(pass)}, {"scores", done.scores}, {"chosen", best == done.scores.end() ? 0 : best - done.scores.begin() + 1}});
  }
  for (Model* m : {&trained.chosen, &trained.last}) {
    nlohmann::json r = record;
    r["passes"] = epochs;
    r["epoch"] = m == &trained.chosen ? "chosen on held-out images" : "last";
    m->training = r.dump();
  }
  return trained;
}

}  // namespace tsu
