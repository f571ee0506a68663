// SPDX-License-Identifier: Apache-2.0
// tsu demo: built-in demonstrations that need no data.
#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "commands.hpp"
#include "tsu/double_well.hpp"
#include "tsu/driver.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"

namespace tsu::tool {
namespace {

struct Options {
  std::string device = "cpu:", out;
  WellOptions wells;
};

constexpr const char* kSays = R"(
Shown: at the target's couplings a chain keeps the well it started in: the share is what the start was, and R-hat tells.
From noise it falls into either well about evenly, not as the energy says; there R-hat does not tell, for the restarts
agree with each other. The last of the {} steps has the very same weights: the first step is weak enough to cross, the
others follow it, and the share comes out.
Not shown: that a chain of steps is exact. The fields of the weak steps were set from the exact law (training finds such
fields from data), and 'neither', states with a wall that the last step has not removed in time, is not the exact share.)";

constexpr int kChainsShown = 8, kRoundsShown = 12, kZoomShown = 4;

// Rows of chains, a round a column; then the machine that restarts in steps, and below the way from noise within its
// last round.
void SavePicture(const std::string& path, const WellRun& stuck, const WellRun& steps, const RunResult& film,
                 const WellOptions& o) {
  Bytes images;
  const int chains = std::min(kChainsShown, o.chains), across = std::min(kRoundsShown, o.rounds);
  const Bytes blank(kWellSites, 96);
  const auto add = [&](const std::vector<std::uint8_t>& states, std::size_t state) {
    for (int site = 0; site < kWellSites; ++site) images.push_back(states[state * kWellSites + site] ? 255 : 0);
  };
  const auto gap = [&](int count) {
    for (int n = 0; n < count; ++n) images.insert(images.end(), blank.begin(), blank.end());
  };
  for (const WellRun* run : {&stuck, &steps}) {
    for (int chain = 0; chain < chains; ++chain)
      for (int round = 0; round < across; ++round) add(run->states, static_cast<std::size_t>(round) * o.chains + chain);
    gap(across);
  }
  const int stages = static_cast<int>(film.film.size());
  for (int chain = 0; chain < chains && stages <= across; ++chain) {
    for (const auto& stage : film.film) add(stage, chain);
    gap(across - stages);
  }
  const Sheet sheet = ContactSheet(images, kWellSide, kWellSide, across, kZoomShown);
  SavePng(path, sheet.width, sheet.height, sheet.pixels);
}

void DoubleWell(const Options& o, const Context& context) {
  if (!o.out.empty()) {
    if (!o.out.ends_with(".png")) throw Error(Exit::kUsage, "unknown kind of picture", o.out, "end it in .png");
    CheckOutputs({o.out});
  }
  const auto device = OpenDevice(o.device);
  const Model target = DoubleWellTarget(WellPattern(*device)), chain = DoubleWellSteps(WellPattern(*device));
  const Wells exact = ExactWells(target, 0);
  const WellRun stuck = RunStuck(*device, o.wells), restarted = RunRestarted(*device, target, o.wells),
                steps = RunRestarted(*device, chain, o.wells);
  if (!o.out.empty()) {
    RunOptions options;
    options.count = std::min(kChainsShown, o.wells.chains);
    options.seed = o.wells.seed;
    options.film = true;
    SavePicture(o.out, stuck, steps, RunModel(*device, chain, options), o.wells);
  }

  const int sweeps = target.layers[0].schedule[0].sweeps;
  const auto wells = [](const Wells& w) {
    return nlohmann::json{
        {"face", w.face}, {"negative", w.negative}, {"neither", w.neither}, {"mostly_face", w.mostly_face}};
  };
  nlohmann::json object{{"device", device->url()},      {"noise", device->noise()}, {"seed", o.wells.seed},
                        {"chains", o.wells.chains},     {"rounds", o.wells.rounds}, {"sweeps_a_round", sweeps},
                        {"steps", chain.layers.size()}, {"exact", wells(exact)}};
  std::string text = fmt::format(
      "two wells: a face and its negative, {0} x {0} p-bits; exact law by summing over all 2^{1} states\n"
      "{2} chains, {3} rounds of {4} sweeps each on {5}, seed {6}; one standard error of independent draws {7:.3f}\n\n"
      "{8:<38} {9:>6} {10:>9} {11:>8} {12:>12}  {13:<15} {14:>6}\n"
      "{15:<38} {16:6.3f} {17:9.3f} {18:8.3f} {19:12.3f}\n",
      kWellSide, kWellSites, o.wells.chains, o.wells.rounds, sweeps, device->url(), o.wells.seed,
      std::sqrt(exact.mostly_face * (1 - exact.mostly_face) / o.wells.chains / o.wells.rounds), "share of states",
      "face", "negative", "neither", "mostly face", "crossings", "R-hat", "exact law", exact.face, exact.negative,
      exact.neither, exact.mostly_face);
  const auto add = [&](const char* key, const std::string& name, const WellRun& run) {
    object[key] = wells(run.wells);
    object[key]["crossings"] = run.crossings;
    object[key]["chances"] = run.chances;
    object[key]["rhat"] = run.rhat;
    text += fmt::format("{:<38} {:6.3f} {:9.3f} {:8.3f} {:12.3f}  {:5} of {:<6} {:6.2f}\n", name,
                        run.wells.face, run.wells.negative, run.wells.neither, run.wells.mostly_face, run.crossings,
                        run.chances, run.rhat);
  };
  add("stuck", "one machine, half started in each well", stuck);
  add("restarted", "one machine, each round from noise", restarted);
  add("denoised", fmt::format("{} steps weak to strong, from noise", chain.layers.size()), steps);
  text += fmt::format(kSays, chain.layers.size());
  if (!o.out.empty())
    text += fmt::format(
        "\nPicture {}: a chain a row, a round a column: the stuck machine; the steps; last, the steps within one "
        "round.",
        o.out);
  context.Answer(object, text);
}

}  // namespace

void AddDemoCommand(CLI::App& app, Context& context) {
  auto o = std::make_shared<Options>();
  CLI::App* demo = app.add_subcommand("demo", "built-in demonstrations");
  demo->require_subcommand(1);
  CLI::App* command =
      demo->add_subcommand("double-well", "a Boltzmann machine with two wells: stuck alone, right as a chain of steps");
  AddDevice(*command, o->device);
  AddName(*command, "--out", o->out, "FILE", "picture of chains over rounds (.png)");
  AddNumber(*command, "--chains", o->wells.chains, "chains", 2, 100'000);
  AddNumber(*command, "--rounds", o->wells.rounds, "states of each chain", 4, 1000);
  AddNumber(*command, "--seed", o->wells.seed, "of all noise", std::uint64_t{0}, kMostSeed);
  command->footer("Example: tsu demo double-well --out wells.png");
  AddJsonFlag(*command, context);
  command->callback([o, &context] { DoubleWell(*o, context); });
}

}  // namespace tsu::tool
