// SPDX-License-Identifier: Apache-2.0
// tsu selftest: does this device work? Opening it has read its identity and walked its scratch register; here its spin
// memory is loaded and read back, and whole chains on random weights that fill its memories are compared with golden:.
#include <algorithm>
#include <memory>
#include <random>

#include "commands.hpp"
#include "tsu/driver.hpp"
#include "tsu/error.hpp"
#include "verif/golden/whole_model.hpp"

namespace tsu::tool {
namespace {

struct Options {
  std::string device = "cpu:";
  std::uint64_t seed = 1;
  int sweeps = 20;
};

struct Check {
  std::string name;
  std::size_t compared = 0, wrong = 0;
  void Compare(const std::vector<std::uint8_t>& got, const std::vector<std::uint8_t>& wanted) {
    compared += wanted.size();
    for (std::size_t i = 0; i < wanted.size(); ++i) wrong += i >= got.size() || got[i] != wanted[i];
  }
  bool passed() const { return compared > 0 && wrong == 0; }
};

// Random spins in, every site out again.
Check SpinMemory(Device& device, const Model& model, int chains, std::uint64_t seed) {
  Check check{"spin memory"};
  std::mt19937_64 random(seed);
  device.LoadSites({model.site_class, std::vector<std::uint8_t>(model.site_class.size(), 0)});
  for (int round = 0; round < 2; ++round) {
    std::vector<std::uint8_t> spins(model.site_class.size() * static_cast<std::size_t>(chains));
    for (auto& spin : spins) spin = random() >> 63;
    device.LoadSpins(spins);
    device.LoadNoise(NoiseStreams(seed, 0, chains, model.cols / 2));
    device.Run({Instruction(regs::kOpEmit, 1), Instruction(regs::kOpEnd)},
               [&](const Emission& e) { check.Compare(e.bits, spins); }, std::chrono::seconds(60));
  }
  return check;
}

// Every stage of whole chains.
Check Chains(Device& device, const Model& model, int table_bits, int chains, std::uint64_t seed, std::uint64_t& flips) {
  Check check{"chains"};
  const auto golden = OpenDevice("golden:?table_bits=" + std::to_string(table_bits));
  RunOptions options;
  options.count = chains;
  options.seed = seed;
  options.film = true;
  const RunResult theirs = RunModel(device, model, options), ours = RunModel(*golden, model, options);
  for (std::size_t stage = 0; stage < ours.film.size(); ++stage) check.Compare(theirs.film.at(stage), ours.film[stage]);
  flips = theirs.flips;
  return check;
}

void Selftest(const Options& o, const Context& context) {
  const auto device = OpenDevice(o.device);
  Shape shape = device->native_shape().value_or(Shape{33, 34, ParsePattern("G12"), 8, 2, 8});
  const Geometry geometry = device->Configure(shape);
  const Model model = golden::RandomModel(shape, o.seed, o.sweeps);
  std::uint64_t flips = 0;
  const Check checks[] = {SpinMemory(*device, model, geometry.chains(), o.seed),
                          Chains(*device, model, geometry.table_bits, geometry.chains(), o.seed, flips)};
  nlohmann::json answer = {{"device", device->url()}, {"noise", device->noise()}, {"seed", o.seed}, {"flips", flips}};
  std::string text = device->url() + ", " + std::to_string(flips) + " flips, seed " + std::to_string(o.seed);
  std::string failed;
  for (const Check& check : checks) {
    answer["checks"].push_back({{"name", check.name}, {"bits_compared", check.compared}, {"bits_wrong", check.wrong}, {"passed", check.passed()}});
    const std::string line = check.name + ": " + std::to_string(check.wrong) + " of " + std::to_string(check.compared) + " bits wrong";
    text += "\n" + line;
    if (!check.passed()) failed += (failed.empty() ? "" : ", ") + line;
  }
  answer["passed"] = failed.empty();
  if (failed.empty() || context.json) context.Answer(answer, text + "\npassed");
  if (!failed.empty()) throw Error(Exit::kCheckFailed, failed, device->url(), "seed " + std::to_string(o.seed) + " shows it again");
}

}  // namespace

void AddSelftestCommand(CLI::App& app, Context& context) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("selftest", "compare a device with the golden model, bit for bit, on random weights");
  AddDevice(*command, o->device);
  AddNumber(*command, "--seed", o->seed, "of weights and noise", std::uint64_t{0}, kMostSeed);
  AddNumber(*command, "--sweeps", o->sweeps, "sweeps a layer", 1, 100'000);
  command->footer("Example: tsu selftest --device uart:/dev/ttyUSB1?baud=1000000");
  AddJsonFlag(*command, context);
  command->callback([o, &context] { Selftest(*o, context); });
}

}  // namespace tsu::tool
