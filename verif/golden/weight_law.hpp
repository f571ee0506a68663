// SPDX-License-Identifier: Apache-2.0
// Short weights: couplings J of 3 to 10 bits over the same range (-4, 4). The step of a b-bit weight is 2^(3 - b), its largest value
// 4 - step. Biases h and c keep the fine step of the model file, 1/32, for every b: only couplings are short.
//
// Eight bits are the step of the file. Fewer bits fit it as they are. More do not: such a machine is the same one in finer units, with
// J, h, c twice or four times as many of them and every beta as many times smaller (temperature is a property of the thresholds). Its
// fields are as many times larger, and so must the threshold table be where P against the field is not yet in its tail.
#pragma once

#include <random>

#include "tsu/model.hpp"
#include "verif/golden/reference.hpp"

namespace tsu::golden {

inline constexpr int kFewestWeightBits = 3, kMostWeightBits = 10;
inline constexpr int kFileWeightBits = 8;  // whose step is 1/32

// Of a coupling, in real units.
double WeightStep(int bits);
// Nearest multiple of the step, halves away from zero, clipped to +-(4 - step).
double ShortWeight(double j, int bits);

// Units of a machine of so many bits in one of 1/32: 1, up to eight bits; 2; 4.
int WeightScale(int bits);
// log2 of the entries of a threshold table that holds every field which the table of 512 entries holds at eight bits.
int ShortTableBits(int bits);

// The same law in units `factor` times finer. Throws kIncompatible where J, h or c leave the formats of a device.
Model Scaled(const Model& model, int factor);
// A model of eight-bit weights with its couplings rounded to so many bits; Scaled where these are more than eight. Throws kUsage on
// other numbers of bits, kIncompatible on a model of another width.
Model WithShortWeights(const Model& model, int bits);

// A random cluster of sites of G12 among clamped ones: couplings N(0, spread) of a fine step, biases N(0, 0.3) in steps of 1/32.
// `graph` is in units of 1 / (32 * kFineUnits).
inline constexpr int kFineUnits = 1 << 15;
struct FineMachine {
  Graph graph;
};
FineMachine MakeFineMachine(double spread, int sites, std::mt19937_64& random);
// The machine of short weights, in units of 1 / (32 * WeightScale(bits)).
Graph ShortGraph(const FineMachine& machine, int bits);

// Total variation from Boltzmann's law of the fine weights.
struct WeightDistance {
  double weights = 0;  // of Boltzmann's law of the short weights: no sampling error, no thresholds
  double machine = 0;  // of the stationary law of a machine with short weights and threshold tables
};
WeightDistance DistanceOfShort(const FineMachine& machine, int bits, double beta);

}  // namespace tsu::golden
