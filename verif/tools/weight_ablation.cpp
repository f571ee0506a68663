// SPDX-License-Identifier: Apache-2.0
// How many bits a weight needs: `make ablation-bits`. Tables on standard output; --out DIR takes the plots, finished rows
// (ablation-bits.jsonl) and trained models. Stopped and started again it goes on; --bits and --only ask for single rows.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <random>

#include "tsu/cpu.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "tsu/interrupt.hpp"
#include "tsu/plot.hpp"
#include "verif/devices/devices.hpp"
#include "verif/golden/weight_law.hpp"
#include "verif/tools/weight_quality.hpp"
#include "verif/tools/weight_training.hpp"

namespace tsu::golden {
namespace {

constexpr int kMachines = 10, kFreeSites = 14;
constexpr double kSpreads[] = {0.3, 0.5, 1.0};
constexpr double kBetas[] = {1, 2};

// How the weights of a row came to be short.
constexpr const char* kRounded = "rounded";               // the model of --model, afterwards
constexpr const char* kTrained = "trained";               // seen short by every pass of a training
constexpr const char* kTrainedRounded = "short training, rounded";  // trained as shortly with eight bits, rounded afterwards

struct Options {
  QualityOptions quality;
  ShortTraining training;
  std::string out = ".", model = "sw/models/fashion-g12.safetensors";
  std::vector<int> bits;
  std::vector<std::string> only;
  std::size_t images = 0;  // of a training; 0: all
  std::string RowsPath() const { return out + "/ablation-bits.jsonl"; }
  std::string LawPlotPath() const { return out + "/ablation-bits-law.png"; }
  std::string PlotPath() const { return out + "/ablation-bits.png"; }
  bool Wants(const char* part) const { return only.empty() || std::find(only.begin(), only.end(), part) != only.end(); }
};

void Save(const std::string& path, const Plot& plot) {
  const Sheet sheet = DrawPlot(plot);
  SavePng(path, sheet.width, sheet.height, sheet.pixels);
}

void LawTable(const Options& o) {
  std::printf("law: total variation from Boltzmann's law of fine weights, mean (worst) of %d clusters of %d free sites, G12, seed %llu\n"
              "J: of the short weights' Boltzmann law; machine: of the stationary law with threshold tables (%d entries, 10 bits: %d)\n%4s",
              kMachines, kFreeSites, static_cast<unsigned long long>(o.quality.seed), 1 << ShortTableBits(9), 1 << ShortTableBits(10), "bits");
  Plot plot{"LAW BY WEIGHT BITS", {"bits", false}, {"mean total variation", true}, {}, {}};
  std::vector<std::vector<FineMachine>> machines;  // [spread]
  std::mt19937_64 random(o.quality.seed);
  double links = 0;
  for (const double spread : kSpreads) {
    auto& set = machines.emplace_back();
    for (int n = 0; n < kMachines; ++n) {
      set.push_back(MakeFineMachine(spread, kFreeSites, random));
      for (const auto& of_site : set.back().graph.links) links += static_cast<double>(of_site.size());
    }
    for (const double beta : kBetas) {
      char name[40];
      std::snprintf(name, sizeof name, "J %.1f beta %.0f", spread, beta);
      plot.curves.push_back({name, {}, {}});
      std::printf("  %14s: J, machine", name);
    }
  }
  std::printf("\n");
  for (const int bits : o.bits) {
    std::printf("%4d", bits);
    auto curve = plot.curves.begin();
    for (const auto& set : machines) {
      for (const double beta : kBetas) {
        CheckInterrupt("measuring the law");
        WeightDistance mean, worst;
        for (const FineMachine& machine : set) {
          const WeightDistance d = DistanceOfShort(machine, bits, beta);
          mean.weights += d.weights / kMachines, mean.machine += d.machine / kMachines;
          worst.weights = std::max(worst.weights, d.weights), worst.machine = std::max(worst.machine, d.machine);
        }
        curve->x.push_back(bits);
        curve->y.push_back(mean.machine);
        ++curve;
        std::printf("  %7.2g (%6.2g) %7.2g (%6.2g)", mean.weights, worst.weights, mean.machine, worst.machine);
      }
    }
    std::printf("\n");
    std::fflush(stdout);
  }
  std::printf("neighbours of a free site: %.1f, mean\n\n", links / (kMachines * kFreeSites * static_cast<double>(std::size(kSpreads))));
  Save(o.LawPlotPath(), plot);
}

// Rows of all runs with these options, whatever bits were asked for now.
void DrawRows(const Options& o, const RowFile& file, const std::vector<std::pair<std::string, nlohmann::json>>& drawn) {
  Plot plot{"FRECHET DISTANCE BY WEIGHT BITS", {"bits", false}, {"FCD", true}, {}, {}};
  for (const auto& [kind, source] : drawn)
    for (std::size_t judge = 0; judge < kJudges; ++judge) {
      Curve curve{kind + " " + "ab"[judge], {}, {}};
      for (int bits = kFewestWeightBits; bits <= kMostWeightBits; ++bits) {
        const auto row = std::find_if(file.rows().begin(), file.rows().end(), [&](const WeightRow& r) {
          // Every training is a model of its own; all else is the same.
          nlohmann::json a = r.source, b = source;
          if (kind == kTrained) a.erase("model"), b.erase("model");
          return r.kind == kind && r.bits == bits && a == b;
        });
        if (row == file.rows().end()) continue;
        curve.x.push_back(bits);
        curve.y.push_back(row->fcd[judge]);
      }
      plot.curves.push_back(curve);
    }
  Save(o.PlotPath(), plot);
}

class QualityTable {
 public:
  explicit QualityTable(const Options& o) : o_(o), file_(o.RowsPath()) {
    std::printf("quality: %d pictures a row, seed %llu, columns as `tsu eval`; R-hat: %d x %d chains at the deployed sweeps, worst layer\n"
                "%-24s bits    step  changed    to 0   FCD a   FCD b  MMD ratio  cover.  R-hat mean   worst  energy  seconds\n",
                o.quality.count, static_cast<unsigned long long>(o.quality.seed), o.quality.conditionings, o.quality.chains, "");
  }

