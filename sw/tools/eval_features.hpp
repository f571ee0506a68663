// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "commands.hpp"

namespace tsu::tool {

// Frechet distance and precision to coverage in features of the user's own: safetensors files of one F32 matrix each.
void EvalFeatures(const std::string& samples, const std::string& reference, int threads, const Context& context);

}  // namespace tsu::tool
