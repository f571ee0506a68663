// SPDX-License-Identifier: Apache-2.0
// `tsu eval`: how far a model's samples, or the samples of a file, are from the test split.
#include <fmt/format.h>

#include <memory>

#include "commands.hpp"
#include "tsu/cpu.hpp"
#include "tsu/driver.hpp"
#include "tsu/error.hpp"
#include "tsu/eval.hpp"
#include "tsu/train_data.hpp"

namespace tsu::tool {
namespace {

struct Arguments {
  std::string model, data, device = "cpu:";
  int count = 2000, threads = 0;
  std::uint64_t seed = 1;
};

bool IsSampleFile(const std::string& path) {
  const auto ends = [&](const std::string& tail) {
    return path.size() >= tail.size() && path.compare(path.size() - tail.size(), tail.size(), tail) == 0;
  };
  return ends(".idx") || ends(".idx.gz") || ends("-ubyte") || ends("-ubyte.gz");
}

void Eval(const Arguments& a, const Context& context) {
  const BinaryImages train = LoadSplit(a.data, true), test = LoadSplit(a.data, false);
  nlohmann::json object{{"source", a.model}};
  const auto check = [&test](int rows, int cols, const std::string& path) {
    if (rows == test.rows && cols == test.cols) return;
    throw Error(Exit::kBadInput, fmt::format("images of {} x {} where the test images have {} x {}", rows, cols, test.rows, test.cols),
                path, "give --data with images of one size, that of the samples");
  };
  check(train.rows, train.cols, SplitPath(a.data, true));
  std::vector<std::uint8_t> bits;
  if (IsSampleFile(a.model)) {
    BinaryImages samples = LoadBinaryImages(a.model);
    check(samples.rows, samples.cols, a.model);
    bits = std::move(samples.bits);
  } else {
    const Model model = LoadModel(a.model);
    check(model.image_rows, model.image_cols, a.model);
    const auto device = OpenDevice(a.device);
    RunOptions options;
    options.count = a.count;
    options.seed = a.seed;
    {
      Progress progress("sampling");
      options.progress = [&](int done, int total) {
        progress.Show(static_cast<double>(done) / total);
      };
      const RunResult run = RunModel(*device, model, options);
      bits = run.samples;
      object["sample_sha256"] = run.sample_sha256();
    }
    object["device"] = device->url();
    object["noise"] = device->noise();
    object["seed"] = a.seed;
  }
  const MmdReport r = Mmd(PackedImages(bits, test.pixels()), PackedImages(test.bits, test.pixels()),
                          PackedImages(train.bits, test.pixels()), kMmdSigma, a.threads);
  object.update({{"samples", r.samples}, {"test_images", r.test}, {"sigma", r.sigma}, {"mmd2", r.model},
                 {"mmd2_independent", r.independent}, {"mmd2_ratio", r.ratio}, {"mmd2_floor", r.floor}, {"fill", r.fill},
                 {"fill_test", r.test_fill}});
  context.Answer(object, fmt::format("squared maximum mean discrepancy to {} test images, kernel exp(-Hamming/{:g}), unbiased\n"
                                     "  {:<50} {:9.6f}\n  {:<50} {:9.6f}\n  {:<50} {:9.6f}\n"
                                     "  {:<50} {:9.4f}\n  {:<50} {:9.4f}\n  {:<50} {:9.4f}",
                                     r.test, r.sigma, fmt::format("{} samples", r.samples), r.model,
                                     "independent pixels with the train split's means", r.independent,
                                     fmt::format("floor: {} train images", std::min(r.samples, r.train)), r.floor,
                                     "ratio samples / independent pixels", r.ratio, "share of pixels on: samples", r.fill,
                                     "share of pixels on: test images", r.test_fill));
}

}  // namespace

void AddEvalCommand(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("eval", "compare a model's samples with the test split of an image set");
  auto a = std::make_shared<Arguments>();
  AddName(*command, "model", a->model, "FILE", "model file, or samples as .idx / .idx.gz")->required();
  AddName(*command, "--data", a->data, "DIR", "folder with train- and t10k-images-idx3-ubyte, plain or .gz")->required();
  AddDevice(*command, a->device);
  AddNumber(*command, "--count", a->count, "samples to draw", 2, 1'000'000);
  AddNumber(*command, "--seed", a->seed, "of the samples", std::uint64_t{0}, kMostSeed);
  AddNumber(*command, "--threads", a->threads, "for the comparison; 0: one a core", 0, kMostThreads);
  command->footer("Example: tsu eval my.safetensors --data fashion-mnist --count 2000");
  AddJsonFlag(*command, context);
  command->callback([a, &context] { Eval(*a, context); });
}

}  // namespace tsu::tool
