// SPDX-License-Identifier: Apache-2.0
// The one tool: parses the command line, runs one command, turns every failure into one line and an exit code.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iostream>

#include "commands.hpp"
#include "tsu/cpu.hpp"
#include "tsu/error.hpp"
#include "tsu/interrupt.hpp"
#include "tsu/uart.hpp"
#include "verif/devices/devices.hpp"

namespace {

void RegisterDevices() {
  tsu::RegisterCpuDevice();
  tsu::RegisterGoldenDevice();
  tsu::RegisterSimDevice();
  tsu::RegisterUartDevice();
}

int Fail(tsu::Exit exit, std::string line) {
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::cerr << "tsu: " << line << "\n";
  return static_cast<int>(exit);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace tsu::tool;
  spdlog::set_default_logger(spdlog::stderr_color_mt("tsu"));
  spdlog::set_level(spdlog::level::warn);
  tsu::CatchInterrupts();
  RegisterDevices();

  Context context;
  for (int i = 0; i < argc; ++i) context.command_line += (i ? " " : "") + std::string(argv[i]);
  CLI::App app{"Trains, loads and runs denoising thermodynamic models on a simulated or real sampling unit", "tsu"};
  app.require_subcommand(1);
  app.add_flag_callback("-v,--verbose", [] { spdlog::set_level(spdlog::level::debug); }, "log what happens, on standard error");
  AddInfoCommand(app, context);
  AddSelftestCommand(app, context);
  AddRunCommand(app, context);
  AddBenchCommand(app, context);
  AddTrainCommand(app, context);
  AddEvalCommand(app, context);
  AddDiagnoseCommand(app, context);
  AddDemoCommand(app, context);
  AddServeSimCommand(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);  // --help
    return Fail(tsu::Exit::kUsage, std::string(e.what()) + " (see tsu --help)");
  } catch (const tsu::Error& e) {
    return Fail(e.exit(), e.what());
  } catch (const std::bad_alloc&) {
    return Fail(tsu::Exit::kUsage, "not enough memory for this job (ask for less at once)");
  } catch (const std::exception& e) {
    return Fail(tsu::Exit::kInternal, std::string("internal error: ") + e.what() + " (please report it)");
  }
  return static_cast<int>(tsu::Exit::kOk);
}
