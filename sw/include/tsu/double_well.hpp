// SPDX-License-Identifier: Apache-2.0
// A machine with two wells, small enough to know its law: what one Boltzmann machine cannot sample and a chain of steps
// can.
//
// 8 x 8 p-bits, all visible, nearest neighbours coupled so that a face and its negative are the two ground states
// (J_ij = J e_i e_j, e the face), and a weak field towards the face that makes its well the more likely one. Between
// them lies a wall across the grid, exp(-16 J) rare. The steps: the same machine with weaker couplings, which crosses
// within its sweeps, then stronger ones, each tied to what the one before drew (c). The field of a weak step is set so
// that its own exact share of states that are mostly face is that of the target: that is all the calibration there is.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "tsu/device.hpp"
#include "tsu/model.hpp"

namespace tsu {

inline constexpr int kWellSide = 8;
inline constexpr int kWellSites = kWellSide * kWellSide;
inline constexpr int kWellSweeps = 100;  // of a step

// Shares of states: at least three quarters of the pixels are the face's, or the negative's, or neither; and, whatever
// the number, most are the face's (half of those that are level count).
struct Wells {
  double face = 0, negative = 0, neither = 0;
  double mostly_face = 0;
  void Add(int overlap, double weight);
};

int FaceAt(int site);  // +1 where the face is drawn, else -1
// Pixels of state s, 0/1: overlap with the face, -64 (its negative) .. 64.
int FaceOverlap(std::span<const std::uint8_t> state);
Wells CountWells(std::span<const std::uint8_t> states);  // [state][pixel]

// Exact law of one layer without conditioning at beta 1, by summing over all states site by site.
Wells ExactWells(const Model& model, int layer);

// The three steps; the last has the target's weights. The pattern must hold the rule (0,1).
Model DoubleWellSteps(const Pattern& pattern);
// The target alone, one step of as many sweeps as all of those.
Model DoubleWellTarget(const Pattern& pattern);

struct WellOptions {
  int chains = 512, rounds = 20;  // a round: as many sweeps as the steps take from noise to picture
  std::uint64_t seed = 1;
};
struct WellRun {
  std::vector<std::uint8_t> states;          // [round][chain][pixel]; round 0 is the start where there is one
  Wells wells;                               // over all chains after the rounds that count
  std::uint64_t crossings = 0, chances = 0;  // chains found in the other well one round later, of those that could be
  double rhat = 0;                           // classic split R-hat of the overlap, chains over rounds
};
// Half of the chains start as the face, half as the negative, and go on for all rounds.
WellRun RunStuck(Device& device, const WellOptions& options);
// Every round from noise: the target alone, or the steps.
WellRun RunRestarted(Device& device, const Model& model, const WellOptions& options);

// The device's own pattern, or G12.
Pattern WellPattern(const Device& device);

}  // namespace tsu
