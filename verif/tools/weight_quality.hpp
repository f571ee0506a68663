// SPDX-License-Identifier: Apache-2.0
// A model of short weights in the measures of `tsu eval` and `tsu diagnose`: one row; and the file that keeps finished rows, so that an
// ablation that is stopped, or asked for single rows, measures none of them twice.
#pragma once

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tsu/evaluation.hpp"
#include "tsu/model.hpp"

namespace tsu::golden {

struct WeightRow {
  std::string kind;       // how the weights came to be short
  int bits = 0;
  nlohmann::json source;  // all else that the figures depend on: model, count, seed, ...
  double changed = 0, zero = 0;  // shares of the couplings that are not 0 before rounding: changed by it, 0 after it
  std::array<double, kJudges> fcd{};
  double mmd_ratio = 0, coverage = 0;
  // Of the layer with the worst: mean over conditionings and projections, worst of them, worst of the energy. Infinite: frozen.
  double rhat_mean = 0, rhat = 0, rhat_energy = 0;
  double seconds = 0;                // drawing, judging and watching
  // Same row asked for: kind, bits, source.
  bool Answers(const WeightRow& question) const { return kind == question.kind && bits == question.bits && source == question.source; }
};

// JSON lines, rewritten whole with every row. Throws kBadInput on a file of anything else.
class RowFile {
 public:
  explicit RowFile(std::string path);
  const WeightRow* Find(const WeightRow& question) const;
  void Add(const WeightRow& row);
  const std::vector<WeightRow>& rows() const { return rows_; }

 private:
  std::string path_;
  std::vector<WeightRow> rows_;
};

struct QualityOptions {
  std::string data, judges = "sw/judges";
  int count = 5120, threads = 0;
  std::uint64_t seed = 1;
  int chains = 16, conditionings = 4, projections = 16;  // of R-hat, at the deployed sweeps
};

// What a row depends on, besides kind and bits.
nlohmann::json SourceOf(const QualityOptions& options, const std::string& model_sha256);

class WeightQuality {
 public:
  // Loads images and judges and measures the train images: 20 seconds. Throws kBadInput where judges are missing.
  explicit WeightQuality(const QualityOptions& options);
  // Fills in what is measured. `model` has eight-bit weights and is rounded to row.bits.
  void Measure(const Model& model, WeightRow& row) const;

 private:
  QualityOptions options_;
  EvalData data_;
  std::unique_ptr<Evaluation> evaluation_;
};

}  // namespace tsu::golden
