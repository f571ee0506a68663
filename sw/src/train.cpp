// SPDX-License-Identifier: Apache-2.0
#include "tsu/train.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <numeric>
#include <sstream>
#include <utility>

#include "hash.hpp"
#include "parallel.hpp"
#include "train_state.hpp"
#include "tsu/error.hpp"
#include "tsu/law.hpp"

namespace tsu {
namespace {

using cpu::Sampler;
using cpu::Statistics;
using cpu::Step;
using namespace train;

// Constants of the recipe that are not options; all are written into the model's record.
constexpr double kSpread = 0.02;       // standard deviation of the first couplings
constexpr double kFloor = 0.02;        // rate at the end / rate
constexpr int kWarmUp = 20;            // gradient steps over which the rate rises
constexpr double kAverage = 0.998;     // decay of the averaged parameters
constexpr double kFirstPenalty = 0.01;
constexpr double kMostJ = 3.96;
constexpr double kMostMean = 0.99;     // pixel means are taken no nearer to -1 and 1
constexpr int kSpacing = 2, kSnapshots = 25;  // statistics: every 2nd of the last 50 sweeps
constexpr int kGroup = 16;             // chains that share a conditioning in the autocorrelation
constexpr int kTableBits = 9;
constexpr int kRamp = 7;               // betas of the last step

struct Level {
  double out, in;  // signal levels of a denoising step
  int c;           // coupling to the conditioning, 1/32
};

// Levels at which every coupling is a whole number of 1/32: what is trained is exactly what is run.
std::vector<Level> Levels(int steps) {
  std::vector<Level> levels;
  double out = 1;
  for (int t = 1; t <= steps; ++t) {
    const double wish = 1 - static_cast<double>(t) / steps;
    const int c = static_cast<int>(std::lround(32 * std::atanh(wish / out)));
    levels.push_back({out, out * std::tanh(c / 32.0), c});
    out = levels.back().in;
  }
  std::reverse(levels.begin(), levels.end());
  return levels;
}

struct Data {
  std::span<const std::uint8_t> bits;
  std::size_t pixels, images;
};

class LayerTraining {
 public:
  LayerTraining(const TrainOptions& o, const Model& model, const Data& data, int layer, const Level& level)
      : o_(o), data_(data), level_(level), layer_(layer), edges_(GridEdges(o.rows, o.cols, o.pattern)),
        seed_(Hash(o.seed, static_cast<std::uint64_t>(layer))), model_(model),
        clamped_(o.rows, o.cols, o.pattern, o.batch, o.threads), free_(o.rows, o.cols, o.pattern, o.batch, o.threads),
        probe_(o.rows, o.cols, o.pattern, 2 * o.batch, o.threads) {
    model_.layers.assign(1, model.layers[layer]);
    Sites sites{model.site_class, model.site_class};
    std::vector<cpu::Edge> ends;
    for (const GridEdge& e : edges_)
      ends.push_back({static_cast<std::int32_t>(clamped_.layout().Site(e.a % o.cols, e.a / o.cols)),
                      static_cast<std::int32_t>(clamped_.layout().Site(e.b % o.cols, e.b / o.cols))});
    for (Sampler* s : {&clamped_, &free_, &probe_}) {
      s->SetSites(sites);
      s->SetTable(0, MakeTable(1.0, kTableBits));
      s->SetEdges(ends);
    }
    snapshots_ = std::min(kSnapshots, std::max(1, std::min(o.sweeps, o.clamped_sweeps) / (2 * kSpacing)));
    clamped_program_ = Program(o.clamped_sweeps - kSpacing * snapshots_, true);
    // Statistics centred on the deployed number of sweeps.
    free_program_ = Program(o.sweeps - kSpacing * snapshots_ / 2, false);
    steps_per_epoch_ = static_cast<std::int64_t>(data.images) / o.batch;
    quarter_ = std::max<std::int64_t>(1, steps_per_epoch_ / 4);
  }

  std::int64_t steps() const { return steps_per_epoch_ * o_.epochs; }
  std::int64_t quarter() const { return quarter_; }

