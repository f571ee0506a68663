// SPDX-License-Identifier: Apache-2.0
// `tsu train`: images -> model file.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "commands.hpp"
#include "tsu/cpu.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "tsu/interrupt.hpp"
#include "tsu/job.hpp"
#include "tsu/model.hpp"
#include "tsu/train.hpp"
#include "tsu/train_data.hpp"

namespace tsu::tool {
namespace {

struct Arguments {
  std::string data, out, last, pattern = "G12";
  std::vector<double> ramp;
  std::string rule = "author";
  int images = 0;  // of the set; 0: all
  double binarisation = kBinarisation;
  bool default_grid = false;
  TrainOptions train;
};

// The command without what does not shape the model, so that the same training gives the same file anywhere.
std::string RecordedCommand(const Arguments& a) {
  const TrainOptions& t = a.train;
  const TrainOptions usual;
  std::string text = fmt::format("tsu train --pattern {} --steps {} --epochs {} --seed {}", a.pattern, t.steps, t.epochs, t.seed);
  if (!a.default_grid) text += fmt::format(" --rows {} --cols {}", t.rows, t.cols);
  if (t.weight_bits != usual.weight_bits) text += fmt::format(" --weight-bits {}", t.weight_bits);
  if (t.weight_step != usual.weight_step) text += fmt::format(" --weight-step {}", t.weight_step);
  if (t.batch != usual.batch) text += fmt::format(" --batch {}", t.batch);
  if (t.sweeps != usual.sweeps) text += fmt::format(" --sweeps {}", t.sweeps);
  if (t.clamped_sweeps != usual.clamped_sweeps) text += fmt::format(" --clamped-sweeps {}", t.clamped_sweeps);
  if (t.rate != usual.rate) text += fmt::format(" --rate {}", t.rate);
  if (t.threshold != usual.threshold) text += fmt::format(" --threshold {}", t.threshold);
  if (t.penalty_rule != usual.penalty_rule) text += " --penalty-rule paper";
  if (!t.levels.empty()) text += fmt::format(" --levels {}", fmt::join(t.levels, ","));
  if (!a.ramp.empty()) text += fmt::format(" --ramp {}", fmt::join(a.ramp, ","));
  if (t.ramp_training) text += " --train-ramp";
  if (t.tuning_epochs != usual.tuning_epochs) text += fmt::format(" --tune-epochs {}", t.tuning_epochs);
  if (t.tuning_rate != usual.tuning_rate) text += fmt::format(" --tune-rate {}", t.tuning_rate);
  if (t.label_spots != usual.label_spots) text += fmt::format(" --label-spots {}", t.label_spots);
  if (t.held_out != usual.held_out) text += fmt::format(" --held-out {}", t.held_out);
  if (a.images > 0) text += fmt::format(" --images {}", a.images);
  if (a.binarisation != kBinarisation) text += fmt::format(" --binarise-at {}", a.binarisation);
  return text;
}

// One file a pass: of the layers, and of those that are tuned.
std::vector<std::string> Checkpoints(const TrainOptions& o) {
  std::vector<std::string> files;
  for (int pass = 0; pass < Passes(o); ++pass) files.push_back(CheckpointFile(o, pass));
  return files;
}

void CheckFiles(const Arguments& a) {
  const TrainOptions& o = a.train;
  std::vector<std::string> outputs = Checkpoints(o);
  outputs.insert(outputs.end(), {a.out, o.log});
  if (!a.last.empty()) outputs.push_back(a.last);
  CheckOutputs(outputs, {SplitPath(a.data, true)});
}

struct Data {
  BinaryImages images;
  std::vector<std::uint8_t> labels;
};

// Images and what follows from them; throws on everything that is wrong about the command.
Data Prepare(Arguments& a) {
  TrainOptions& o = a.train;
  if (o.checkpoint.empty()) o.checkpoint = a.out + ".checkpoint";
  if (o.log.empty()) o.log = a.out + ".log.jsonl";
  if (JobRank() == 0) CheckFiles(a);
  o.pattern = ParsePattern(a.pattern);
  o.penalty_rule = a.rule == "paper" ? PenaltyRule::kPaper : PenaltyRule::kAuthor;
  if (!a.ramp.empty()) {
    if (a.ramp.size() != 2) throw Error(Exit::kUsage, "a ramp is two betas", fmt::format("{}", fmt::join(a.ramp, ",")), "such as --ramp 0.9,1.2");
    o.ramp_from = a.ramp[0];
    o.ramp_to = a.ramp[1];
  }
  Data data{LoadSplit(a.data, true, a.binarisation), {}};
  if (o.label_spots > 0) data.labels = LoadLabels(a.data, true, data.images.count);
  if (a.images > 0) {
    if (static_cast<std::size_t>(a.images) > data.images.count)
      throw Error(Exit::kUsage, "more images asked for than there are", fmt::format("--images {}", a.images), fmt::format("at most {}", data.images.count));
    data.images.count = static_cast<std::size_t>(a.images);
    data.images.bits.resize(data.images.count * data.images.pixels());
    data.labels.resize(std::min(data.labels.size(), data.images.count));
  }
  const bool chosen = o.rows == 0 || o.cols == 0;
  if (chosen || (data.images.rows <= kMostImage && data.images.cols <= kMostImage)) {
    const GridSize grid = ChooseGrid(data.images.rows, data.images.cols, o.pattern);
    if (o.rows == 0) o.rows = grid.rows;
    if (o.cols == 0) o.cols = grid.cols;
    a.default_grid = o.rows == grid.rows && o.cols == grid.cols;
  }
  if (chosen && JobRank() == 0 && isatty(2))
    fmt::print(stderr, "tsu: images of {} x {} on a grid of {} x {}\n", data.images.rows, data.images.cols, o.rows, o.cols);
  o.record = nlohmann::json{{"command", RecordedCommand(a)},
                            {"data", {{"split", "train"}, {"sha256", data.images.sha256}, {"binarised_at", a.binarisation}}}}
                 .dump();
  return data;
}

void Train(Arguments a, const Context& context) {
  TrainOptions& o = a.train;
  Data data;
  Together([&] { data = Prepare(a); });
  const BinaryImages& images = data.images;
  const auto start = std::chrono::steady_clock::now();
  TrainProgress last;
  Trained trained;
  {
    Progress progress("training");
    trained = tsu::Train({images.bits, images.rows, images.cols, data.labels}, o, [&](const TrainProgress& p) {
      last = p;
      const double share = static_cast<double>(p.step) / static_cast<double>(p.steps);
      progress.Show(p.done, fmt::format("{:.2f} flips/ns; pass {} of {}, layer {}, {:.1f} %, gap {:.4f}, autocorrelation {:.3f}, "
                                        "largest |J| {:.2f}, held out {:.5f}",
                                        p.flips_per_ns, p.pass + 1, p.passes, p.layer, 100 * share, p.gap, p.autocorrelation, p.largest, p.score));
      return !Interrupted();
    });
  }
  Together([&] {
    if (JobRank() != 0) return;
    SaveModel(a.out, trained.chosen);
    if (!a.last.empty()) SaveModel(a.last, trained.last);
    for (const std::string& file : Checkpoints(o)) std::remove(file.c_str());
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    context.Answer({{"model", a.out}, {"log", o.log}, {"grid", {o.rows, o.cols}}, {"ranks", JobSize()}, {"seconds", seconds},
                    {"epochs", o.epochs}, {"seed", o.seed}, {"autocorrelation", last.autocorrelation}, {"gap", last.gap},
                    {"largest_j", last.largest}},
                   fmt::format("{}: {} epochs of {} images on a grid of {} x {} in {:.0f} s\ncurves: tsu plot {} --out FILE.png", a.out,
                               o.epochs, images.count, o.rows, o.cols, seconds, o.log));
  });
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
  AddNumber(*command, "--rows", t.rows, "rows of the grid (default: what suits the images)", 1, kMostSide)->default_str("");
  AddNumber(*command, "--cols", t.cols, "columns of the grid, even (default: what suits the images)", 2, kMostSide)->default_str("");
  AddNumber(*command, "--weight-bits", t.weight_bits, "bits of a weight", 4, 10);
  AddNumber(*command, "--weight-step", t.weight_step, "weights are multiples of so many 1/32: a power of two", 1, 32);
  AddNumber(*command, "--batch", t.batch, "images a gradient step, a multiple of 64", 64, 1 << 20);
  AddNumber(*command, "--sweeps", t.sweeps, "sweeps of a deployed step", 8, kMostSweeps);
  AddNumber(*command, "--clamped-sweeps", t.clamped_sweeps, "sweeps of the clamped phase", 8, kMostSweeps);
  AddNumber(*command, "--rate", t.rate, "first learning rate", 1e-9, 1.0);
  AddNumber(*command, "--threshold", t.threshold, "autocorrelation above which the correlation penalty grows", 0.0, 1.0);
  command->add_option("--penalty-rule", a->rule, "how the correlation penalty follows the autocorrelation: as the author's code or as the paper")
      ->type_name("RULE")
      ->check(CLI::IsMember({"author", "paper"}))
      ->capture_default_str();
  AddNumbers(*command, "--levels", t.levels, "signal levels between the steps, falling (default: evenly from 1 to 0)", 0.0, 1.0);
  AddNumbers(*command, "--ramp", a->ramp, "first and last beta of the last step (default: 0.9,1.2)", 0.01, 100.0);
  command->add_flag("--train-ramp", t.ramp_training, "the last step ramps in training too");
  AddNumber(*command, "--tune-epochs", t.tuning_epochs, "then epochs of every step but the first on outputs of the steps before it", 0, 1'000'000);
  AddNumber(*command, "--tune-rate", t.tuning_rate, "first learning rate of these", 1e-9, 1.0);
  AddNumber(*command, "--label-spots", t.label_spots, "label cells: one-hot blocks of ten over the grid; 0: none", 0, 1000);
  AddNumber(*command, "--held-out", t.held_out, "last images, kept for choosing each step's epoch; at most a twelfth", 0, 1'000'000);
  AddNumber(*command, "--images", a->images, "train on the first images only; 0: on all", 0, 1'000'000'000);
  AddNumber(*command, "--binarise-at", a->binarisation, "share of 255 above which a pixel is on", 0.0, 1.0);
  AddName(*command, "--last", a->last, "FILE", "also write the model of the last epochs");
  AddNumber(*command, "--threads", t.threads, "0: one a core; no influence on the model", 0, kMostThreads);
  AddName(*command, "--checkpoint", t.checkpoint, "FILE",
          "states FILE.0, FILE.1, ..., written now and then and at Ctrl-C, resumed when they are there (default: OUT.checkpoint)");
  AddName(*command, "--log", t.log, "FILE", "JSON lines for tsu plot, one a quarter epoch and layer (default: OUT.log.jsonl)");
  command->footer("Example: tsu train --data fashion-mnist --out my.safetensors\n"
                  "On several processes or machines: mpirun -n 4 tsu train ...; the same file for any number.\n"
                  "Ctrl-C saves the state; the same command goes on from there.");
  AddJsonFlag(*command, context);
  command->callback([a, &context] { Train(*a, context); });
}

}  // namespace tsu::tool
