// SPDX-License-Identifier: Apache-2.0
// What the noise source does to the law and to pictures: `make ablation-noise`. Tables on standard output; --out DIR takes the
// plot ablation-noise.png and every set of pictures as IDX, for `tsu eval`.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>

#include "tsu/cpu.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "tsu/interrupt.hpp"
#include "tsu/plot.hpp"
#include "tsu/train_data.hpp"
#include "verif/devices/devices.hpp"
#include "verif/golden/noise_law.hpp"
#include "verif/golden/random_model.hpp"
#include "verif/tools/noise_quality.hpp"

namespace tsu::golden {
namespace {

constexpr double kBetas[] = {1, 2, 3};

struct Options {
  std::string data, out = ".", model = "sw/models/fashion-g12.safetensors";
  int count = 1024, threads = 0, draws = 2048;
  std::uint64_t seed = 1;
  bool pictures_only = false;
  std::vector<std::string> noises;  // kinds; empty: all
};

std::vector<Noise> Noises(const Options& o) {
  std::vector<Noise> noises{{},
                            {.kind = NoiseKind::kShort, .bits = 16},
                            {.kind = NoiseKind::kShort, .bits = 8},
                            {.kind = NoiseKind::kShifted},
                            {.kind = NoiseKind::kDelayed, .delay = 3},
                            {.kind = NoiseKind::kDelayed, .delay = 1024},
                            {.kind = NoiseKind::kDelayed, .delay = 0}};
  std::vector<NoiseKind> kinds;
  for (const std::string& name : o.noises) kinds.push_back(ParseNoiseKind(name, "--noise"));
  std::erase_if(noises, [&](const Noise& n) { return !kinds.empty() && std::find(kinds.begin(), kinds.end(), n.kind) == kinds.end(); });
  return noises;
}

// Random clusters of free sites among clamped ones, as in tests/golden/law_test.cpp.
Graph Cluster(double spread, std::mt19937_64& random) {
  const Pattern pattern = ParsePattern("G12");
  constexpr int kSide = 20;
  const auto layer = RandomLayer(kSide, kSide, pattern, 8, {spread, 0.3, 0.3}, random);
  const auto sites = RandomCluster(kSide, kSide, pattern, 14, random);
  const auto spins = RandomBits(kSide * kSide, random), conditioning = RandomBits(kSide * kSide, random);
  return MakeGraph(kSide, kSide, pattern, layer, sites, spins, conditioning, true);
}

// Worst distance of 10 clusters by compare width: no sampling error.
Plot ExactTable(std::uint64_t seed) {
  constexpr int kClusters = 10;
  constexpr double kSpreads[] = {0.3, 0.5, 1.0};
  constexpr int kWidths[] = {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24};
  Plot plot{"EXACT LAW BY WIDTH OF THE COMPARE", {"bits", false}, {"worst total variation", true}, {}, {}};
  std::printf("exact law: worst total variation from Boltzmann of %d clusters, 14 free sites, G12; 24: as shipped\n", kClusters);
  std::vector<std::vector<Graph>> clusters;  // [spread]
  std::mt19937_64 random(seed);
  std::string head = "bits";
  for (const double spread : kSpreads) {
    auto& set = clusters.emplace_back();
    while (static_cast<int>(set.size()) < kClusters) set.push_back(Cluster(spread, random));
    for (const double beta : kBetas) {
      char name[40];
      std::snprintf(name, sizeof name, "J %.1f beta %.0f", spread, beta);
      plot.curves.push_back({name, {}, {}});
      head += std::string("  ") + name;
    }
  }
  std::printf("%s\n", head.c_str());
  for (const int bits : kWidths) {
    std::printf("%4d", bits);
    auto curve = plot.curves.begin();
    for (const auto& set : clusters) {
      for (const double beta : kBetas) {
        CheckInterrupt("measuring the law");
        const Noise noise = bits == regs::kNoiseWordBits ? Noise{} : Noise{.kind = NoiseKind::kShort, .bits = bits};
        double worst = 0;
        for (const Graph& graph : set) worst = std::max(worst, ExactDistance(graph, beta, noise));
        curve->x.push_back(bits);
        curve->y.push_back(worst);
        ++curve;
        std::printf("  %12.2g", worst);
      }
    }
    std::printf("\n");
    std::fflush(stdout);
  }
  std::printf("\n");
  std::erase_if(plot.curves, [](const Curve& curve) { return curve.name.ends_with("2"); });  // between the others
  return plot;
}

void SampledTable(const Options& o) {
  LawBudget budget;
  budget.draws = o.draws;
  budget.threads = o.threads;
  budget.seed = o.seed;
  const SmallMachine machine = MakeSmallMachine(o.seed);
  std::printf("sampled law: %d x %d sites, J ~ N(0, 0.3), %d boards of %d lanes, %d draws of each lane, %d sweeps apart\n"
              "TV: total variation of all draws from Boltzmann; floor: a library generator, as many draws\n"
              "var E, var M: variance of the mean of a board's lanes over its value for independent chains, of energy and magnetisation\n"
              "R-hat: of the energy, lanes started all up and all down in turn\n",
              machine.rows, machine.cols, budget.boards, budget.lanes, budget.draws, budget.spacing);
  for (const double beta : kBetas) {
    std::printf("beta %.0f, floor %.4f%22s      TV   var E   var M    R-hat\n", beta, SampledFloor(machine, beta, budget), "");
    for (const Noise& noise : Noises(o)) {
      CheckInterrupt("measuring the law");
      const SampledLaw law = SampleLaw(machine, beta, noise, budget);
      std::printf("  %-38s%8.4f%8.2f%8.2f%9.4f\n", noise.name().c_str(), law.distance, law.energy_ratio, law.spin_ratio, law.rhat);
      std::fflush(stdout);
    }
  }
  std::printf("\n");
}

void PictureTable(const Options& o) {
  const Model model = LoadModel(o.model);
  const BinaryImages train = LoadSplit(o.data, true);
  if (train.pixels() != model.visible.size())
    throw Error(Exit::kBadInput, "images of another size than the model's", o.data, "give the model's data with --data");
  const PackedImages packed(train.bits, train.pixels());
  const MmdReference reference(packed, kMmdSigma, o.threads);
  std::printf("pictures: %d of %s, boards of %d lanes; MMD ratio as `tsu eval`; var: variance of a board's mean\n"
              "fill over its value for independent pictures (+- sqrt(2 / boards)); nearest: mean Hamming distance to the nearest other picture of the board\n"
              "%-40s MMD ratio    fill     var  nearest  seconds\n", o.count, o.model.c_str(), kBoardLanes, "");
  for (const Noise& noise : Noises(o)) {
    CheckInterrupt("drawing pictures");
    if (noise.delay > kBoardLanes && noise.kind == NoiseKind::kDelayed) continue;  // longer than anything remembers
    const auto start = std::chrono::steady_clock::now();
    const auto pictures = DrawPictures(model, noise, o.count, o.seed, o.threads, [](double) {});
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const PictureReport r = Judge(pictures, reference, train.pixels());
    std::printf("  %-38s%10.4f%8.4f%8.2f%9.1f%9.1f\n", noise.name().c_str(), r.mmd_ratio, r.fill, r.board_ratio, r.nearest, seconds);
    std::fflush(stdout);
    Idx idx{{static_cast<std::uint32_t>(o.count), static_cast<std::uint32_t>(model.image_rows), static_cast<std::uint32_t>(model.image_cols)}, pictures};
    for (auto& value : idx.data) value = value ? 255 : 0;
    std::string file = noise.name();
    for (char& c : file) c = c == ' ' || c == ',' ? '-' : c;
    SaveIdx(o.out + "/noise-" + file + ".idx.gz", idx);
  }
}

void Run(const Options& o) {
  Noises(o);  // refuses unknown ones before hours of work
  CheckOutputs({o.out + "/ablation-noise.png"});
  RegisterGoldenDevice();
  RegisterCpuDevice();
  if (!o.pictures_only) {
    const Sheet sheet = DrawPlot(ExactTable(o.seed));
    SavePng(o.out + "/ablation-noise.png", sheet.width, sheet.height, sheet.pixels);
    SampledTable(o);
  }
  if (o.data.empty())
    std::printf("pictures: not drawn; --data DIR (make: DATA=DIR) takes the IDX files of the model's images\n");
  else
    PictureTable(o);
}

}  // namespace
}  // namespace tsu::golden

int main(int argc, char** argv) {
  tsu::golden::Options o;
  CLI::App app("what the noise source does to the law of a machine and to a model's pictures");
  app.add_option("--data", o.data, "folder of the model's images as IDX; without it the law only");
  app.add_option("--model", o.model, "model whose pictures are drawn")->capture_default_str();
  app.add_option("--out", o.out, "folder for plot and pictures")->capture_default_str();
  app.add_option("--count", o.count, "pictures of each noise, whole boards of 32")->check(CLI::Range(64, 1 << 20))->capture_default_str();
  app.add_option("--draws", o.draws, "draws of each chain of the law")->check(CLI::Range(16, 1 << 20))->capture_default_str();
  app.add_option("--threads", o.threads, "0: one a core")->check(CLI::Range(0, 1024));
  app.add_option("--noise", o.noises, "of these kinds only: shipped, short, shifted, delayed");
  app.add_flag("--pictures-only", o.pictures_only, "no law");
  app.add_option("--seed", o.seed, "of models, streams and pictures")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    tsu::golden::Run(o);
  } catch (const tsu::Error& error) {
    std::fprintf(stderr, "noise-ablation: %s\n", error.what());
    return static_cast<int>(error.exit());
  }
  return 0;
}
