// SPDX-License-Identifier: Apache-2.0
#include "verif/tools/weight_quality.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <sstream>
#include <utility>

#include "tsu/device.hpp"
#include "tsu/diagnose.hpp"
#include "tsu/driver.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "verif/golden/weight_law.hpp"

namespace tsu::golden {
namespace {

// JSON has no infinity: null.
nlohmann::json OrNull(double value) { return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(); }
double OrInfinite(const nlohmann::json& value) { return value.is_null() ? std::numeric_limits<double>::infinity() : value.get<double>(); }

nlohmann::json ToJson(const WeightRow& r) {
  return {{"kind", r.kind}, {"bits", r.bits}, {"source", r.source}, {"changed", r.changed}, {"zero", r.zero}, {"fcd", r.fcd},
          {"mmd_ratio", r.mmd_ratio}, {"coverage", r.coverage}, {"rhat_mean", OrNull(r.rhat_mean)},
          {"rhat", OrNull(r.rhat)}, {"rhat_energy", OrNull(r.rhat_energy)}, {"seconds", r.seconds}};
}

WeightRow FromJson(const nlohmann::json& o) {
  WeightRow r;
  o.at("kind").get_to(r.kind), o.at("bits").get_to(r.bits), r.source = o.at("source");
  o.at("changed").get_to(r.changed), o.at("zero").get_to(r.zero), o.at("fcd").get_to(r.fcd);
  o.at("mmd_ratio").get_to(r.mmd_ratio), o.at("coverage").get_to(r.coverage);
  r.rhat_mean = OrInfinite(o.at("rhat_mean")), r.rhat = OrInfinite(o.at("rhat")), r.rhat_energy = OrInfinite(o.at("rhat_energy"));
  o.at("seconds").get_to(r.seconds);
  return r;
}

// cpu: has tables of 512 entries; what needs more is drawn by the twin.
std::unique_ptr<Device> DeviceFor(int bits, int threads) {
  const int table_bits = ShortTableBits(bits);
  return OpenDevice(table_bits == 9 ? "cpu:?threads=" + std::to_string(threads) : "golden:?table_bits=" + std::to_string(table_bits));
}

void CountChanges(const Model& model, const Model& rounded, int scale, WeightRow& row) {
  double all = 0, changed = 0, zero = 0;
  for (std::size_t k = 0; k < model.layers.size(); ++k)
    for (std::size_t i = 0; i < model.layers[k].j.size(); ++i) {
      const int before = model.layers[k].j[i] * scale, after = rounded.layers[k].j[i];
      all += before != 0;
      changed += before != after;
      zero += before != 0 && after == 0;
    }
  row.changed = all > 0 ? changed / all : 0;
  row.zero = all > 0 ? zero / all : 0;
}

}  // namespace

RowFile::RowFile(std::string path) : path_(std::move(path)) {
  if (!std::filesystem::exists(path_)) return;
  const Bytes bytes = ReadFile(path_);
  std::istringstream lines(std::string(bytes.begin(), bytes.end()));
  try {
    for (std::string line; std::getline(lines, line);) rows_.push_back(FromJson(nlohmann::json::parse(line)));
  } catch (const nlohmann::json::exception&) {
    throw Error(Exit::kBadInput, "line " + std::to_string(rows_.size() + 1) + " is no row of this ablation", path_, "remove the file or use another --out");
  }
}

const WeightRow* RowFile::Find(const WeightRow& question) const {
  const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const WeightRow& r) { return r.Answers(question); });
  return found == rows_.end() ? nullptr : &*found;
}

void RowFile::Add(const WeightRow& row) {
  rows_.push_back(row);
  std::string text;
  for (const WeightRow& r : rows_) text += ToJson(r).dump() + "\n";
  WriteFileAtomically(path_, Bytes(text.begin(), text.end()));
}

nlohmann::json SourceOf(const QualityOptions& o, const std::string& model_sha256) {
  return {{"model", model_sha256}, {"count", o.count}, {"seed", o.seed}, {"chains", o.chains}, {"conditionings", o.conditionings},
          {"projections", o.projections}};
}

WeightQuality::WeightQuality(const QualityOptions& options) : options_(options), data_(LoadEvalData(options.data, kBinarisation)) {
  std::vector<Judge> judges = FindJudges(options.judges, data_.train.sha256);
  if (judges.empty()) throw Error(Exit::kBadInput, "no judges that learnt from these images", options.judges, "say --judges DIR, or train them: make judges");
  if (judges[0].threshold != kBinarisation) data_ = LoadEvalData(options.data, judges[0].threshold);
  if (data_.test.count < static_cast<std::size_t>(options.count))
    throw Error(Exit::kUsage, "more pictures than test images", std::to_string(options.count), "--count " + std::to_string(data_.test.count) + " at most");
  evaluation_ = std::make_unique<Evaluation>(data_, std::move(judges), options.count, options.threads);
}

void WeightQuality::Measure(const Model& model, WeightRow& row) const {
  if (model.visible.size() != data_.test.pixels())
    throw Error(Exit::kBadInput, "images of another size than the model's", options_.data, "give the model's data with --data");
  const auto start = std::chrono::steady_clock::now();
  const Model rounded = WithShortWeights(model, row.bits);
  CountChanges(model, rounded, WeightScale(row.bits), row);
  const auto device = DeviceFor(row.bits, options_.threads);
  RunOptions run;
  run.count = options_.count;
  run.seed = options_.seed;
  run.deadline = std::chrono::hours(24);
  const EvalRow judged = evaluation_->Evaluate({row.kind, RunModel(*device, rounded, run).samples, {}, 0});
  row.fcd = judged.judged->fcd;
  row.coverage = judged.judged->prdc.coverage;
  row.mmd_ratio = judged.mmd_ratio;
  DiagnoseOptions watch;
  watch.chains = options_.chains;
  watch.conditionings = options_.conditionings;
  watch.projections = options_.projections;
  watch.sweeps = {};
  watch.seed = options_.seed;
  watch.deadline = std::chrono::hours(24);
  for (const LayerMixing& layer : Diagnose(*device, rounded, watch)) {
    row.rhat_mean = std::max(row.rhat_mean, layer.deployed_row().rhat.mean);
    row.rhat = std::max(row.rhat, layer.deployed_row().rhat.worst);
    row.rhat_energy = std::max(row.rhat_energy, layer.deployed_row().rhat_energy.worst);
  }
  row.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace tsu::golden
