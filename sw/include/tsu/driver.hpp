// SPDX-License-Identifier: Apache-2.0
// Runs denoising chains of a model on any device: one program where everything fits, more passes or layer by layer where it
// does not; the samples are the same.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tsu/device.hpp"
#include "tsu/model.hpp"

namespace tsu {

struct RunOptions {
  int count = 16;                // samples = chains, chain 0 first
  std::uint64_t seed = 1;
  bool ring_seed = false;        // instead: a fresh base state from the device's ring oscillators for every program
  std::vector<std::uint8_t> labels;  // [chain], of models with label cells; empty: 0, 1, ... 9, 0, ...
  bool film = false;             // also keep x_T and the output of every step
  int resident_layers = 0;       // at most so many layers on the device at once (0: as many as fit)
  std::chrono::milliseconds deadline{600'000};           // of one program
  std::function<void(int done, int total)> progress;     // after each program: chain-layers done
};

struct RunResult {
  int pixels = 0;
  std::vector<std::uint8_t> samples;             // [chain * pixels + p], 0/1, image order
  std::vector<std::uint8_t> labels;              // [chain], as clamped; empty for models without label cells
  std::vector<std::vector<std::uint8_t>> film;   // x_T, then after each layer; like samples
  Counters counters;                             // summed over programs
  std::uint64_t sweeps = 0;                      // of one chain, Randomise included
  std::uint64_t flips = 0;                       // count x sweeps x sites: what the samples needed
  double seconds = 0;                            // loading, sampling, reading
  int passes = 0;                                // programs run
  // SHA-256 over `samples`: one byte 0/1 a pixel, image order, chains in order.
  std::string sample_sha256() const;
};

// Throws what the device throws, and what CheckFields throws.
RunResult RunModel(Device& device, const Model& model, const RunOptions& options);

// Program of layers [first, last] of a model; table ids from `tables` (distinct betas in order of first use).
Program ChainProgram(const Model& model, int first, int last, const std::vector<double>& tables, bool film);
// Throws kIncompatible when a field of the model would saturate a threshold table of so many bits at one of its betas.
void CheckFields(const Device& device, const Model& model, int table_bits);
// Distinct betas of layers [first, last].
std::vector<double> Betas(const Model& model, int first, int last);

}  // namespace tsu
