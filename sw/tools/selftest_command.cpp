// SPDX-License-Identifier: Apache-2.0
// tsu selftest: the device against the golden model on random weights that fill its memories.
#include <algorithm>
#include <memory>

#include "commands.hpp"
#include "tsu/driver.hpp"
#include "tsu/error.hpp"
#include "verif/golden/whole_model.hpp"

namespace tsu::tool {
namespace {

void Selftest(const std::string& url, std::uint64_t seed, int sweeps, const Context& context) {
  const auto device = OpenDevice(url);
  Shape shape = device->native_shape().value_or(Shape{33, 34, ParsePattern("G12"), 8, 2, 8});
  shape.chains = std::min(shape.chains, 64);
  const Model model = golden::RandomModel(shape, seed, sweeps);
  const auto golden = OpenDevice("golden:?table_bits=" + std::to_string(device->Configure(shape).table_bits));
  RunOptions options;
  options.count = shape.chains;
  options.seed = seed;
  options.film = true;
  const RunResult theirs = RunModel(*device, model, options), ours = RunModel(*golden, model, options);
  std::size_t compared = 0, wrong = 0;
  for (std::size_t stage = 0; stage < ours.film.size(); ++stage) {
    for (std::size_t i = 0; i < ours.film[stage].size(); ++i, ++compared) wrong += ours.film[stage][i] != theirs.film[stage][i];
  }
  const nlohmann::json answer = {{"device", device->url()}, {"seed", seed}, {"flips", theirs.flips}, {"bits_compared", compared},
                                 {"bits_wrong", wrong}, {"passed", wrong == 0 && compared > 0}};
  if (wrong != 0 || compared == 0) {
    if (context.json) context.Answer(answer, "");
    throw Error(Exit::kCheckFailed, std::to_string(wrong) + " of " + std::to_string(compared) + " bits differ from golden:", device->url(),
                "rerun with --seed " + std::to_string(seed));
  }
  context.Answer(answer, "passed: " + std::to_string(compared) + " bits after " + std::to_string(theirs.flips) + " flips equal golden:, seed " + std::to_string(seed));
}

}  // namespace

void AddSelftestCommand(CLI::App& app, Context& context) {
  struct Options {
    std::string device = "cpu:";
    std::uint64_t seed = 1;
    int sweeps = 20;
  };
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("selftest", "compare a device with the golden model, bit for bit, on random weights");
  command->add_option("--device", o->device, kDeviceHelp)->capture_default_str();
  command->add_option("--seed", o->seed, "of weights and noise")->capture_default_str();
  command->add_option("--sweeps", o->sweeps, "a layer")->capture_default_str()->check(CLI::Range(1, 100'000));
  AddJsonFlag(*command, context);
  command->callback([o, &context] { Selftest(o->device, o->seed, o->sweeps, context); });
}

}  // namespace tsu::tool
