// SPDX-License-Identifier: Apache-2.0
// Quality of a model's samples against its number of sweeps: a thermalised model keeps its quality as they grow, one that is only
// tuned to its own number loses it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tsu/device.hpp"
#include "tsu/evaluation.hpp"
#include "tsu/model.hpp"

namespace tsu {

struct QualityOptions {
  std::vector<int> sweeps;  // a step, each 1 to kMostSweeps; the model's own number joins them where all its steps have one
  int count = 1024;         // samples of each
  std::uint64_t seed = 1;   // the same x_T for all
  std::chrono::milliseconds deadline{600'000};  // of one program
  std::function<void(double done)> progress;    // 0..1, of all sweeps
};

struct QualityAt {
  int sweeps = 0;  // a step
  bool deployed = false;
  std::string sample_sha256;
  EvalRow row;
};

// Rising sweeps, each once. Throws kUsage on options that cannot be, and what the device throws.
std::vector<QualityAt> QualityCurve(Device& device, const Model& model, const Evaluation& evaluation, const QualityOptions& options);

}  // namespace tsu
