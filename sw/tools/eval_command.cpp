// SPDX-License-Identifier: Apache-2.0
// `tsu eval`: a model's samples, or the samples of a file, between sets of known quality.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "commands.hpp"
#include "eval_features.hpp"
#include "eval_report.hpp"
#include "tsu/cpu.hpp"
#include "tsu/driver.hpp"
#include "tsu/error.hpp"
#include "tsu/evaluation.hpp"
#include "tsu/files.hpp"

namespace tsu::tool {
namespace {

struct Arguments {
  std::string model, data, device = "cpu:", judges, labels, rows = "all", features, train_features;
  int count = 5120, threads = 0;
  std::uint64_t seed = 1;
};

constexpr std::uint64_t kCalibrationSeed = 1;  // one table for every model and seed

bool IsSampleFile(const std::string& path) {
  const auto ends = [&](const char* tail) { return path.ends_with(tail); };
  return ends(".idx") || ends(".idx.gz") || ends("-ubyte") || ends("-ubyte.gz");
}

// sw/judges of the tree that this program was built in.
std::string DefaultJudges() {
  std::error_code none;
  return (std::filesystem::read_symlink("/proc/self/exe", none).parent_path() / ".." / "sw" / "judges").lexically_normal().string();
}

std::vector<std::uint8_t> SampleLabels(const std::string& path, std::size_t samples) {
  Idx idx = LoadIdx(path);
  if (idx.shape.size() != 1) throw Error(Exit::kBadInput, "not a file of labels", path, "one dimension: image");
  if (idx.data.size() != samples)
    throw Error(Exit::kBadInput, fmt::format("{} labels for {} samples", idx.data.size(), samples), path, "give one label a sample");
  return idx.data;
}

// The samples, at most `most`; adds what they are to the answer.
ImageSet Samples(const Arguments& a, const EvalData& data, std::size_t most, nlohmann::json& object) {
  const auto check = [&](int rows, int cols) {
    if (rows == data.test.rows && cols == data.test.cols) return;
    throw Error(Exit::kBadInput, fmt::format("images of {} x {} where the test images have {} x {}", rows, cols, data.test.rows, data.test.cols),
                a.model, "give --data with images of one size, that of the samples");
  };
  ImageSet set{std::filesystem::path(a.model).filename().string(), {}, {}, 0};
  if (IsSampleFile(a.model)) {
    BinaryImages samples = LoadBinaryImages(a.model);
    check(samples.rows, samples.cols);
    if (!a.labels.empty()) set.labels = SampleLabels(a.labels, samples.count);
    const std::size_t n = std::min(samples.count, most);
    set.bits = std::move(samples.bits);
    set.bits.resize(n * samples.pixels());
    if (!set.labels.empty()) set.labels.resize(n);
    return set;
  }
  const Model model = LoadModel(a.model);
  check(model.image_rows, model.image_cols);
  const auto device = OpenDevice(a.device);
  RunOptions options;
  options.count = static_cast<int>(most);
  options.seed = a.seed;
  Progress progress("sampling");
  options.progress = [&](int done, int total) { progress.Show(static_cast<double>(done) / total); };
  const RunResult run = RunModel(*device, model, options);
  set.bits = run.samples;
  object.update({{"sample_sha256", run.sample_sha256()}, {"device", device->url()}, {"noise", device->noise()}, {"seed", a.seed}});
  if (!a.labels.empty()) set.labels = SampleLabels(a.labels, most);
  return set;
}

void CheckSplits(const EvalData& data, const std::string& dir) {
  if (data.train.rows == data.test.rows && data.train.cols == data.test.cols) return;
  throw Error(Exit::kBadInput, fmt::format("images of {} x {} where the test images have {} x {}", data.train.rows, data.train.cols,
              data.test.rows, data.test.cols), SplitPath(dir, true), "give --data with images of one size");
}

std::string Heading(const EvalData& data, const std::vector<Judge>& judges, std::size_t n, const Arguments& a) {
  std::string text = fmt::format("{} images a row against {} train images", n, data.train.count);
  if (!judges.empty())
    text += fmt::format("; prec. to cover.: k = {}, against {} of them spaced evenly, in features of a", kNeighbours,
                        TrainShare(data, n, 0).bits.size() / data.train.pixels());
  if (data.held_out)
    text += fmt::format("\nno test file: the last {} train images stand in, which a model may have learnt from", data.test.count);
  for (std::size_t j = 0; j < judges.size(); ++j)
    text += fmt::format("\njudge {}: {}, {:.1f} % of test images right", "ab"[j], std::filesystem::path(judges[j].path).filename().string(),
                        100 * judges[j].test_accuracy);
  if (judges.empty())
    text += fmt::format("\nno judges in {} learnt from these images: only columns that need none", a.judges);
  return text;
}

void Eval(Arguments a, const Context& context) {
  if (!a.features.empty()) return EvalFeatures(a.features, a.train_features, a.threads, context);
  if (a.model.empty() || a.data.empty())
    throw Error(Exit::kUsage, "nothing to compare", "eval", "give MODEL and --data DIR, or --features and --train-features");
  if (a.judges.empty()) a.judges = DefaultJudges();
  EvalData data = LoadEvalData(a.data, kBinarisation);
  CheckSplits(data, a.data);
  std::vector<Judge> judges = FindJudges(a.judges, data.train.sha256);
  if (!judges.empty() && judges[0].threshold != kBinarisation) data = LoadEvalData(a.data, judges[0].threshold);

  nlohmann::json object{{"source", a.model}};
  const ImageSet samples = Samples(a, data, std::min<std::size_t>(a.count, data.test.count), object);
  const std::size_t n = samples.bits.size() / data.test.pixels();
  std::vector<EvalRow> rows;
  {
    Progress progress("judging");
    progress.Show(0);
    const Evaluation evaluation(data, judges, n, a.threads);
    std::vector<ImageSet> sets;
    if (a.rows == "all") {
      sets = CalibrationSets(data, n, kCalibrationSeed, a.threads);
      sets.insert(sets.begin(), TestSet(data, n));
    }
    sets.push_back(samples);
    for (const ImageSet& set : sets) {
      rows.push_back(evaluation.Evaluate(set));
      progress.Show(static_cast<double>(rows.size()) / static_cast<double>(sets.size()), set.name);
    }
  }
  object.update({{"samples", n}, {"train_images", data.train.count}, {"held_out", data.held_out}, {"sigma", kMmdSigma}});
  for (const Judge& j : judges) object["judges"].push_back({{"file", j.path}, {"test_accuracy", j.test_accuracy}});
  for (const EvalRow& row : rows) object["rows"].push_back(ToJson(row));
  object["model"] = ToJson(rows.back());
  std::string text = Heading(data, judges, n, a) + "\n\n" + Table(rows, !judges.empty());
  if (a.rows == "all") text += "\n\n" + Weaknesses(!judges.empty());
  context.Answer(object, text);
}

}  // namespace

void AddEvalCommand(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("eval", "place a model's samples between sets of known quality");
  auto a = std::make_shared<Arguments>();
  AddName(*command, "model", a->model, "FILE", "model file, or samples as .idx / .idx.gz");
  auto* data = AddName(*command, "--data", a->data, "DIR", "folder of train and t10k (or test) images as IDX files, plain or .gz; labels if there are any");
  AddDevice(*command, a->device);
  AddNumber(*command, "--count", a->count, "images a row: samples to draw, at most as many as there are test images", 2, 1'000'000);
  AddNumber(*command, "--seed", a->seed, "of the samples", std::uint64_t{0}, kMostSeed);
  AddNumber(*command, "--threads", a->threads, "for the comparison; 0: one a core", 0, kMostThreads);
  command->add_option("--rows", a->rows, "all: calibration sets and samples; model: samples alone")
      ->type_name("ROWS")->check(CLI::IsMember({"all", "model"}))->capture_default_str();
  AddName(*command, "--labels", a->labels, "FILE", "labels of the samples as IDX");
  AddName(*command, "--judges", a->judges, "DIR", "folder of judges; default: sw/judges of the tree of this program");
  auto* train = AddName(*command, "--train-features", a->train_features, "FILE", "features of the reference, safetensors, one F32 matrix [image, feature]");
  AddName(*command, "--features", a->features, "FILE", "instead of MODEL: features of samples; Frechet distance and precision to coverage in them")
      ->needs(train)->excludes(data);
  command->footer("Example: tsu eval my.safetensors --data fashion-mnist --count 2000");
  AddJsonFlag(*command, context);
  command->callback([a, &context] { Eval(*a, context); });
}

}  // namespace tsu::tool
