// SPDX-License-Identifier: Apache-2.0
// `tsu eval`: samples of models, or of files, between sets of known quality.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "commands.hpp"
#include "eval_features.hpp"
#include "eval_inputs.hpp"
#include "eval_report.hpp"
#include "tsu/cpu.hpp"
#include "tsu/error.hpp"

namespace tsu::tool {
namespace {

struct Arguments {
  SampleOptions samples{{}, "cpu:", {}, {1}, 0};
  std::string data, judges, rows = "all", features, train_features;
  int count = 5120, threads = 0;
};

constexpr std::uint64_t kCalibrationSeed = 1;  // one table for every model and seed

void Eval(const Arguments& a, const Context& context) {
  if (!a.features.empty()) return EvalFeatures(a.features, a.train_features, a.threads, context);
  if (a.samples.sources.empty() || a.data.empty())
    throw Error(Exit::kUsage, "nothing to compare", "eval", "give MODEL and --data DIR, or --features and --train-features");
  const EvalInputs inputs = LoadEvalInputs(a.data, a.judges);
  const std::vector<SampleSet> samples = Samples(a.samples, inputs, std::min<std::size_t>(a.count, inputs.data.test.count));
  // A row of few images makes the others as short: figures depend on their number.
  std::size_t n = samples[0].images.bits.size();
  for (const SampleSet& set : samples) n = std::min(n, set.images.bits.size());
  n /= inputs.data.test.pixels();
  std::vector<EvalRow> rows;
  std::size_t known = 0;  // rows before the samples'
  {
    Progress progress("judging");
    progress.Show(0);
    const Evaluation evaluation(inputs.data, inputs.judges, n, a.threads);
    std::vector<ImageSet> sets;
    if (a.rows == "all") {
      sets = CalibrationSets(inputs.data, n, kCalibrationSeed, a.threads);
      sets.insert(sets.begin(), TestSet(inputs.data, n));
    }
    known = sets.size();
    for (const SampleSet& set : samples) {
      sets.push_back(set.images);
      sets.back().bits.resize(n * inputs.data.test.pixels());
      if (!sets.back().labels.empty()) sets.back().labels.resize(n);
    }
    for (const ImageSet& set : sets) {
      rows.push_back(evaluation.Evaluate(set));
      progress.Show(static_cast<double>(rows.size()) / static_cast<double>(sets.size()), set.name);
    }
  }
  nlohmann::json object{{"samples", n}, {"train_images", inputs.data.train.count}, {"held_out", inputs.data.held_out}, {"sigma", kMmdSigma}};
  for (const Judge& j : inputs.judges) object["judges"].push_back({{"file", j.path}, {"test_accuracy", j.test_accuracy}});
  for (const EvalRow& row : rows) object["rows"].push_back(ToJson(row));
  for (std::size_t i = 0; i < samples.size(); ++i) object["rows"][known + i].update(samples[i].facts);
  object["model"] = object["rows"].back();
  std::string text = Heading(inputs, n);
  if (a.samples.sweeps > 0) text += fmt::format("\nmodels at {} sweeps a step", a.samples.sweeps);
  text += "\n\n" + Table(rows, !inputs.judges.empty());
  const std::vector<SeedSpread> spreads = Spreads({rows.begin() + static_cast<std::ptrdiff_t>(known), rows.end()}, samples);
  for (const SeedSpread& spread : spreads) object["spread"].push_back(ToJson(spread));
  if (!spreads.empty()) text += "\n\n" + Table(spreads);
  if (a.rows == "all") text += "\n\n" + Weaknesses(!inputs.judges.empty());
  context.Answer(object, text);
}

}  // namespace

void AddEvalCommand(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("eval", "place samples of models between sets of known quality");
  auto a = std::make_shared<Arguments>();
  SampleOptions& s = a->samples;
  AddName(*command, "model", s.sources, "FILE", "model files, or samples as .idx / .idx.gz");
  auto* data = AddName(*command, "--data", a->data, "DIR", "folder of train and t10k (or test) images as IDX files, plain or .gz; labels if there are any");
  AddDevice(*command, s.device);
  AddNumber(*command, "--count", a->count, "images a row: samples to draw, at most as many as there are test images", 2, 1'000'000);
  AddNumbers(*command, "--seed,--seeds", s.seeds, "of the samples: a row each, and with several their mean and range", std::uint64_t{0}, kMostSeed)
      ->capture_default_str();
  AddNumber(*command, "--sweeps", s.sweeps, "a step, instead of the models' own; 0: as deployed", 0, kMostSweeps);
  AddNumber(*command, "--threads", a->threads, "for the comparison; 0: one a core", 0, kMostThreads);
  command->add_option("--rows", a->rows, "all: calibration sets and samples; model: samples alone")
      ->type_name("ROWS")->check(CLI::IsMember({"all", "model"}))->capture_default_str();
  AddName(*command, "--labels", s.labels, "FILE", "labels of the samples as IDX; default for a model with label cells: 0, 1, ... 9, 0, ...");
  AddName(*command, "--judges", a->judges, "DIR", "folder of judges; default: sw/judges of the tree of this program");
  auto* train = AddName(*command, "--train-features", a->train_features, "FILE", "features of the reference, safetensors, one F32 matrix [image, feature]");
  AddName(*command, "--features", a->features, "FILE", "instead of MODEL: features of samples; Frechet distance and precision to coverage in them")
      ->needs(train)->excludes(data);
  command->footer("Example: tsu eval my.safetensors --data fashion-mnist --seeds 1,2,3");
  AddJsonFlag(*command, context);
  command->callback([a, &context] { Eval(*a, context); });
}

}  // namespace tsu::tool
