// SPDX-License-Identifier: Apache-2.0
// `tsu train`: images -> model file.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "commands.hpp"
#include "tsu/cpu.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "tsu/interrupt.hpp"
#include "tsu/model.hpp"
#include "tsu/train.hpp"
#include "tsu/train_data.hpp"

namespace tsu::tool {
namespace {

struct Arguments {
  std::string data, out, last, pattern = "G12";
  std::vector<double> ramp;
  TrainOptions train;
};

// The command without what does not shape the model, so that the same training gives the same file anywhere.
std::string RecordedCommand(const Arguments& a) {
  const TrainOptions& t = a.train;
  const TrainOptions usual;
  std::string text = fmt::format("tsu train --pattern {} --steps {} --epochs {} --seed {}", a.pattern, t.steps, t.epochs, t.seed);
  if (t.rows != usual.rows || t.cols != usual.cols) text += fmt::format(" --rows {} --cols {}", t.rows, t.cols);
  if (t.weight_bits != usual.weight_bits) text += fmt::format(" --weight-bits {}", t.weight_bits);
  if (t.batch != usual.batch) text += fmt::format(" --batch {}", t.batch);
  if (t.sweeps != usual.sweeps) text += fmt::format(" --sweeps {}", t.sweeps);
  if (t.clamped_sweeps != usual.clamped_sweeps) text += fmt::format(" --clamped-sweeps {}", t.clamped_sweeps);
  if (t.rate != usual.rate) text += fmt::format(" --rate {}", t.rate);
  if (t.threshold != usual.threshold) text += fmt::format(" --threshold {}", t.threshold);
  if (!t.levels.empty()) text += fmt::format(" --levels {}", fmt::join(t.levels, ","));
  if (!a.ramp.empty()) text += fmt::format(" --ramp {}", fmt::join(a.ramp, ","));
  if (t.ramp_training) text += " --train-ramp";
  if (t.tuning_epochs != usual.tuning_epochs) text += fmt::format(" --tune-epochs {}", t.tuning_epochs);
  if (t.tuning_rate != usual.tuning_rate) text += fmt::format(" --tune-rate {}", t.tuning_rate);
  if (t.label_spots != usual.label_spots) text += fmt::format(" --label-spots {}", t.label_spots);
  if (t.held_out != usual.held_out) text += fmt::format(" --held-out {}", t.held_out);
  return text;
}

void Train(Arguments a, const Context& context) {
  TrainOptions& o = a.train;
  if (o.checkpoint.empty()) o.checkpoint = a.out + ".checkpoint";
  std::vector<std::string> outputs{a.out, o.checkpoint};
  if (!a.last.empty()) outputs.push_back(a.last);
  CheckOutputs(outputs, {SplitPath(a.data, true)});
  o.pattern = ParsePattern(a.pattern);
  if (!a.ramp.empty()) {
    if (a.ramp.size() != 2) throw Error(Exit::kUsage, "a ramp is two betas", fmt::format("{}", fmt::join(a.ramp, ",")), "such as --ramp 0.9,1.2");
    o.ramp_from = a.ramp[0];
    o.ramp_to = a.ramp[1];
  }
  const BinaryImages images = LoadSplit(a.data, true);
  TrainSet set{images.bits, images.rows, images.cols};
  std::vector<std::uint8_t> labels;
  if (o.label_spots > 0) set.labels = labels = LoadLabels(a.data, true, images.count);
  o.record = nlohmann::json{{"command", RecordedCommand(a)},
                            {"data", {{"split", "train"}, {"sha256", images.sha256}, {"binarised_at", kBinarisation}}}}
                 .dump();
  const auto start = std::chrono::steady_clock::now();
  TrainProgress last;
  Trained trained;
  {
    Progress progress("training");
    trained = tsu::Train(set, o, [&](const TrainProgress& p) {
      last = p;
      const double share = static_cast<double>(p.step) / static_cast<double>(p.steps);
      progress.Show((p.pass + share) / p.passes,
                    fmt::format("pass {} of {}, layer {}, {:.1f} %, gap {:.4f}, autocorrelation {:.3f}, largest |J| {:.2f}, held out {:.5f}",
                                p.pass + 1, p.passes, p.layer, 100 * share, p.gap, p.autocorrelation, p.largest, p.score));
      return !Interrupted();
    });
  }
  SaveModel(a.out, trained.chosen);
  if (!a.last.empty()) SaveModel(a.last, trained.last);
  std::remove(o.checkpoint.c_str());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  context.Answer({{"model", a.out}, {"seconds", seconds}, {"epochs", o.epochs}, {"seed", o.seed},
                  {"autocorrelation", last.autocorrelation}, {"gap", last.gap}, {"largest_j", last.largest}},
                 fmt::format("{}: {} epochs of {} images in {:.0f} s", a.out, o.epochs, images.count, seconds));
}

}  // namespace

void AddTrainCommand(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("train", "train a denoising model on the train split of an image set");
  auto a = std::make_shared<Arguments>();
  TrainOptions& t = a->train;
  AddName(*command, "--data", a->data, "DIR", "folder with train-images-idx3-ubyte, plain or .gz")->required();
  AddName(*command, "--out", a->out, "FILE", "model file (.safetensors)")->required();
  AddName(*command, "--pattern", a->pattern, "PATTERN", "G8, G12, G16, G20, G24 or rules such as 0,1;4,1")->capture_default_str();
  AddNumber(*command, "--steps", t.steps, "denoising steps", 1, 16);
  AddNumber(*command, "--epochs", t.epochs, "passes over the images, a step", 1, 1'000'000);
  AddNumber(*command, "--seed", t.seed, "the same seed gives the same file", std::uint64_t{0}, kMostSeed);
  AddNumber(*command, "--rows", t.rows, "rows of the grid", 1, kMostSide);
  AddNumber(*command, "--cols", t.cols, "columns of the grid, even", 2, kMostSide);
  AddNumber(*command, "--weight-bits", t.weight_bits, "bits of a weight", 4, 10);
  AddNumber(*command, "--batch", t.batch, "images a gradient step, a multiple of 64", 64, 1 << 20);
  AddNumber(*command, "--sweeps", t.sweeps, "sweeps of a deployed step", 8, kMostSweeps);
  AddNumber(*command, "--clamped-sweeps", t.clamped_sweeps, "sweeps of the clamped phase", 8, kMostSweeps);
  AddNumber(*command, "--rate", t.rate, "first learning rate", 1e-9, 1.0);
  AddNumber(*command, "--threshold", t.threshold, "autocorrelation above which the correlation penalty grows", 0.0, 1.0);
  AddNumbers(*command, "--levels", t.levels, "signal levels between the steps, falling (default: evenly from 1 to 0)", 0.0, 1.0);
  AddNumbers(*command, "--ramp", a->ramp, "first and last beta of the last step (default: 0.9,1.2)", 0.01, 100.0);
  command->add_flag("--train-ramp", t.ramp_training, "the last step ramps in training too");
  AddNumber(*command, "--tune-epochs", t.tuning_epochs, "then epochs of every step but the first on outputs of the steps before it", 0, 1'000'000);
  AddNumber(*command, "--tune-rate", t.tuning_rate, "first learning rate of these", 1e-9, 1.0);
  AddNumber(*command, "--label-spots", t.label_spots, "label cells: one-hot blocks of ten over the grid; 0: none", 0, 1000);
  AddNumber(*command, "--held-out", t.held_out, "last images, kept for choosing each step's epoch; at most a twelfth", 0, 1'000'000);
  AddName(*command, "--last", a->last, "FILE", "also write the model of the last epochs");
  AddNumber(*command, "--threads", t.threads, "0: one a core; no influence on the model", 0, kMostThreads);
  AddName(*command, "--checkpoint", t.checkpoint, "FILE",
          "state, written now and then and at Ctrl-C, resumed when it is there (default: OUT.checkpoint)");
  command->footer("Example: tsu train --data fashion-mnist --out my.safetensors\n"
                  "Ctrl-C saves the state; the same command goes on from there.");
  AddJsonFlag(*command, context);
  command->callback([a, &context] { Train(*a, context); });
}

}  // namespace tsu::tool
