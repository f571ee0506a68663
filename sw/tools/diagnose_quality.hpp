// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "commands.hpp"
#include "tsu/quality_curve.hpp"

namespace tsu::tool {

struct QualityArguments {
  std::string data, judges, out;  // out: picture, may be empty
  QualityOptions options;
};

// `tsu diagnose --quality`: prints quality at every number of sweeps, and draws it.
void DiagnoseQuality(QualityArguments arguments, const std::string& name, const Model& model, Device& device, const Context& context);

}  // namespace tsu::tool
