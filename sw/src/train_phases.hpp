// SPDX-License-Identifier: Apache-2.0
// The chains of a gradient step, or a rank's part of them: clamped ones hold the pictures, free ones start at what the layer is
// given and run as long as deployed. Counts of both: which spins of an edge differ, which sites are down.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cpu_sampler.hpp"
#include "train_batches.hpp"
#include "train_layer.hpp"
#include "train_share.hpp"
#include "tsu/model.hpp"
#include "tsu/train.hpp"

namespace tsu::train {

inline constexpr int kSpacing = 2, kSnapshots = 25;  // statistics: every 2nd of the last 50 sweeps

class Phases {
 public:
  // `model`: of one layer; must outlive the object. `schedule`: of the free chains.
  Phases(const TrainOptions& options, const Model& model, const std::vector<Segment>& schedule, std::span<const GridEdge> edges,
         const StepPart& part);

  // Are the phases two groups of one sampler? They are where there is a whole line for every thread even so: vectors of a
  // line take hardly longer than those of half a line. What is sampled is the same.
  static bool Joined(int threads, const StepPart& part);

  int snapshots() const { return snapshots_; }
  double flips() const { return flips_; }  // updates of spins in both phases of a whole batch

  // Clamped edges, clamped sites, free edges, free sites. Seeds of the whole batch.
  std::vector<std::uint32_t> Sample(const LayerWeights& weights, const Batch& batch, std::uint64_t clamped_seed, std::uint64_t free_seed,
                                    const cpu::Sampler::Poll& poll);

 private:
  const Model& model_;
  int threads_;
  StepPart part_;
  std::size_t edges_;
  int snapshots_;
  double flips_;
  std::vector<cpu::Sampler> samplers_;             // free, clamped; or one of both
  std::vector<std::vector<cpu::Step>> programs_;  // of the samplers
};

}  // namespace tsu::train
