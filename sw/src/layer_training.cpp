// SPDX-License-Identifier: Apache-2.0
#include "layer_training.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "hash.hpp"
#include "tsu/law.hpp"

namespace tsu::train {

using cpu::Sampler;
using cpu::Step;

namespace {

std::uint64_t At(std::uint64_t seed, std::uint64_t use, std::int64_t step) {
  return Hash(Hash(seed, use), static_cast<std::uint64_t>(step));
}

Model OneLayer(const Model& model, int layer) {
  Model one = model;
  one.layers.assign(1, model.layers[layer]);
  return one;
}

}  // namespace

LayerTraining::LayerTraining(const TrainOptions& o, const Model& model, const TrainSet& set, const TrainSet& held_out, int layer,
                             const Level& level, bool tuning, const StepPart& part)
    : o_(o), level_(level), layer_(layer), epochs_(tuning ? o.tuning_epochs : o.epochs),
      rate_(tuning ? o.tuning_rate : o.rate), set_(set), edges_(GridEdges(o.rows, o.cols, o.pattern)),
      seed_(Hash(o.seed, static_cast<std::uint64_t>(layer + (tuning ? 64 : 0)))), model_(OneLayer(model, layer)),
      schedule_(o.ramp_training ? model_.layers[0].schedule : std::vector<Segment>{{1.0, o.sweeps}}),
      batches_(set, level, o.batch, seed_, o.label_spots),
      phases_(o, model_, schedule_, edges_, part), probe_(o.rows, o.cols, o.pattern, 2 * o.batch, o.threads) {
  probe_.SetSites(ClampLabels(model_));
  probe_program_ = Deploy(probe_, schedule_, 0, !model_.labels.empty());
  quarter_ = std::max<std::int64_t>(1, batches_.an_epoch() / 4);
  if (tuning) source_ = std::make_unique<ChainSource>(model, layer, o.batch, o.threads);
  if (const int chains = LayerScore::Chains(held_out); chains > 0) {
    std::optional<ChainSource> inputs;
    if (tuning) inputs.emplace(model, layer, chains, o.threads);
    score_ = std::make_unique<LayerScore>(model_, level, held_out, o.label_spots, Hash(seed_, 8), o.threads, inputs ? &*inputs : nullptr);
  }
}

void LayerTraining::Start(State& state, const Parameters* from) const {
  state = {};
  state.penalty = kFirstPenalty;
  state.parameters = FirstParameters(edges_.size(), model_.site_class.size(), Hash(seed_, 1));
  const std::size_t pixels = model_.visible.size(), images = Images(set_);
  for (std::size_t p = 0; p < pixels; ++p) {
    std::int64_t on = 0;
    for (std::size_t i = 0; i < images; ++i) on += set_.bits[i * pixels + p];
    const double mean = std::clamp(2.0 * static_cast<double>(on) / static_cast<double>(images) - 1, -kMostMean, kMostMean);
    state.parameters[edges_.size() + model_.visible[p]] = static_cast<float>(std::atanh(level_.out * mean));
  }
  if (from) state.parameters = *from;
  state.average = state.parameters;
}

std::vector<std::uint32_t> LayerTraining::Sample(State& state, const Sampler::Poll& poll) {
  Batch batch = batches_.At(state.step);
  if (source_) batch.in = source_->Draw(batch.label, At(seed_, 9, state.step));
  Quantise(state.parameters, edges_, o_.weight_bits, o_.weight_step, model_.layers[0]);
  const LayerWeights weights = Expand(model_, 0);
  if (state.step % quarter_ == 0) Probe(weights, batch, state, poll);

  return phases_.Sample(weights, batch, At(seed_, 2, state.step), At(seed_, 3, state.step), poll);
}

TrainProgress LayerTraining::Learn(State& state, std::span<const std::uint32_t> counts) {
  const double samples = static_cast<double>(o_.batch) * phases_.snapshots();
  const auto moments = [&](std::span<const std::uint32_t> half) {
    const auto edges = half.first(edges_.size()), sites = half.subspan(edges_.size(), model_.site_class.size());
    return ToMoments({{edges.begin(), edges.end()}, {sites.begin(), sites.end()}}, probe_.layout(), samples);
  };
  const Moments clamped = moments(counts), free = moments(counts.subspan(this->counts() / 2));
  Ascend(state, clamped, free);
  ++state.step;
  if (score_ && state.step % batches_.an_epoch() == 0) Score(state);

  TrainProgress progress;
  for (std::size_t e = 0; e < edges_.size(); ++e) {
    progress.largest = std::max(progress.largest, static_cast<double>(std::abs(state.parameters[e])));
    progress.gap += std::abs(clamped.pair[e] - free.pair[e]);
  }
  progress.gap /= static_cast<double>(edges_.size());
  progress.layer = layer_;
  progress.step = state.step;
  progress.steps = steps();
  progress.autocorrelation = state.autocorrelation;
  progress.penalty = state.penalty;
  progress.score = state.scores.empty() ? 0 : state.scores.back();
  return progress;
}

void LayerTraining::Finish(State& state) const {
  if (state.chosen.empty()) state.chosen = state.average;
  state.parameters.clear();
  state.adam = {};
}

void LayerTraining::Ascend(State& state, const Moments& clamped, const Moments& free) {
  Gradient(clamped, free, edges_, state.penalty, gradient_);
  const double done = static_cast<double>(state.step) / static_cast<double>(steps());
  const double cosine = kFloor + (1 - kFloor) * 0.5 * (1 + std::cos(std::numbers::pi * done));
  const double warm = std::min(1.0, static_cast<double>(state.step + 1) / kWarmUp);
  state.adam.Ascend(state.parameters, gradient_, rate_ * cosine * warm);
  for (std::size_t e = 0; e < edges_.size(); ++e)
    state.parameters[e] = std::clamp(state.parameters[e], static_cast<float>(-kMostJ), static_cast<float>(kMostJ));
  const double age = static_cast<double>(state.step);
  const float keep = static_cast<float>(std::min(kAverage, (1 + age) / (10 + age)));
  for (std::size_t i = 0; i < state.parameters.size(); ++i)
    state.average[i] = keep * state.average[i] + (1 - keep) * state.parameters[i];
}

// An epoch's averaged parameters as they would be deployed; the best are the chosen ones.
void LayerTraining::Score(State& state) {
  Quantise(state.average, edges_, o_.weight_bits, o_.weight_step, model_.layers[0]);
  const double score = score_->Of(Expand(model_, 0));
  const bool best = std::all_of(state.scores.begin(), state.scores.end(), [score](double s) { return score < s; });
  state.scores.push_back(score);
  if (best) state.chosen = state.average;
}

// Autocorrelation over one deployed run, and the penalty that follows.
void LayerTraining::Probe(const LayerWeights& weights, const Batch& batch, State& state, const Sampler::Poll& poll) {
  const int chains = probe_.chains();
  const auto grouped = [chains](const Bits& bits, std::size_t width) {
    Bits out(chains * width);
    for (int c = 0; c < chains; ++c)
      std::copy_n(bits.begin() + static_cast<std::ptrdiff_t>(c / kGroup * width), width, out.begin() + static_cast<std::ptrdiff_t>(c * width));
    return out;
  };
  const Bits in = grouped(batch.in, model_.visible.size());
  probe_.SetLayer(0, weights);
  probe_.SetQuickNoise(At(seed_, 6, state.step));
  probe_.SetSpinsAt(model_.visible, in);
  probe_.SetConditioningAt(model_.visible, in);
  if (!batch.label.empty()) probe_.SetSpinsAt(model_.labels, grouped(batch.label, model_.labels.size()));
  const bool clamp = !model_.labels.empty();
  probe_.Run(std::vector<Step>{{Step::Kind::kRandomiseLatents, 1, 0, 0, clamp}}, poll);
  probe_.Run(probe_program_, poll);
  const auto before = probe_.Bits(model_.visible);
  const Step lag{Step::Kind::kSweep, static_cast<std::uint32_t>(o_.sweeps), 0, probe_program_.back().table, clamp};
  probe_.Run(std::vector<Step>{lag}, poll);
  const auto after = probe_.Bits(model_.visible);
  const double previous = state.autocorrelation;
  state.autocorrelation = Autocorrelation(before, after, chains, kGroup, Hash(seed_, 7));
  const auto next = o_.penalty_rule == PenaltyRule::kPaper ? PaperPenalty : NextPenalty;
  if (state.step > 0) state.penalty = next(state.penalty, state.autocorrelation, previous, o_.threshold);
}

}  // namespace tsu::train
