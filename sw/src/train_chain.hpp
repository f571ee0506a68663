// SPDX-License-Identifier: Apache-2.0
// Layers run as they are deployed, with the training's noise: what a trained layer's own input looks like, and how good its
// output is.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu_sampler.hpp"
#include "train_batches.hpp"
#include "tsu/eval.hpp"

namespace tsu::train {

inline constexpr int kTableBits = 9;

// Sites of a model as a sampler wants them: with the labels or with everything visible held while the clamp is on.
Sites ClampLabels(const Model& model);
Sites ClampVisible(const Model& model);

// Loads the betas of a schedule into tables 0, 1, ... and gives its sweeps.
std::vector<cpu::Step> Deploy(cpu::Sampler& sampler, const std::vector<Segment>& schedule, int layer, bool clamp);

// Chains through layers [0, layers) of a model from pure noise.
class ChainSource {
 public:
  ChainSource(const Model& model, int layers, int chains, int threads);
  // Outputs [chain][pixel]; label: [chain][label site], empty for models without.
  Bits Draw(const Bits& label, std::uint64_t seed);

 private:
  Model model_;
  int layers_;
  cpu::Sampler sampler_;
};

// Squared maximum mean discrepancy between a layer's deployed output and held-out images at its level. Inputs are the other
// half of the held-out images, noised, or outputs of the layers before.
class LayerScore {
 public:
  // `model`: the one layer that is scored, its weights given later. `source` is asked once, here; null: inputs are noised images.
  LayerScore(const Model& model, const Level& level, const TrainSet& held_out, int label_spots, std::uint64_t seed, int threads,
             ChainSource* source);
  double Of(const LayerWeights& weights);

  // Inputs that a set of held-out images gives; 0: too few to judge by.
  static int Chains(const TrainSet& held_out);

 private:
  Model model_;
  std::uint64_t seed_;
  Batch input_;
  PackedImages images_;
  MmdReference reference_;
  cpu::Sampler sampler_;
  std::vector<cpu::Step> program_;
};

}  // namespace tsu::train
