// SPDX-License-Identifier: Apache-2.0
// `tsu train`: images -> model file.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "commands.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "tsu/interrupt.hpp"
#include "tsu/model.hpp"
#include "tsu/train.hpp"
#include "tsu/train_data.hpp"

namespace tsu::tool {
namespace {

struct Arguments {
  std::string data, out, pattern = "G12";
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
  if (t.rate != usual.rate) text += fmt::format(" --rate {}", t.rate);
  return text;
}

void Train(Arguments a, const Context& context) {
  CheckWritable(a.out);
  TrainOptions& o = a.train;
  o.pattern = ParsePattern(a.pattern);
  const BinaryImages images = LoadSplit(a.data, true);
  o.record = nlohmann::json{{"command", RecordedCommand(a)},
                            {"data", {{"split", "train"}, {"sha256", images.sha256}, {"binarised_at", kBinarisation}}}}
                 .dump();
  if (o.checkpoint.empty()) o.checkpoint = a.out + ".checkpoint";
  const auto start = std::chrono::steady_clock::now();
  TrainProgress last;
  Model model;
  {
    Progress progress("training");
    model = tsu::Train(images.bits, images.rows, images.cols, o, [&](const TrainProgress& p) {
      last = p;
      const double share = static_cast<double>(p.step) / static_cast<double>(p.steps);
      progress.Show((p.layer + share) / p.layers,
                    fmt::format("step {} of {}, epoch {:.2f} of {}, gap {:.4f}, autocorrelation {:.3f}, largest |J| {:.2f}",
                                p.layer + 1, p.layers, share * o.epochs, o.epochs, p.gap, p.autocorrelation, p.largest));
      return !Interrupted();
    });
  }
  SaveModel(a.out, model);
  std::remove(o.checkpoint.c_str());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  context.Answer({{"model", a.out}, {"seconds", seconds}, {"epochs", o.epochs}, {"seed", o.seed},
                  {"autocorrelation", last.autocorrelation}, {"gap", last.gap}, {"largest_j", last.largest}},
                 fmt::format("{}: {} epochs of {} images in {:.0f} s\n", a.out, o.epochs, images.count, seconds));
}

}  // namespace

void AddTrainCommand(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("train", "Train a denoising model on the train split of an image set");
  auto a = std::make_shared<Arguments>();
  TrainOptions& t = a->train;
  command->add_option("--data", a->data, "folder with train-images-idx3-ubyte, plain or .gz")->required();
  command->add_option("--out", a->out, "model file (.safetensors)")->required();
  command->add_option("--pattern", a->pattern, "G8, G12, G16, G20, G24 or a list of rules")->capture_default_str();
  command->add_option("--steps", t.steps, "denoising steps")->capture_default_str();
  command->add_option("--epochs", t.epochs, "passes over the images, a step")->capture_default_str();
  command->add_option("--seed", t.seed, "the same seed gives the same file")->capture_default_str();
  command->add_option("--rows", t.rows, "rows of the grid")->capture_default_str();
  command->add_option("--cols", t.cols, "columns of the grid")->capture_default_str();
  command->add_option("--weight-bits", t.weight_bits, "4..10")->capture_default_str();
  command->add_option("--batch", t.batch, "images a gradient step")->capture_default_str();
  command->add_option("--sweeps", t.sweeps, "sweeps of a deployed step")->capture_default_str();
  command->add_option("--rate", t.rate, "first learning rate")->capture_default_str();
  command->add_option("--threads", t.threads, "0: one a core; no influence on the model")->capture_default_str();
  command->add_option("--checkpoint", t.checkpoint, "state file, resumed when it is there (default: OUT.checkpoint)");
  AddJsonFlag(*command, context);
  command->callback([a, &context] { Train(*a, context); });
}

}  // namespace tsu::tool