  void Start(State& state) const {
    state.step = 0;
    state.adam = {};
    state.penalty = kFirstPenalty;
    state.autocorrelation = 0;
    state.parameters.assign(edges_.size() + model_.site_class.size(), 0);
    for (std::size_t e = 0; e < edges_.size(); ++e) {
      const double u = 1 - Uniform(Hash(seed_, 1), 2 * e), v = Uniform(Hash(seed_, 1), 2 * e + 1);
      state.parameters[e] =
          static_cast<float>(kSpread * std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v));
    }
    for (std::size_t p = 0; p < data_.pixels; ++p) {
      std::int64_t on = 0;
      for (std::size_t i = 0; i < data_.images; ++i) on += data_.bits[i * data_.pixels + p];
      const double mean = std::clamp(2.0 * static_cast<double>(on) / static_cast<double>(data_.images) - 1, -kMostMean, kMostMean);
      state.parameters[edges_.size() + model_.visible[p]] = static_cast<float>(std::atanh(level_.out * mean));
    }
    state.average = state.parameters;
  }

  TrainProgress Advance(State& state) {
    Batch(state.step);
    Quantise(state.parameters, edges_, o_.weight_bits, model_.layers[0]);
    const LayerWeights weights = Expand(model_, 0);
    if (state.step % quarter_ == 0) Probe(weights, state);

    clamped_.SetLayer(0, weights);
    free_.SetLayer(0, weights);
    clamped_.SetSpinsAt(model_.visible, out_);
    free_.SetSpinsAt(model_.visible, in_);
    free_.SetConditioningAt(model_.visible, in_);
    clamped_.SetQuickNoise(Hash(Hash(seed_, 2), static_cast<std::uint64_t>(state.step)));
    free_.SetQuickNoise(Hash(Hash(seed_, 3), static_cast<std::uint64_t>(state.step)));
    const double samples = static_cast<double>(o_.batch) * snapshots_;
    Statistics clamped_counts, free_counts;
    // A batch is often one block, that is one thread: the phases side by side keep two busy.
    Parallel(ThreadCount(o_.threads), 2, [&](int phase, int) {
      phase == 0 ? free_.Run(free_program_, nullptr, &free_counts) : clamped_.Run(clamped_program_, nullptr, &clamped_counts);
    });
    const Moments clamped = ToMoments(clamped_counts, clamped_.layout(), samples);
    const Moments free = ToMoments(free_counts, free_.layout(), samples);
    Gradient(clamped, free, edges_, state.penalty, gradient_);

    const double done = static_cast<double>(state.step) / static_cast<double>(steps());
    const double cosine = kFloor + (1 - kFloor) * 0.5 * (1 + std::cos(std::numbers::pi * done));
    const double warm = std::min(1.0, static_cast<double>(state.step + 1) / kWarmUp);
    state.adam.Ascend(state.parameters, gradient_, o_.rate * cosine * warm);
    const double age = static_cast<double>(state.step);
    const float keep = static_cast<float>(std::min(kAverage, (1 + age) / (10 + age)));
    TrainProgress progress;
    for (std::size_t e = 0; e < edges_.size(); ++e) {
      state.parameters[e] = std::clamp(state.parameters[e], static_cast<float>(-kMostJ), static_cast<float>(kMostJ));
      progress.largest = std::max(progress.largest, static_cast<double>(std::abs(state.parameters[e])));
      progress.gap += std::abs(clamped.pair[e] - free.pair[e]);
    }
    for (std::size_t i = 0; i < state.parameters.size(); ++i)
      state.average[i] = keep * state.average[i] + (1 - keep) * state.parameters[i];
    progress.gap /= static_cast<double>(edges_.size());
    progress.layer = layer_;
    progress.step = ++state.step;
    progress.steps = steps();
    progress.autocorrelation = state.autocorrelation;
    progress.penalty = state.penalty;
    return progress;
  }

  std::span<const GridEdge> edges() const { return edges_; }

 private:
  std::vector<Step> Program(int warm, bool clamp) const {
    std::vector<Step> program;
    const auto add = [&](Step::Kind kind, int count) {
      program.push_back({kind, static_cast<std::uint32_t>(count), 0, 0, clamp});
    };
    add(Step::Kind::kRandomiseLatents, 1);
    add(Step::Kind::kSweep, warm);
    for (int s = 0; s < snapshots_; ++s) {
      add(Step::Kind::kSweep, kSpacing);
      add(Step::Kind::kCount, 1);
    }
    return program;
  }

