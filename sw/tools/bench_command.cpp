// SPDX-License-Identifier: Apache-2.0
// tsu bench: flips/ns of devices on one job, interleaved in one run, each with its ratio to the first.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>

#include "commands.hpp"
#include "tsu/board_model.hpp"
#include "tsu/cpu.hpp"
#include "tsu/driver.hpp"
#include "tsu/error.hpp"
#include "verif/golden/random_model.hpp"
#include "verif/golden/whole_model.hpp"

namespace tsu::tool {
namespace {

struct Options {
  std::vector<std::string> devices = {"cpu:?threads=1", "cpu:", "golden:", "sim:"};
  std::string model;
  int rounds = 3;
  double seconds = 1.0;
  bool kernel = false;
  KernelJob job;  // of --kernel
  std::string board_model;
  int count = 64, baud = 1'000'000;  // of --board-model
  double watts = 0;
};

// Chains that keep the device busy for about `seconds`.
double Measure(Device& device, const Model& model, int& count, double seconds) {
  RunOptions options;
  for (;; count *= 2) {
    options.count = count;
    const RunResult result = RunModel(device, model, options);
    if (result.seconds >= seconds / 2 || count >= 4096) return static_cast<double>(result.flips) / result.seconds * 1e-9;
  }
}

void Bench(const Options& o, const Context& context) {
  const Model model = o.model.empty() ? golden::RandomModel({64, 64, ParsePattern("G12"), 8, 2, 8}, 1, 100) : LoadModel(o.model);
  std::vector<std::vector<double>> rates(o.devices.size());
  std::vector<int> counts(o.devices.size(), 8);
  for (int round = 0; round < o.rounds; ++round) {
    for (std::size_t d = 0; d < o.devices.size(); ++d) {
      const auto device = OpenDevice(o.devices[d]);
      rates[d].push_back(Measure(*device, model, counts[d], o.seconds));
    }
  }
  nlohmann::json rows = nlohmann::json::array();
  std::string text = "machine: " + CpuName() + ", " + std::to_string(model.rows) + " x " + std::to_string(model.cols) + " " +
                     PatternName(model.pattern) + ", median of " + std::to_string(o.rounds);
  double first = 0;
  for (std::size_t d = 0; d < o.devices.size(); ++d) {
    std::sort(rates[d].begin(), rates[d].end());
    const double rate = rates[d][rates[d].size() / 2];
    if (d == 0) first = rate;
    rows.push_back({{"device", o.devices[d]}, {"flips_per_ns", rate}, {"ratio_to_first", rate / first}, {"chains", counts[d]},
                    {"least", rates[d].front()}, {"most", rates[d].back()}});
    char line[160];
    std::snprintf(line, sizeof line, "\n%-18s %9.4f flips/ns  (%.4f to %.4f)  %8.4f x first  %5d chains", o.devices[d].c_str(), rate,
                  rates[d].front(), rates[d].back(), rate / first, counts[d]);
    text += line;
  }
  context.Answer({{"machine", CpuName()}, {"rows", model.rows}, {"cols", model.cols}, {"pattern", PatternName(model.pattern)}, {"devices", rows}}, text);
}

// The bare kernel of `cpu:`: instruction sets, noise, threads.
void BenchKernel(const Options& o, const Context& context) {
  constexpr int kSide = 70;
  constexpr double kSpread = 9.0 / 32;  // of weights; the shipped layers have 7/32 and 14/32
  int grid_rows = kSide, grid_cols = kSide;
  Pattern pattern = ParsePattern("G12");
  LayerWeights layer;
  if (o.model.empty()) {
    std::mt19937_64 random(1);
    layer = golden::RandomLayer(kSide, kSide, pattern, 8, {kSpread, kSpread, 0}, random);
  } else {
    const Model model = LoadModel(o.model);
    grid_rows = model.rows, grid_cols = model.cols, pattern = model.pattern;
    layer = Expand(model, 0);
  }
  KernelJob job = o.job;
  job.rounds = o.rounds;
  const auto rates = MeasureKernel(grid_rows, grid_cols, pattern, layer, job);
  nlohmann::json rows = nlohmann::json::array();
  std::string text = "machine: " + CpuName() + ", " + std::to_string(grid_rows) + " x " + std::to_string(grid_cols) + " " + PatternName(pattern) + ", " +
                     std::to_string(job.chains) + " chains a thread, processor time, best of " + std::to_string(o.rounds);
  for (const KernelRate& rate : rates) {
    const char* noise = rate.device_noise ? "device" : "training";
    double one = 0;  // the same on one thread
    for (const KernelRate& other : rates)
      if (other.target == rate.target && other.device_noise == rate.device_noise && other.threads == 1) one = other.flips_per_ns;
    rows.push_back({{"target", rate.target}, {"noise", noise}, {"threads", rate.threads}, {"flips_per_ns", rate.flips_per_ns},
                    {"wall_flips_per_ns", rate.wall_flips_per_ns},
                    {"ratio_to_first", rate.flips_per_ns / rates[0].flips_per_ns}, {"ratio_to_one_thread", rate.flips_per_ns / one},
                    {"clocks_a_site_of_512_chains", rate.clocks}});
    char line[160];
    std::snprintf(line, sizeof line, "\n%-8s %-8s noise, %2d threads  %7.3f flips/ns  %6.3f x first  %5.2f x one thread  %6.0f clocks a site",
                  rate.target.c_str(), noise, rate.threads, rate.flips_per_ns, rate.flips_per_ns / rates[0].flips_per_ns,
                  rate.flips_per_ns / one, rate.clocks);
    text += line;
  }
  context.Answer({{"machine", CpuName()}, {"rows", grid_rows}, {"cols", grid_cols}, {"pattern", PatternName(pattern)},
                  {"chains_a_thread", job.chains}, {"sweeps", job.sweeps}, {"kernel", rows}}, text);
}

// What a job would cost on a board, from the figures of its place and route.
void BenchBoardModel(const Options& o, const Context& context) {
  if (o.model.empty()) throw Error(Exit::kUsage, "--board-model needs a job", "--model", "give the model that the board would run");
  const Model model = LoadModel(o.model);
  const BoardFigures figures = LoadBoardFigures(o.board_model);
  BoardModel board(figures, o.baud);
  RunOptions options;
  options.count = o.count;
  const RunResult result = RunModel(board, model, options);
  const BoardTimes& t = board.times();
  const double first = t.weights, each = t.total() - first;  // a board keeps its weights from job to job
  const Geometry& g = figures.geometry;
  const double rate = static_cast<double>(g.pairs()) * g.lanes * g.clock_hz * 1e-9;
  const double link = t.noise + t.programs + t.readout;
  const char* binds = link > t.sampling ? "the link" : "sampling";
  nlohmann::json json = {{"board", figures.title}, {"kind", figures.kind}, {"clock_hz", g.clock_hz}, {"fmax_hz", figures.fmax_hz},
                         {"flips_per_ns", rate}, {"images", o.count}, {"baud", o.baud}, {"weights_s", t.weights}, {"noise_s", t.noise},
                         {"programs_s", t.programs}, {"sampling_s", t.sampling}, {"readout_s", t.readout}, {"images_per_s", o.count / each},
                         {"images_per_s_sampling", o.count / t.sampling}, {"passes", result.passes}, {"binds", binds}};
  char text[1024];
  std::snprintf(text, sizeof text,
                "%s: computed, not measured: %s, %.4g MHz, %.3f flips/ns, %d chains, link of %d baud\n"
                "%d images in %d passes: weights once %.3f s, then noise states %.3f s, programs %.3f s, sampling %.4f s, read-out %.3f s\n"
                "%.4g images/s after the weights, %.4g by sampling alone; %s binds", figures.title.c_str(), figures.kind.c_str(), g.clock_hz / 1e6,
                rate, g.chains(), o.baud, o.count, result.passes, t.weights, t.noise, t.programs, t.sampling, t.readout, o.count / each,
                o.count / t.sampling, binds);
  std::string all = text;
  if (o.watts > 0) {
    json["watts"] = o.watts, json["joules_per_image"] = o.watts * each / o.count, json["joules_per_image_sampling"] = o.watts * t.sampling / o.count;
    std::snprintf(text, sizeof text, "\nat %.3g W, as said: %.4g J an image, %.4g J by sampling alone", o.watts, o.watts * each / o.count,
                  o.watts * t.sampling / o.count);
    all += text;
  }
  context.Answer(json, all);
}

}  // namespace

void AddBenchCommand(CLI::App& app, Context& context) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("bench", "flips/ns of devices at the shipped geometry, as figures of this machine");
  AddDevice(*command, o->devices);
  AddName(*command, "--model", o->model, "FILE", "model to run instead of random weights; with --kernel its first layer");
  AddNumber(*command, "--rounds", o->rounds, "measurements of each device, interleaved", 1, 100);
  AddNumber(*command, "--seconds", o->seconds, "least length of one measurement, about", 0.01, 1000.0);
  command->add_flag("--kernel", o->kernel, "the bare kernel of cpu: instead: instruction sets, noise, threads");
  AddNumber(*command, "--chains", o->job.chains, "with --kernel: chains a thread", 1, 1 << 20);
  AddNumber(*command, "--sweeps", o->job.sweeps, "with --kernel: sweeps of one measurement", 1, 1'000'000);
  AddNumber(*command, "--threads", o->job.threads, "with --kernel: so many threads; 0: one, and one a core", 0, kMostThreads);
  AddName(*command, "--target", o->job.target, "NAME", "with --kernel: this instruction set only, such as AVX2");
  AddName(*command, "--board-model", o->board_model, "FILE", "what --model costs on a board, from its fpga/<board>/result.json; nothing runs");
  AddNumber(*command, "--count", o->count, "with --board-model: images", 1, 1 << 20);
  AddNumber(*command, "--baud", o->baud, "with --board-model: of its link", 1200, 100'000'000);
  AddNumber(*command, "--watts", o->watts, "with --board-model: power of the board, for joules an image", 0.0, 10'000.0);
  command->footer("Example: tsu bench --device cpu: --device golden:");
  AddJsonFlag(*command, context);
  command->callback([o, &context] {
    if (!o->board_model.empty()) BenchBoardModel(*o, context);
    else if (o->kernel) BenchKernel(*o, context);
    else Bench(*o, context);
  });
}

}  // namespace tsu::tool
