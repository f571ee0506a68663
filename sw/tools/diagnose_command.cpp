// SPDX-License-Identifier: Apache-2.0
// tsu diagnose: does a model mix at its number of sweeps? R-hat, effective samples and autocorrelations of dispersed
// chains; and the quality of its samples against sweeps.
#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "commands.hpp"
#include "diagnose_quality.hpp"
#include "tsu/diagnose.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "tsu/plot.hpp"
#include "tsu/train_data.hpp"

namespace tsu::tool {
namespace {

struct Options {
  std::string model, device = "cpu:", data, out;
  double beta = 0;
  int timeout_s = 600;
  bool against_sweeps = false;  // quality, instead of mixing
  DiagnoseOptions diagnose;
  QualityArguments quality;
};

nlohmann::json Object(const LayerMixing& m, const DiagnoseOptions& o) {
  nlohmann::json rows = nlohmann::json::array();
  for (const MixingAt& at : m.at) {
    const auto pair = [](const MeanAndWorst& s, const char* worst) {
      return nlohmann::json{{"mean", s.mean}, {worst, s.worst}};
    };
    rows.push_back({{"sweeps", at.sweeps},
                    {"deployed", at.sweeps == m.deployed},
                    {"draws", at.draws * o.chains},
                    {"rhat", pair(at.rhat, "max")},
                    {"rhat_energy", pair(at.rhat_energy, "max")},
                    {"ess", pair(at.ess, "min")},
                    {"ess_energy", pair(at.ess_energy, "min")}});
  }
  nlohmann::json fit;
  if (m.fit.found)
    fit = {{"scale", m.fit.scale},
           {"sigma", m.fit.sigma},
           {"sweeps", m.fit.time},
           {"sweeps_range", {m.shortest, m.longest}},
           {"lags", {m.fit.first_lag, m.fit.last_lag}}};
  return {{"layer", m.layer},
          {"deployed_sweeps", m.deployed},
          {"beta", m.beta},
          {"mixing", rows},
          {"autocorrelation",
           {{"lag", m.deployed},
            {"ensemble", m.ensemble_at_deployed},
            {"error", m.error_at_deployed},
            {"single_chain", m.chain_at_deployed},
            {"fit", fit},
            {"curve", {{"lags", m.lags}, {"ensemble", m.ensemble}, {"error", m.error}}}}},
          {"single_chain_misleads", m.trap()}};
}

std::string Text(const LayerMixing& m, const DiagnoseOptions& o) {
  std::string text = fmt::format(
      "layer {}: {} sweeps deployed, watched at beta {:g}\n"
      "            R-hat, projections  R-hat, energy    effective draws, projections   energy\n"
      "    sweeps     mean     max      mean     max    of draws    mean     min      mean     min\n",
      m.layer, m.deployed, m.beta);
  for (const MixingAt& at : m.at) {
    text += fmt::format("  {}{:7}  {:7.3f} {:7.3f}   {:7.3f} {:7.3f}     {:7} {:7.0f} {:7.0f}   {:7.0f} {:7.0f}\n",
                        at.sweeps == m.deployed ? '>' : ' ', at.sweeps, at.rhat.mean, at.rhat.worst,
                        at.rhat_energy.mean, at.rhat_energy.worst, at.draws * o.chains, at.ess.mean, at.ess.worst,
                        at.ess_energy.mean, at.ess_energy.worst);
  }
  text += fmt::format("  autocorrelation at lag {}: ensemble {:.3f} +- {:.3f}; single chain, mean subtracted {:.3f}\n",
                      m.deployed, m.ensemble_at_deployed, m.error_at_deployed, m.chain_at_deployed);
  text += m.fit.found
              ? fmt::format(
                    "  ensemble, lags {:g} to {:g}: {:.3f} x {:.5f}^lag, correlation time {:.0f} sweeps ({:.0f} to "
                    "{:.0f})\n",
                    m.fit.first_lag, m.fit.last_lag, m.fit.scale, m.fit.sigma, m.fit.time, m.shortest, m.longest)
              : std::string("  ensemble: decayed below its error within three lags, no fit\n");
  if (m.trap()) {
    text += fmt::format(
        "  WARNING: a single chain reads as mixed (|{:.3f}| < {:g}) where R-hat reaches {:.2f}: chains keep where they "
        "started\n",
        m.chain_at_deployed, kMixedAutocorrelation,
        std::max(m.deployed_row().rhat.worst, m.deployed_row().rhat_energy.worst));
  }
  return text;
}

void SaveCurve(const std::string& path, const std::vector<LayerMixing>& report, const std::string& title) {
  Plot plot{title, {"sweeps", true}, {"R-hat", true}, {}, {kMixedRhat}};
  for (const LayerMixing& m : report) {
    Curve max{fmt::format("layer {} max", m.layer), {}, {}}, mean{fmt::format("layer {} mean", m.layer), {}, {}};
    for (const MixingAt& at : m.at) {
      max.x.push_back(at.sweeps);
      max.y.push_back(at.rhat.worst);
      mean.x.push_back(at.sweeps);
      mean.y.push_back(at.rhat.mean);
    }
    plot.curves.push_back(max);
    plot.curves.push_back(mean);
  }
  const Sheet sheet = DrawPlot(plot);
  SavePng(path, sheet.width, sheet.height, sheet.pixels);
}

void Run(Options& o, const Context& context) {
  if (!o.out.empty()) {
    if (!o.out.ends_with(".png")) throw Error(Exit::kUsage, "unknown kind of picture", o.out, "end it in .png");
    CheckOutputs({o.out}, {o.model});
  }
  Model model = LoadModel(o.model);
  if (o.beta > 0) {
    for (ModelLayer& layer : model.layers)
      for (Segment& s : layer.schedule) s.beta = o.beta;
  }
  if (o.against_sweeps) {
    QualityArguments& q = o.quality;
    q.data = o.data;
    q.out = o.out;
    q.options.sweeps = o.diagnose.sweeps;
    q.options.seed = o.diagnose.seed;
    q.options.deadline = std::chrono::seconds(o.timeout_s);
    return DiagnoseQuality(q, o.model, model, *OpenDevice(o.device), context);
  }
  BinaryImages images;
  if (!o.data.empty()) images = LoadSplit(o.data, false);
  const auto device = OpenDevice(o.device);
  std::vector<LayerMixing> report;
  {
    Progress bar("watching chains");
    DiagnoseOptions& d = o.diagnose;
    d.images = images.bits;
    d.deadline = std::chrono::seconds(o.timeout_s);
    d.progress = [&bar](double done) { bar.Show(done); };
    report = Diagnose(*device, model, d);
  }
  const DiagnoseOptions& d = o.diagnose;
  const std::string source = o.data.empty() ? "the model's own chains" : "noised test images";
  if (!o.out.empty()) SaveCurve(o.out, report, fmt::format("split R-hat of {} x {} chains", d.conditionings, d.chains));
  nlohmann::json layers = nlohmann::json::array();
  std::string text = fmt::format(
      "{} conditionings ({}) x {} chains on {}, {} projections, seed {}; classic split R-hat over the second half of "
      "the sweeps",
      d.conditionings, source, d.chains, device->url(), d.projections, d.seed);
  for (const LayerMixing& m : report) {
    layers.push_back(Object(m, d));
    text += "\n" + Text(m, d);
  }
  context.Answer({{"model", o.model},
                  {"device", device->url()},
                  {"noise", device->noise()},
                  {"seed", d.seed},
                  {"conditionings", d.conditionings},
                  {"conditionings_from", source},
                  {"chains", d.chains},
                  {"projections", d.projections},
                  {"rhat", "classic split"},
                  {"layers", layers}},
                 text);
}

}  // namespace

void AddDiagnoseCommand(CLI::App& app, Context& context) {
  auto o = std::make_shared<Options>();
  DiagnoseOptions& d = o->diagnose;
  CLI::App* command =
      app.add_subcommand("diagnose", "do the chains of a model mix? R-hat, effective samples, autocorrelations; quality against sweeps");
  AddName(*command, "model", o->model, "FILE", "model file (.safetensors)")->required();
  AddDevice(*command, o->device);
  auto* data = AddName(
      *command, "--data", o->data, "DIR",
      "folder of an image set: its noised test images are the conditionings (default: the model's own chains)");
  AddName(*command, "--out", o->out, "FILE", "curve of R-hat, or of quality, against sweeps (.png)");
  auto* chains = AddNumber(*command, "--chains", d.chains, "chains of each conditioning", 2, 4096);
  auto* conditionings = AddNumber(*command, "--conditionings", d.conditionings, "inputs of a layer", 2, 256);
  auto* projections = AddNumber(*command, "--projections", d.projections, "random projections of the visible spins", 1, 256);
  auto* quality = command->add_flag("--quality", o->against_sweeps, "instead of mixing: samples at each number of sweeps, judged as by tsu eval");
  quality->needs(data)->excludes(chains)->excludes(conditionings)->excludes(projections);
  AddNumber(*command, "--count", o->quality.options.count, "samples at each number of sweeps", 2, 1'000'000)->needs(quality);
  AddName(*command, "--judges", o->quality.judges, "DIR", "folder of judges, as of tsu eval")->needs(quality);
  command->add_option("--sweeps", d.sweeps, "sweeps to report besides the deployed number, with commas")
      ->delimiter(',')
      ->capture_default_str()
      ->check(CLI::Range(10, 2000));
  AddNumber(*command, "--beta", o->beta, "beta instead of the model's schedules; 0: as scheduled", 0.0, 100.0);
  AddNumber(*command, "--seed", d.seed, "of all noise, starts and projections", std::uint64_t{0}, kMostSeed);
  AddNumber(*command, "--timeout", o->timeout_s, "seconds that one program on the device may take", 1, 1'000'000);
  command->footer("Example: tsu diagnose sw/models/fashion-g12.safetensors --out rhat.png");
  AddJsonFlag(*command, context);
  command->callback([o, &context] { Run(*o, context); });
}

}  // namespace tsu::tool