  void Row(const char* kind, const Model& model, const std::string& sha256, int bits) {
    CheckInterrupt("measuring pictures");
    WeightRow row{.kind = kind, .bits = bits, .source = SourceOf(o_.quality, sha256)};
    const WeightRow* known = file_.Find(row);
    if (!known) {
      if (!quality_) quality_.emplace(o_.quality);
      quality_->Measure(model, row);
      file_.Add(row);
      known = &file_.rows().back();
    }
    std::printf("%-24s%5d %7.4g  %6.1f%% %6.1f%% %7.2f %7.2f %10.4f %7.3f %11.3f %7.3f %7.3f %8.0f\n", kind, bits, WeightStep(bits),
                100 * known->changed, 100 * known->zero, known->fcd[0], known->fcd[1], known->mmd_ratio, known->coverage, known->rhat_mean,
                known->rhat, known->rhat_energy, known->seconds);
    std::fflush(stdout);
    const std::pair<std::string, nlohmann::json> drawn{kind, row.source};
    if (std::none_of(drawn_.begin(), drawn_.end(), [&](const auto& d) { return d.first == drawn.first; })) drawn_.push_back(drawn);
    DrawRows(o_, file_, drawn_);
  }

 private:
  const Options& o_;
  RowFile file_;
  std::optional<WeightQuality> quality_;  // once a row is wanted that is not there
  std::vector<std::pair<std::string, nlohmann::json>> drawn_;
};

std::string FileSha256(const std::string& path) { return Sha256(ReadFile(path)); }

void Trainings(const Options& o, QualityTable& table) {
  BinaryImages images = LoadSplit(o.quality.data, true);
  if (o.images > 0 && o.images < images.count) {
    images.bits.resize(o.images * images.pixels());
    images.count = o.images;
  }
  std::vector<int> falling(o.bits.rbegin(), o.bits.rend());  // eight bits first: the others are held against that training
  for (const int bits : falling) {
    if (bits > kFileWeightBits) continue;
    const Model model = TrainShort(o.training, images, bits);
    table.Row(kTrained, model, FileSha256(TrainedPath(o.training, bits)), bits);
    const std::string fine = TrainedPath(o.training, kFileWeightBits);
    if (bits < kFileWeightBits && std::filesystem::exists(fine))
      table.Row(kTrainedRounded, TrainShort(o.training, images, kFileWeightBits), FileSha256(fine), bits);
  }
}

void Run(Options o) {
  if (o.bits.empty())
    for (int bits = kFewestWeightBits; bits <= kMostWeightBits; ++bits) o.bits.push_back(bits);
  std::sort(o.bits.begin(), o.bits.end());
  o.bits.erase(std::unique(o.bits.begin(), o.bits.end()), o.bits.end());
  o.training.out = o.out;
  o.training.threads = o.quality.threads;
  CheckOutputs({o.PlotPath(), o.LawPlotPath(), o.RowsPath()}, {o.model});
  RegisterGoldenDevice();
  RegisterCpuDevice();
  const bool pictures = !o.quality.data.empty() && (o.Wants("rounding") || o.Wants("training"));
  std::optional<QualityTable> table;
  if (o.Wants("law")) LawTable(o);
  if (pictures) table.emplace(o);
  if (pictures && o.Wants("rounding")) {
    const Model model = LoadModel(o.model);
    for (const int bits : o.bits) table->Row(kRounded, model, FileSha256(o.model), bits);
  }
  if (pictures && o.Wants("training")) Trainings(o, *table);
  if (o.quality.data.empty()) std::printf("pictures: not drawn; --data DIR (make: DATA=DIR) takes the IDX files of the model's images\n");
}

}  // namespace
}  // namespace tsu::golden

