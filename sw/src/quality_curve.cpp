// SPDX-License-Identifier: Apache-2.0
#include "tsu/quality_curve.hpp"

#include <algorithm>
#include <set>

#include "tsu/driver.hpp"
#include "tsu/error.hpp"

namespace tsu {
namespace {

int Sweeps(const ModelLayer& layer) {
  int sum = 0;
  for (const Segment& s : layer.schedule) sum += s.sweeps;
  return sum;
}

// Sweeps of every step; 0 where they differ.
int Deployed(const Model& model) {
  const int first = Sweeps(model.layers[0]);
  for (const ModelLayer& layer : model.layers)
    if (Sweeps(layer) != first) return 0;
  return first;
}

}  // namespace

std::vector<QualityAt> QualityCurve(Device& device, const Model& model, const Evaluation& evaluation, const QualityOptions& o) {
  for (const int n : o.sweeps)
    if (n < 1 || n > kMostSweeps) throw Error(Exit::kUsage, "a number of sweeps is out of range", std::to_string(n), "1 to " + std::to_string(kMostSweeps));
  const int deployed = Deployed(model);
  std::set<int> sweeps(o.sweeps.begin(), o.sweeps.end());
  if (deployed > 0) sweeps.insert(deployed);
  double all = 0, before = 0;
  for (const int n : sweeps) all += n;
  std::vector<QualityAt> curve;
  for (const int n : sweeps) {
    RunOptions options;
    options.count = o.count;
    options.seed = o.seed;
    options.deadline = o.deadline;
    options.progress = [&](int done, int total) {
      if (o.progress) o.progress((before + n * static_cast<double>(done) / total) / all);
    };
    const RunResult run = RunModel(device, n == deployed ? model : WithSweeps(model, n), options);
    before += n;
    const std::string name = (n == deployed ? "> " : "") + std::to_string(n) + " sweeps";
    curve.push_back({n, n == deployed, run.sample_sha256(), evaluation.Evaluate({name, run.samples, run.labels, 0})});
  }
  return curve;
}

}  // namespace tsu
