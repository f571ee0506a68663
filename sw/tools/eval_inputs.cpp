// SPDX-License-Identifier: Apache-2.0
#include "eval_inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "commands.hpp"
#include "tsu/driver.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"

namespace tsu::tool {
namespace {

bool IsSampleFile(const std::string& path) {
  const auto ends = [&](const char* tail) { return path.ends_with(tail); };
  return ends(".idx") || ends(".idx.gz") || ends("-ubyte") || ends("-ubyte.gz");
}

std::string DefaultJudges() {
  std::error_code none;
  return (std::filesystem::read_symlink("/proc/self/exe", none).parent_path() / ".." / "sw" / "judges").lexically_normal().string();
}

void CheckOptions(const SampleOptions& o) {
  if (std::set(o.seeds.begin(), o.seeds.end()).size() < o.seeds.size())
    throw Error(Exit::kUsage, "a seed is there twice", "--seeds", "the same seed draws the same samples");
  if (!o.labels.empty() && o.sources.size() > 1)
    throw Error(Exit::kUsage, "labels of several sets", o.labels, "give --labels with one model or file of samples");
  const auto file = std::find_if(o.sources.begin(), o.sources.end(), IsSampleFile);
  if (o.sweeps > 0 && file != o.sources.end())
    throw Error(Exit::kUsage, "a file of samples has no sweeps", *file, "give --sweeps with models");
}

// Of one source. A model is kept until its turn to be sampled comes.
struct Source {
  std::string path, name;
  std::optional<Model> model;
  ImageSet file;
  std::vector<std::uint8_t> labels;
};

Source Load(const SampleOptions& o, const std::string& path, const EvalInputs& inputs, std::size_t most) {
  Source source{path, o.sources.size() > 1 ? path : std::filesystem::path(path).filename().string(), {}, {}, {}};
  if (!IsSampleFile(path)) {
    const Model model = LoadModel(path);
    CheckSize(inputs.data, model.image_rows, model.image_cols, path);
    source.model = o.sweeps > 0 ? WithSweeps(model, o.sweeps) : model;
    if (!o.labels.empty()) source.labels = LoadLabelFile(o.labels, most);
    return source;
  }
  BinaryImages images = LoadBinaryImages(path, inputs.threshold);
  CheckSize(inputs.data, images.rows, images.cols, path);
  const std::size_t n = std::min(images.count, most);
  source.file = {source.name, std::move(images.bits), {}, 0};
  source.file.bits.resize(n * inputs.data.test.pixels());
  if (!o.labels.empty()) {
    source.file.labels = LoadLabelFile(o.labels, images.count);
    source.file.labels.resize(n);
  }
  return source;
}

}  // namespace

EvalInputs LoadEvalInputs(const std::string& data, const std::string& judges) {
  EvalInputs inputs;
  inputs.folder = judges.empty() ? DefaultJudges() : judges;
  inputs.data = LoadEvalData(data, kBinarisation);
  const BinaryImages& train = inputs.data.train;
  CheckSize(inputs.data, train.rows, train.cols, SplitPath(data, true));
  inputs.judges = FindJudges(inputs.folder, train.sha256);
  if (!inputs.judges.empty()) inputs.threshold = inputs.judges[0].threshold;
  if (inputs.threshold != kBinarisation) inputs.data = LoadEvalData(data, inputs.threshold);
  return inputs;
}

std::string Heading(const EvalInputs& inputs, std::size_t n) {
  const EvalData& data = inputs.data;
  const std::vector<Judge>& judges = inputs.judges;
  std::string text = fmt::format("{} images a row against {} train images", n, data.train.count);
  if (!judges.empty())
    text += fmt::format("; prec. to cover.: k = {}, against {} of them spaced evenly, in features of a", kNeighbours,
                        TrainShare(data, n, 0).bits.size() / data.train.pixels());
  if (data.held_out)
    text += fmt::format("\nno test file: the last {} train images stand in, which a model may have learnt from", data.test.count);
  for (std::size_t j = 0; j < judges.size(); ++j)
    text += fmt::format("\njudge {}: {}, {:.1f} % of test images right", "ab"[j], std::filesystem::path(judges[j].path).filename().string(),
                        100 * judges[j].test_accuracy);
  if (judges.empty()) text += fmt::format("\nno judges in {} learnt from these images: only columns that need none", inputs.folder);
  return text;
}

void CheckSize(const EvalData& data, int rows, int cols, const std::string& path) {
  if (rows == data.test.rows && cols == data.test.cols) return;
  throw Error(Exit::kBadInput, fmt::format("images of {} x {} where the test images have {} x {}", rows, cols, data.test.rows, data.test.cols),
              path, "give --data with images of one size, that of the samples");
}

std::vector<SampleSet> Samples(const SampleOptions& o, const EvalInputs& inputs, std::size_t most) {
  CheckOptions(o);
  std::vector<Source> sources;
  double runs = 0, ran = 0;
  for (const std::string& path : o.sources) {
    sources.push_back(Load(o, path, inputs, most));
    if (sources.back().model) runs += static_cast<double>(o.seeds.size());
  }
  std::vector<SampleSet> sets;
  Progress progress("sampling");
  std::unique_ptr<Device> device;
  for (Source& source : sources) {
    if (!source.model) {
      sets.push_back({std::move(source.file), {{"source", source.path}}});
      continue;
    }
    if (!device) device = OpenDevice(o.device);
    for (const std::uint64_t seed : o.seeds) {
      RunOptions options;
      options.count = static_cast<int>(most);
      options.seed = seed;
      options.labels = source.labels;
      const std::string name = source.name + (o.seeds.size() > 1 ? ", seed " + std::to_string(seed) : "");
      options.progress = [&](int done, int total) { progress.Show((ran + static_cast<double>(done) / total) / runs, name); };
      const RunResult run = RunModel(*device, *source.model, options);
      ++ran;
      SampleSet set{{name, run.samples, run.labels, 0}, {{"source", source.path}, {"device", device->url()}, {"noise", device->noise()},
                    {"seed", seed}, {"sample_sha256", run.sample_sha256()}}};
      if (o.sweeps > 0) set.facts["sweeps"] = o.sweeps;
      sets.push_back(std::move(set));
    }
  }
  return sets;
}

}  // namespace tsu::tool