int main(int argc, char** argv) {
  tsu::golden::Options o;
  using tsu::golden::kFewestWeightBits, tsu::golden::kMostWeightBits;
  CLI::App app("what the number of weight bits does to the law of a machine and to a model's pictures");
  app.add_option("--data", o.quality.data, "folder of the model's images as IDX; without it the law only");
  app.add_option("--model", o.model, "model of eight-bit weights that is rounded")->capture_default_str();
  app.add_option("--out", o.out, "folder for plots, rows and trained models")->capture_default_str();
  app.add_option("--bits", o.bits, "of these weights only")->delimiter(',')->check(CLI::Range(kFewestWeightBits, kMostWeightBits));
  app.add_option("--only", o.only, "law, rounding (of --model), training")->delimiter(',')->check(CLI::IsMember({"law", "rounding", "training"}));
  app.add_option("--count", o.quality.count, "pictures of each row")->check(CLI::Range(64, 1 << 20))->capture_default_str();
  app.add_option("--judges", o.quality.judges, "folder of judges")->capture_default_str();
  app.add_option("--chains", o.quality.chains, "of R-hat, of each conditioning")->check(CLI::Range(2, 1024))->capture_default_str();
  app.add_option("--pattern", o.training.pattern, "of trainings")->capture_default_str();
  app.add_option("--steps", o.training.steps, "denoising steps of trainings")->check(CLI::Range(1, 16))->capture_default_str();
  app.add_option("--epochs", o.training.epochs, "of trainings, a step")->check(CLI::Range(1, 1'000'000))->capture_default_str();
  app.add_option("--training-seed", o.training.seed, "of trainings")->capture_default_str();
  app.add_option("--images", o.images, "train on the first so many only; 0: all")->capture_default_str();
  app.add_option("--threads", o.quality.threads, "0: one a core")->check(CLI::Range(0, 1024));
  app.add_option("--seed", o.quality.seed, "of machines and pictures")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    tsu::CatchInterrupts();
    tsu::golden::Run(o);
  } catch (const tsu::Error& error) {
    std::fprintf(stderr, "weight-ablation: %s\n", error.what());
    return static_cast<int>(error.exit());
  }
  return 0;
}
