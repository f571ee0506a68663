// SPDX-License-Identifier: Apache-2.0
// Training of one denoising step: a batch's two phases, the ascent, the penalty's probe, the choice of an epoch.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cpu_sampler.hpp"
#include "train_batches.hpp"
#include "train_chain.hpp"
#include "train_layer.hpp"
#include "train_phases.hpp"
#include "train_share.hpp"
#include "train_state.hpp"
#include "tsu/model.hpp"
#include "tsu/train.hpp"

namespace tsu::train {

// Constants of the recipe that are not options; all are written into the model's record.
inline constexpr double kFloor = 0.02;        // rate at the end / rate
inline constexpr int kWarmUp = 20;            // gradient steps over which the rate rises
inline constexpr double kAverage = 0.998;     // decay of the averaged parameters
inline constexpr double kFirstPenalty = 0.01;
inline constexpr double kMostJ = 3.96;
inline constexpr double kMostMean = 0.99;     // pixel means are taken no nearer to -1 and 1
inline constexpr int kGroup = 16;             // chains that share a conditioning in the autocorrelation

// One pass over a layer's epochs. Plain: inputs are noised images, so layers do not wait for each other. Tuning: inputs are
// outputs of the layers before, as deployed, which the layer learns to make good.
class LayerTraining {
 public:
  // `model`: all layers, those before `layer` finished where `tuning`. `part`: of every gradient step's chains; ranks that
  // share a step have the others. References must outlive the object.
  LayerTraining(const TrainOptions& options, const Model& model, const TrainSet& set, const TrainSet& held_out, int layer,
                const Level& level, bool tuning, const StepPart& part);

  std::int64_t an_epoch() const { return batches_.an_epoch(); }  // gradient steps
  std::int64_t steps() const { return an_epoch() * epochs_; }
  std::int64_t quarter() const { return quarter_; }  // gradient steps between probes
  double flips() const { return phases_.flips(); }
  std::size_t counts() const { return 2 * (edges_.size() + model_.site_class.size()); }

  // Before the first gradient step; tuning starts at `from`.
  void Start(State& state, const Parameters* from) const;
  // First half of a gradient step: this part's chains. The sums over all parts are what Learn wants: [counts()] clamped
  // edges, clamped sites, free edges, free sites. Changes penalty and autocorrelation of the state, where they are probed.
  std::vector<std::uint32_t> Sample(State& state, const cpu::Sampler::Poll& poll = nullptr);
  // Second half.
  TrainProgress Learn(State& state, std::span<const std::uint32_t> counts);
  // After the last step: what is not needed any more goes.
  void Finish(State& state) const;

 private:
  void Probe(const LayerWeights& weights, const Batch& batch, State& state, const cpu::Sampler::Poll& poll);
  void Ascend(State& state, const Moments& clamped, const Moments& free);
  void Score(State& state);

  const TrainOptions& o_;
  Level level_;
  int layer_, epochs_;
  double rate_;
  TrainSet set_;
  std::vector<GridEdge> edges_;
  std::uint64_t seed_;
  Model model_;  // of this one layer
  std::vector<Segment> schedule_;  // of the training's chains
  Batches batches_;
  Phases phases_;
  cpu::Sampler probe_;
  std::vector<cpu::Step> probe_program_;
  std::int64_t quarter_;
  std::unique_ptr<ChainSource> source_;
  std::unique_ptr<LayerScore> score_;
  Parameters gradient_;
};

}  // namespace tsu::train