  // Noised images of a gradient step: out_ at the level of the step's output, in_ at that of its input.
  void Batch(std::int64_t step) {
    const std::int64_t epoch = step / steps_per_epoch_;
    if (epoch != epoch_) {
      epoch_ = epoch;
      order_.resize(data_.images);
      std::iota(order_.begin(), order_.end(), std::size_t{0});
      const std::uint64_t seed = Hash(Hash(seed_, 4), static_cast<std::uint64_t>(epoch));
      for (std::size_t i = order_.size() - 1; i > 0; --i) std::swap(order_[i], order_[Hash(seed, i) % (i + 1)]);
    }
    const std::uint64_t seed = Hash(Hash(seed_, 5), static_cast<std::uint64_t>(step));
    const double flip_out = (1 - level_.out) / 2, flip_in = (1 - level_.in / level_.out) / 2;
    out_.resize(o_.batch * data_.pixels);
    in_.resize(out_.size());
    const std::size_t first = static_cast<std::size_t>(step % steps_per_epoch_) * o_.batch;
    for (int b = 0; b < o_.batch; ++b)
      for (std::size_t p = 0; p < data_.pixels; ++p) {
        const std::size_t i = b * data_.pixels + p;
        out_[i] = data_.bits[order_[first + b] * data_.pixels + p] ^ (Uniform(seed, 2 * i) < flip_out);
        in_[i] = out_[i] ^ (Uniform(seed, 2 * i + 1) < flip_in);
      }
  }

  // Autocorrelation over one deployed run, and the penalty that follows.
  void Probe(const LayerWeights& weights, State& state) {
    const int chains = probe_.chains();
    std::vector<std::uint8_t> in(chains * data_.pixels);
    for (int c = 0; c < chains; ++c)
      std::copy_n(in_.begin() + static_cast<std::ptrdiff_t>(c / kGroup * data_.pixels), data_.pixels,
                  in.begin() + static_cast<std::ptrdiff_t>(c * data_.pixels));
    probe_.SetLayer(0, weights);
    probe_.SetQuickNoise(Hash(Hash(seed_, 6), static_cast<std::uint64_t>(state.step)));
    probe_.SetSpinsAt(model_.visible, in);
    probe_.SetConditioningAt(model_.visible, in);
    const Step randomise{Step::Kind::kRandomiseLatents}, run{Step::Kind::kSweep, static_cast<std::uint32_t>(o_.sweeps)};
    probe_.Run(std::vector<Step>{randomise, run});
    const auto before = probe_.Bits(model_.visible);
    probe_.Run(std::vector<Step>{run});
    const auto after = probe_.Bits(model_.visible);
    const double previous = state.autocorrelation;
    state.autocorrelation = Autocorrelation(before, after, chains, kGroup, Hash(seed_, 7));
    if (state.step > 0) state.penalty = NextPenalty(state.penalty, state.autocorrelation, previous, o_.threshold);
  }

