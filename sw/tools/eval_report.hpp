// SPDX-License-Identifier: Apache-2.0
// What `tsu eval` prints.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tsu/evaluation.hpp"

namespace tsu::tool {

// One line a row under a line of headings.
std::string Table(const std::vector<EvalRow>& rows, bool judged);
// What such figures do not see, and which column guards against it.
std::string Weaknesses(bool judged);
nlohmann::json ToJson(const EvalRow& row);
nlohmann::json ToJson(const Prdc& prdc);

}  // namespace tsu::tool
