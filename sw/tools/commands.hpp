// SPDX-License-Identifier: Apache-2.0
// What the commands of `tsu` share. Each command lives in its own file and adds itself to the parser.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>

namespace tsu::tool {

struct Context {
  std::string command_line;  // as typed, for records
  bool json = false;         // print one JSON object on standard output and nothing else there

  // Prints the answer: the object when --json was given, else the text.
  void Answer(const nlohmann::json& object, const std::string& text) const;
};

// Adds `--json`, common to all commands.
void AddJsonFlag(CLI::App& command, Context& context);

// One line on standard error that rewrites itself; silent unless standard error is a terminal.
class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();  // ends the line
  void Show(double done, const std::string& detail = "");

 private:
  std::string what_;
  bool terminal_, shown_ = false;
  double start_, last_ = -1;
};

// Help text for --device.
extern const char* const kDeviceHelp;

// Name of this machine's processor, for figures.
std::string CpuName();

void AddInfoCommand(CLI::App& app, Context& context);
void AddSelftestCommand(CLI::App& app, Context& context);
void AddRunCommand(CLI::App& app, Context& context);
void AddBenchCommand(CLI::App& app, Context& context);
void AddServeSimCommand(CLI::App& app, Context& context);
void AddTrainCommand(CLI::App& app, Context& context);
void AddEvalCommand(CLI::App& app, Context& context);
void AddDiagnoseCommand(CLI::App& app, Context& context);
void AddDemoCommand(CLI::App& app, Context& context);

}  // namespace tsu::tool
