// SPDX-License-Identifier: Apache-2.0
// Judges of the law: a plain double-precision Gibbs sampler, the Boltzmann law by enumeration, and
// the exact stationary law of the quantised two-colour kernel. They share no code with
// golden::Core.
//
// States of an enumerable graph are numbers: bit k = 1 when variable k is +1.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "tsu/device.hpp"

namespace tsu::golden {

// The free sites of a model as an Ising graph, in units of 1/32. Kept sites and the conditioning
// plane are in `bias`.
struct Graph {
  struct Link {
    int to, weight;
  };
  std::vector<int> site, colour, bias;   // [variable]; site = y * cols + x, ascending
  std::vector<std::vector<Link>> links;  // [variable], each undirected edge in both lists
  int variables() const { return static_cast<int>(site.size()); }
  int Field(int variable, std::uint64_t state) const;
};

// `spins` gives the kept sites their values; both planes are of one chain.
Graph MakeGraph(int rows, int cols, const Pattern& pattern, const LayerWeights& layer,
                const Sites& sites, std::span<const std::uint8_t> spins,
                std::span<const std::uint8_t> conditioning, bool clamp);

// P(state) ~ exp(beta (sum over undirected edges J s s + sum h s)); up to 20 variables.
std::vector<double> BoltzmannLaw(const Graph& graph, double beta);

// P(threshold) that a decision goes against the field, of another noise than the shipped one.
using AgainstProbability = double (*)(std::uint16_t threshold);

// P(+1 | f) of the quantised decision; exact.
double UpProbability(const Table& table, int field, AgainstProbability probability = CodeProbability);

// The quantised kernel of an enumerable graph (up to 16 variables): phase of colour 0, then of
// colour 1.
class Kernel {
 public:
  Kernel(const Graph& graph, const Table& table, AgainstProbability probability = CodeProbability);
  // Stationary law at the end of a sweep. By elimination without subtractions (Grassmann, Taksar,
  // Heyman): accurate to rounding in every entry, however slowly the chain mixes.
  std::vector<double> StationaryLaw() const;
  // A number of sweeps, a power of two, after which any two starts are within `tolerance` in total
  // variation.
  int MixingSweeps(double tolerance) const;

 private:
  using Matrix = std::vector<double>;  // row-major, rows sum to one
  std::uint64_t Join(int colour, std::uint64_t own, std::uint64_t other) const;

  std::vector<int> part_[2];  // variables of each colour
  Matrix phase_[2];  // phase_[c][other state][own state] = P(own | other) when colour c is updated
};

// Gibbs sampler with doubles and a library generator: no quantisation, no shared noise.
class ReferenceSampler {
 public:
  ReferenceSampler(Graph graph, double beta, std::uint64_t seed);
  void Sweep();
  const std::vector<int>& spins() const { return spins_; }  // -1, +1

 private:
  Graph graph_;
  double beta_;
  std::mt19937_64 random_;
  std::vector<int> spins_;
};

}  // namespace tsu::golden