  const TrainOptions& o_;
  Data data_;
  Level level_;
  int layer_;
  std::vector<GridEdge> edges_;
  std::uint64_t seed_;
  Model model_;  // of this one layer
  Sampler clamped_, free_, probe_;
  int snapshots_;
  std::vector<Step> clamped_program_, free_program_;
  std::int64_t steps_per_epoch_, quarter_, epoch_ = -1;
  std::vector<std::size_t> order_;
  std::vector<std::uint8_t> out_, in_;
  Parameters gradient_;
};

// What only shows at the end of a training, in the checks of SaveModel, must not wait until then.
void Check(const TrainOptions& o, const Data& data) {
  const auto within = [](const char* what, auto value, auto least, auto most) {
    if (value >= least && value <= most) return;
    std::ostringstream hint;
    hint << least << " to " << most;
    throw Error(Exit::kUsage, std::string(what) + " out of range", std::to_string(value), hint.str());
  };
  within("rows of the grid", o.rows, 1, kMostSide);
  within("columns of the grid", o.cols, 2, kMostSide);
  within("weight bits", o.weight_bits, 4, 10);
  within("denoising steps", o.steps, 1, 16);
  within("epochs", o.epochs, 1, 1'000'000);
  within("sweeps", o.sweeps, 8, kMostSweeps);
  within("clamped sweeps", o.clamped_sweeps, 8, kMostSweeps);
  within("learning rate", o.rate, 1e-9, 1.0);
  if (o.cols % 2) throw Error(Exit::kUsage, "columns of the grid are odd", std::to_string(o.cols), "an even number");
  if (GridEdges(o.rows, o.cols, o.pattern).empty()) {
    throw Error(Exit::kUsage, "the pattern joins no two sites of the grid", PatternName(o.pattern), "a larger grid or a shorter pattern");
  }
  if (data.images < 64) throw Error(Exit::kBadInput, "too few images to train on", std::to_string(data.images), "64 or more");
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

nlohmann::json Record(const TrainOptions& o, const Data& data) {
  nlohmann::json r = o.record.empty() ? nlohmann::json::object() : nlohmann::json::parse(o.record);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < data.bits.size(); ++i) sum = Hash(sum, data.bits[i]);
  r["images"] = data.images;
  r["image_sum"] = std::to_string(sum);
  r["seed"] = o.seed;
  r["epochs"] = o.epochs;
  r["batch"] = o.batch;
  r["sweeps"] = {{"free", o.sweeps}, {"clamped", o.clamped_sweeps}, {"snapshots", kSnapshots}, {"spacing", kSpacing}};
  r["rate"] = {{"first", o.rate}, {"last", o.rate * kFloor}, {"warm_up", kWarmUp}, {"law", "Adam 0.9 0.999, cosine"}};
  r["penalty"] = {{"threshold", o.threshold}, {"first", kFirstPenalty}};
  r["average"] = kAverage;
  r["spread"] = kSpread;
  r["most_j"] = kMostJ;
  r["most_mean"] = kMostMean;
  return r;
}

}  // namespace

Model Train(std::span<const std::uint8_t> images, int image_rows, int image_cols, const TrainOptions& options,
            const TrainObserver& observer) {
  TrainOptions o = options;
  const Data data{images, static_cast<std::size_t>(image_rows) * image_cols,
                  images.size() / (static_cast<std::size_t>(image_rows) * image_cols)};
  Check(o, data);
  o.batch = std::min(o.batch, static_cast<int>(data.images / 64 * 64));
  Model model;
  model.rows = o.rows;
  model.cols = o.cols;
  model.image_rows = image_rows;
  model.image_cols = image_cols;
  model.pattern = o.pattern;
  model.weight_bits = o.weight_bits;
  model.visible = PlaceImage(o.rows, o.cols, image_rows, image_cols);
  const std::size_t sites = static_cast<std::size_t>(o.rows) * o.cols;
  model.site_class.assign(sites, 0);
  for (const std::int32_t site : model.visible) model.site_class[site] = 1;
  const auto levels = Levels(o.steps);
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
  const nlohmann::json record = Record(o, data);
  model.training = record.dump();

  const auto edges = GridEdges(o.rows, o.cols, o.pattern);
  State state;
  nlohmann::json identity = record;
  identity["shape"] = {o.rows, o.cols, o.steps, o.weight_bits, PatternName(o.pattern)};
  const bool resumed = !o.checkpoint.empty() && LoadState(o.checkpoint, identity.dump(), edges.size() + sites, state);
  state.identity = identity.dump();
  for (int k = static_cast<int>(state.finished.size()); k < o.steps; ++k) {
    LayerTraining training(o, model, data, k, levels[k]);
    if (!resumed || state.parameters.empty()) training.Start(state);
    while (state.step < training.steps()) {
      TrainProgress progress = training.Advance(state);
      progress.layers = o.steps;
      const bool go_on = !observer || observer(progress);
      if (!o.checkpoint.empty() && (!go_on || state.step % training.quarter() == 0)) SaveState(o.checkpoint, state);
      if (!go_on)
        throw Error(Exit::kInterrupted, "training interrupted", "layer " + std::to_string(k),
                    o.checkpoint.empty() ? "" : "the same command goes on from " + o.checkpoint);
    }
    state.finished.push_back(std::exchange(state.parameters, {}));
    state.finished.back() = state.average;
    if (!o.checkpoint.empty()) SaveState(o.checkpoint, state);
  }
  for (int k = 0; k < o.steps; ++k) Quantise(state.finished[k], edges, o.weight_bits, model.layers[k]);
  return model;
}

}  // namespace tsu
