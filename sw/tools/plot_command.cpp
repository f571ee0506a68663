// SPDX-License-Identifier: Apache-2.0
// `tsu plot`: log of a training -> learning curves.
#include <fmt/format.h>

#include <memory>
#include <set>

#include "commands.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "tsu/train_log.hpp"

namespace tsu::tool {
namespace {

void Plot(const std::string& log, const std::string& out, const Context& context) {
  if (!out.ends_with(".png")) throw Error(Exit::kUsage, "unknown kind of picture", out, "end it in .png");
  CheckOutputs({out}, {log});
  const std::vector<TrainLine> lines = LoadLog(log);
  if (lines.empty()) throw Error(Exit::kBadInput, "no line in this log yet", log, "a training writes one every quarter epoch");
  const Sheet sheet = LearningCurves(lines);
  SavePng(out, sheet.width, sheet.height, sheet.pixels);
  std::set<int> passes;
  for (const TrainLine& line : lines) passes.insert(line.pass);
  context.Answer({{"picture", out}, {"lines", lines.size()}, {"passes", passes.size()}},
                 fmt::format("{}: {} lines of {} passes", out, lines.size(), passes.size()));
}

}  // namespace

void AddPlotCommand(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("plot", "learning curves of a training");
  auto log = std::make_shared<std::string>(), out = std::make_shared<std::string>();
  AddName(*command, "log", *log, "LOG", "what tsu train --log has written")->required();
  AddName(*command, "--out", *out, "FILE", "picture (.png)")->required();
  command->footer("Example: tsu plot my.safetensors.log.jsonl --out curves.png");
  AddJsonFlag(*command, context);
  command->callback([log, out, &context] { Plot(*log, *out, context); });
}

}  // namespace tsu::tool
