// SPDX-License-Identifier: Apache-2.0
// What `tsu eval` prints.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "eval_inputs.hpp"
#include "tsu/evaluation.hpp"

namespace tsu::tool {

// One line a row under a line of headings.
std::string Table(const std::vector<EvalRow>& rows, bool judged);

// The few figures that models are compared by; those of judges and labels where there are such.
struct Figure {
  const char *key, *heading;  // in JSON, in a table
  int digits = 0;             // behind the point
  double value = 0;
};
std::vector<Figure> KeyFigures(const EvalRow& row);

// Of one model's rows, one a seed.
struct SeedSpread {
  struct Range {
    Figure mean;
    double low = 0, high = 0;
  };
  std::string source;
  std::size_t seeds = 0;
  std::vector<Range> figures;
};
// Rows follow each other seed by seed, source by source; sources of one row are left out.
std::vector<SeedSpread> Spreads(const std::vector<EvalRow>& rows, const std::vector<SampleSet>& samples);
std::string Table(const std::vector<SeedSpread>& spreads);

// What such figures do not see, and which column guards against it.
std::string Weaknesses(bool judged);
nlohmann::json ToJson(const EvalRow& row);
nlohmann::json ToJson(const SeedSpread& spread);
nlohmann::json ToJson(const Prdc& prdc);

}  // namespace tsu::tool
