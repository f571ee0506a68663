// SPDX-License-Identifier: Apache-2.0
// Does a model mix? For every layer, many chains under each of several conditionings, started far apart, watched on a
// device.
//
// Conditionings of layer k: what real chains of the model hand to it (x_T for layer 0), or given images noised to its
// input level. Starts: chains 0, 2, 4 ... of a conditioning at random spins; the others at states in which chains of
// another conditioning ended a deployed run of the layer. All then sweep at the last beta of the layer's schedule, the
// law that its output is to follow. At K sweeps: draws evenly over the second half of the sweeps 1..K (at most kDraws).
// Scalars: random projections of the visible spins, and the energy. R-hat and ESS are taken of the chains of one
// conditioning; means and extremes run over conditionings and projections. Formulas: mixing.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "tsu/device.hpp"
#include "tsu/mixing.hpp"
#include "tsu/model.hpp"

namespace tsu {

inline constexpr double kMixedRhat = 1.1;             // R-hat below which chains count as mixed
inline constexpr double kMixedAutocorrelation = 0.1;  // |autocorrelation| that usually counts as mixed
inline constexpr int kDraws = 32;

struct DiagnoseOptions {
  int chains = 64;        // of each conditioning
  int conditionings = 8;  // 2 or more
  int projections = 32;
  std::vector<int> sweeps = {10, 25, 50, 100, 250, 500, 1000, 2000};  // besides the deployed number
  std::uint64_t seed = 1;
  std::span<const std::uint8_t> images;         // [image][pixel]; empty: the model's own chains give the conditionings
  std::chrono::milliseconds deadline{600'000};  // of one program
  std::function<void(double done)> progress;    // 0..1
};

struct MeanAndWorst {
  double mean = 0, worst = 0;  // worst: largest R-hat, smallest ESS
};

struct MixingAt {
  int sweeps = 0, draws = 0;  // draws: of one chain
  MeanAndWorst rhat, rhat_energy;
  MeanAndWorst ess, ess_energy;  // of chains x draws
};

struct LayerMixing {
  int layer = 0;
  int deployed = 0;  // sweeps
  double beta = 0;
  std::vector<MixingAt> at;  // rising sweeps, the deployed number among them
  // Over the projections, from half of the longest watch on.
  std::vector<double> lags, ensemble, error;  // ensemble autocorrelation, standard error over conditionings
  double ensemble_at_deployed = 0, error_at_deployed = 0;
  double chain_at_deployed = 0;      // single chains, mean subtracted
  DecayFit fit;                      // of the ensemble's
  double shortest = 0, longest = 0;  // correlation time, one standard error (jackknife over conditionings) either way
  const MixingAt& deployed_row() const;
  // A single chain's number would have said "mixed" where R-hat does not.
  bool trap() const;
};

// Throws kUsage on options that cannot be, and what the device throws.
std::vector<LayerMixing> Diagnose(Device& device, const Model& model, const DiagnoseOptions& options);

// Energy of whole states under one layer, in units of 1/32.
class LayerEnergy {
 public:
  LayerEnergy(const Model& model, int layer);
  std::int64_t operator()(const std::uint8_t* spins, const std::uint8_t* conditioning) const;  // [site], 0/1

 private:
  struct Shift {
    std::ptrdiff_t to;                 // neighbour - site; off-grid weights are 0
    std::vector<std::int16_t> weight;  // [site]
  };
  std::vector<Shift> shifts_;
  std::vector<std::int16_t> bias_, coupling_;  // [site]
};

}  // namespace tsu
