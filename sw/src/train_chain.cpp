// SPDX-License-Identifier: Apache-2.0
#include "train_chain.hpp"

#include <algorithm>
#include <numeric>

#include "hash.hpp"
#include "tsu/law.hpp"

namespace tsu::train {

using cpu::Step;

Sites ClampLabels(const Model& model) {
  Sites sites{model.site_class, std::vector<std::uint8_t>(model.site_class.size(), 0)};
  for (const std::int32_t site : model.labels) sites.clamp[site] = 1;
  return sites;
}

Sites ClampVisible(const Model& model) { return {model.site_class, model.site_class}; }

std::vector<Step> Deploy(cpu::Sampler& sampler, const std::vector<Segment>& schedule, int layer, bool clamp) {
  std::vector<Step> steps;
  for (const Segment& s : schedule) {
    sampler.SetTable(steps.size(), MakeTable(s.beta, kTableBits));
    steps.push_back({Step::Kind::kSweep, static_cast<std::uint32_t>(s.sweeps), layer, static_cast<int>(steps.size()), clamp});
  }
  return steps;
}

ChainSource::ChainSource(const Model& model, int layers, int chains, int threads)
    : model_(model), layers_(layers), sampler_(model.rows, model.cols, model.pattern, chains, threads) {
  sampler_.SetSites(ClampLabels(model));
  for (int k = 0; k < layers; ++k) sampler_.SetLayer(static_cast<std::size_t>(k), Expand(model, k));
}

Bits ChainSource::Draw(const Bits& label, std::uint64_t seed) {
  const bool clamp = !model_.labels.empty();
  sampler_.SetQuickNoise(seed);
  if (clamp) sampler_.SetSpinsAt(model_.labels, label);
  for (int k = 0; k < layers_; ++k) {
    std::vector<Step> steps{{k == 0 ? Step::Kind::kRandomiseAll : Step::Kind::kRandomiseLatents, 1, 0, 0, clamp}};
    if (k == 0) steps.push_back({Step::Kind::kCopy});
    const auto sweeps = Deploy(sampler_, model_.layers[k].schedule, k, clamp);
    steps.insert(steps.end(), sweeps.begin(), sweeps.end());
    steps.push_back({Step::Kind::kCopy});  // the next layer's conditioning
    sampler_.Run(steps);
  }
  return sampler_.Bits(model_.visible);
}

namespace {

constexpr int kMostScored = 2560, kFewestScored = 128;

Batch Inputs(const TrainSet& held_out, const Level& level, int label_spots, std::uint64_t seed, int first) {
  std::vector<std::size_t> images(LayerScore::Chains(held_out));
  std::iota(images.begin(), images.end(), static_cast<std::size_t>(first));
  return Noised(held_out, level, images, seed, label_spots);
}

}  // namespace

int LayerScore::Chains(const TrainSet& held_out) {
  const int half = std::min(kMostScored, static_cast<int>(Images(held_out) / 2));
  return half < kFewestScored ? 0 : half;
}

LayerScore::LayerScore(const Model& model, const Level& level, const TrainSet& held_out, int label_spots, std::uint64_t seed,
                       int threads, ChainSource* source)
    : model_(model), seed_(seed), input_(Inputs(held_out, level, label_spots, Hash(seed, 1), 0)),
      images_(Inputs(held_out, level, 0, Hash(seed, 2), Chains(held_out)).out, model.visible.size()),
      reference_(images_, kMmdSigma, threads),
      sampler_(model.rows, model.cols, model.pattern, Chains(held_out), threads) {
  if (source) input_.in = source->Draw(input_.label, Hash(seed, 3));
  const bool clamp = !model.labels.empty();
  sampler_.SetSites(ClampLabels(model));
  program_ = Deploy(sampler_, model.layers[0].schedule, 0, clamp);
  program_.insert(program_.begin(), {Step::Kind::kRandomiseLatents, 1, 0, 0, clamp});
}

double LayerScore::Of(const LayerWeights& weights) {
  sampler_.SetLayer(0, weights);
  sampler_.SetQuickNoise(Hash(seed_, 4));
  sampler_.SetSpinsAt(model_.visible, input_.in);
  sampler_.SetConditioningAt(model_.visible, input_.in);
  if (!model_.labels.empty()) sampler_.SetSpinsAt(model_.labels, input_.label);
  sampler_.Run(program_);
  return reference_.Hold(PackedImages(sampler_.Bits(model_.visible), model_.visible.size())).mmd2;
}

}  // namespace tsu::train
