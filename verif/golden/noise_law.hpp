// SPDX-License-Identifier: Apache-2.0
// What a noise does to the law of a machine small enough to enumerate: 3 x 4 sites, patterns 0,1 and 2,1, random
// weights and biases. Exactly where the noise has no memory, sampled by the twin where it has.
#pragma once

#include <cstdint>
#include <vector>

#include "verif/golden/noise_source.hpp"
#include "verif/golden/reference.hpp"

namespace tsu::golden {

struct SmallMachine {
  int rows, cols;
  Pattern pattern;
  LayerWeights layer;
  Graph graph;
};
// J ~ N(0, 0.3), h ~ N(0, 0.2).
SmallMachine MakeSmallMachine(std::uint64_t seed);

// Total variation of the kernel's stationary law from Boltzmann's, for noise whose words are independent: kShipped, kShort.
double ExactDistance(const Graph& graph, double beta, const Noise& noise);

// Boards of `lanes` chains, each board with streams of its own; every board's lanes start in turn from all spins up and all
// down. One draw of every chain each `spacing` sweeps, after as long a warm-up as 32 draws take.
struct LawBudget {
  int boards = 16, lanes = 32, draws = 2048, spacing = 16, threads = 0;
  std::uint64_t seed = 1;
};

struct SampledLaw {
  std::vector<std::uint64_t> counts;  // [state] of all draws
  double distance = 0;  // total variation of all draws from Boltzmann's law
  // Variance of the mean over a board's lanes at one instant, over its value for independent chains: 1 independent, `lanes`
  // when all are equal; mean over boards.
  double energy_ratio = 0, spin_ratio = 0;  // of the energy, of the magnetisation
  double rhat = 0;                          // split R-hat of the energy, all chains of all boards
};
SampledLaw SampleLaw(const SmallMachine& machine, double beta, const Noise& noise, const LawBudget& budget);

// The distance that the same number of draws has when a library generator decides in doubles: the floor of the above.
double SampledFloor(const SmallMachine& machine, double beta, const LawBudget& budget);

}  // namespace tsu::golden
