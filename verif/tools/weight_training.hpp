// SPDX-License-Identifier: Apache-2.0
// Trainings whose every forward pass sees short weights.
#pragma once

#include <string>

#include "tsu/model.hpp"
#include "tsu/train_data.hpp"

namespace tsu::golden {

struct ShortTraining {
  std::string out = ".", pattern = "G12";
  int steps = 2, epochs = 2;  // denoising steps; passes over the images, a step
  std::uint64_t seed = 1;
  int threads = 0;
};

// OUT/weights-BITS.safetensors
std::string TrainedPath(const ShortTraining& training, int bits);

// The model of weights of so many bits (3 to 8), as `tsu train --weight-step` makes it (the file is the same, bit for bit): read where
// it is there already, else trained, going on from a checkpoint, and saved. Throws kBadInput where the file is of another training,
// kUsage on more than eight bits: a training rounds to 1/32 at the finest.
Model TrainShort(const ShortTraining& training, const BinaryImages& images, int bits);

}  // namespace tsu::golden
