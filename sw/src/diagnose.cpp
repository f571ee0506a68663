// SPDX-License-Identifier: Apache-2.0
#include "tsu/diagnose.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "diagnose_watch.hpp"
#include "hash.hpp"
#include "tsu/driver.hpp"
#include "tsu/error.hpp"

namespace tsu {
namespace {

using diagnose::Instants;
using diagnose::Plane;
using diagnose::Trace;

constexpr int kLeastSweeps = 8;  // below, halves of the second half are no series

// Mean and extreme of what `measure` says of the draws of every conditioning and scalar [from, to).
template <typename Measure>
MeanAndWorst Over(Trace& trace, const DiagnoseOptions& o, int from, int to, const std::vector<int>& window,
                  bool largest, const Measure& measure) {
  MeanAndWorst spread{0, largest ? 0 : std::numeric_limits<double>::infinity()};
  for (int scalar = from; scalar < to; ++scalar) {
    for (int g = 0; g < o.conditionings; ++g) {
      std::vector<double> draws;
      for (int c = g * o.chains; c < (g + 1) * o.chains; ++c) {
        const std::vector<double> series = trace.Series(scalar, c, window);
        draws.insert(draws.end(), series.begin(), series.end());
      }
      const double value = measure(draws, o.chains);
      spread.mean += value / (o.conditionings * (to - from));
      spread.worst = largest ? std::max(spread.worst, value) : std::min(spread.worst, value);
    }
  }
  return spread;
}

double Variance(const std::vector<double>& values) {
  double mean = 0, square = 0;
  for (const double v : values) mean += v / static_cast<double>(values.size());
  for (const double v : values) square += (v - mean) * (v - mean);
  return square / static_cast<double>(values.size() - 1);
}

// Ensemble sums of one conditioning: [lag], over all projections and pairs of instants.
std::vector<EnsembleCorrelation> EnsembleOf(Trace& trace, const DiagnoseOptions& o, const Instants& instants,
                                            int conditioning) {
  const int count = static_cast<int>(instants.even.size());
  std::vector<EnsembleCorrelation> sums(count / 2 + 1);
  std::vector<std::vector<double>> at(count, std::vector<double>(o.chains));
  for (int p = 0; p < o.projections; ++p) {
    for (int t = 0; t < count; ++t)
      for (int c = 0; c < o.chains; ++c) at[t][c] = trace.At(p, conditioning * o.chains + c, instants.even[t]);
    for (int lag = 0; lag <= count / 2; ++lag)
      for (int t = 0; t + lag < count; ++t) sums[lag].Add(at[t], at[t + lag], o.chains);
  }
  return sums;
}

void Autocorrelations(Trace& trace, const DiagnoseOptions& o, const Instants& instants, LayerMixing& m) {
  std::vector<std::vector<EnsembleCorrelation>> sums;
  for (int g = 0; g < o.conditionings; ++g) sums.push_back(EnsembleOf(trace, o, instants, g));
  const std::size_t lags = sums[0].size(), lag_of_deployed = static_cast<std::size_t>(m.deployed / instants.stride);
  const auto without = [&](int left_out) {  // -1: none
    std::vector<double> curve;
    for (std::size_t lag = 0; lag < lags; ++lag) {
      EnsembleCorrelation all;
      for (int g = 0; g < o.conditionings; ++g) {
        if (g == left_out) continue;
        all.cross += sums[g][lag].cross;
        all.before += sums[g][lag].before;
        all.after += sums[g][lag].after;
      }
      curve.push_back(all.value());
    }
    return curve;
  };
  m.ensemble = without(-1);
  for (std::size_t lag = 0; lag < lags; ++lag) {
    std::vector<double> values;
    for (const auto& one : sums) values.push_back(one[lag].value());
    m.lags.push_back(static_cast<double>(lag) * instants.stride);
    m.error.push_back(std::sqrt(Variance(values) / o.conditionings));
  }
  m.ensemble_at_deployed = m.ensemble[lag_of_deployed];
  m.error_at_deployed = m.error[lag_of_deployed];
  for (int p = 0; p < o.projections; ++p)
    for (int c = 0; c < trace.chains; ++c)
      m.chain_at_deployed +=
          ChainAutocorrelation(trace.Series(p, c, instants.even), static_cast<int>(lag_of_deployed)) /
          (o.projections * trace.chains);

  m.fit = FitDecay(m.lags, m.ensemble, m.error);
  std::vector<double> rates;
  for (int g = 0; g < o.conditionings; ++g) {
    if (const DecayFit fit = FitDecay(m.lags, without(g), m.error); fit.found) rates.push_back(1 / fit.time);
  }
  if (!m.fit.found || rates.size() < 2) return;
  const double n = static_cast<double>(rates.size()), error = std::sqrt((n - 1) * (n - 1) / n * Variance(rates)),
               rate = 1 / m.fit.time;
  m.shortest = 1 / (rate + error);
  m.longest = rate > error ? 1 / (rate - error) : std::numeric_limits<double>::infinity();
}

// Input of every layer for each conditioning: [layer][conditioning][pixel].
std::vector<Plane> Inputs(Device& device, const Model& model, const DiagnoseOptions& o) {
  if (o.images.empty()) {
    RunOptions run;
    run.count = o.conditionings;
    run.seed = o.seed;
    run.film = true;
    run.deadline = o.deadline;
    return RunModel(device, model, run).film;
  }
  const std::size_t pixels = model.visible.size(), images = o.images.size() / pixels;
  std::vector<Plane> inputs(model.layers.size());
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const double flip = (1 - model.layers[k].signal_in) / 2;
    for (int g = 0; g < o.conditionings; ++g) {
      const std::size_t image = Hash(Hash(o.seed, 1000), g) % images;
      for (std::size_t p = 0; p < pixels; ++p)
        inputs[k].push_back(o.images[image * pixels + p] ^ (Uniform(Hash(o.seed, 2000 + k), g * pixels + p) < flip));
    }
  }
  return inputs;
}

void Check(const Model& model, const DiagnoseOptions& o) {
  const auto usage = [](const std::string& what, long long value, const std::string& hint) {
    return Error(Exit::kUsage, what, std::to_string(value), hint);
  };
  if (o.chains < 2) throw usage("too few chains of a conditioning", o.chains, "2 or more");
  if (o.conditionings < 2)
    throw usage("too few conditionings", o.conditionings, "2 or more: chains start in each other's states");
  if (o.projections < 1) throw usage("too few projections", o.projections, "1 or more");
  for (const int k : o.sweeps)
    if (k < kLeastSweeps) throw usage("too few sweeps to judge", k, std::to_string(kLeastSweeps) + " or more");
  for (const ModelLayer& layer : model.layers) {
    int deployed = 0;
    for (const Segment& s : layer.schedule) deployed += s.sweeps;
    if (deployed < kLeastSweeps)
      throw usage("too few sweeps in a step of the model to judge", deployed,
                  std::to_string(kLeastSweeps) + " or more");
  }
  if (!o.images.empty() && (o.images.size() % model.visible.size() || o.images.size() < model.visible.size()))
    throw Error(Exit::kBadInput, "images and model differ in size",
                std::to_string(model.visible.size()) + " pixels in the model", "another --data");
}

}  // namespace

const MixingAt& LayerMixing::deployed_row() const {
  return *std::find_if(at.begin(), at.end(), [this](const MixingAt& row) { return row.sweeps == deployed; });
}

bool LayerMixing::trap() const {
  const MixingAt& row = deployed_row();
  return std::abs(chain_at_deployed) < kMixedAutocorrelation &&
         std::max(row.rhat.worst, row.rhat_energy.worst) >= kMixedRhat;
}

std::vector<LayerMixing> Diagnose(Device& device, const Model& model, const DiagnoseOptions& o) {
  Check(model, o);
  const std::vector<Plane> inputs = Inputs(device, model, o);
  std::vector<LayerMixing> report;
  for (int k = 0; k < static_cast<int>(model.layers.size()); ++k) {
    LayerMixing m;
    m.layer = k;
    for (const Segment& s : model.layers[k].schedule) m.deployed += s.sweeps;
    std::vector<int> sweeps(o.sweeps);
    sweeps.push_back(m.deployed);
    std::sort(sweeps.begin(), sweeps.end());
    sweeps.erase(std::unique(sweeps.begin(), sweeps.end()), sweeps.end());
    const Instants instants(sweeps, m.deployed);
    m.beta = model.layers[k].schedule.back().beta;
    Trace trace = diagnose::Watch(device, model, o, k, inputs[k], instants);
    const int p = o.projections;
    for (std::size_t i = 0; i < sweeps.size(); ++i) {
      const std::vector<int>& w = instants.windows[i];
      m.at.push_back({sweeps[i], static_cast<int>(w.size()), Over(trace, o, 0, p, w, true, SplitRhat),
                      Over(trace, o, p, p + 1, w, true, SplitRhat), Over(trace, o, 0, p, w, false, EffectiveSamples),
                      Over(trace, o, p, p + 1, w, false, EffectiveSamples)});
    }
    Autocorrelations(trace, o, instants, m);
    report.push_back(std::move(m));
  }
  return report;
}

}  // namespace tsu
