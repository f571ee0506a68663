// SPDX-License-Identifier: Apache-2.0
// The one tool: parses the command line, runs one command, turns every failure into one line and an exit code.
#include <fcntl.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iostream>

#include "commands.hpp"
#include "tsu/cpu.hpp"
#include "tsu/error.hpp"
#include "tsu/interrupt.hpp"
#include "tsu/job.hpp"
#include "tsu/uart.hpp"
#include "verif/devices/devices.hpp"

namespace {

void RegisterDevices() {
  tsu::RegisterCpuDevice();
  tsu::RegisterGoldenDevice();
  tsu::RegisterSimDevice();
  tsu::RegisterUartDevice();
}

// One line: names and texts of strangers come here, terminals obey control characters. `everywhere`: see tsu/job.hpp.
int Fail(tsu::Exit exit, std::string line, bool everywhere = false) {
  std::replace_if(line.begin(), line.end(), [](unsigned char c) { return c < ' ' || c == 127; }, '?');
  if (tsu::Speaks(everywhere)) std::cerr << "tsu: " + line + "\n";
  return tsu::Leave(exit, everywhere);
}

// A closed pipe and a file size limit are errors of writing like any other. No file or port that is opened later may get the
// number of a closed standard stream: what is meant for the user would go there.
void KeepStandardStreams() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  while (true) {
    const int fd = open("/dev/null", O_RDONLY);  // writing to it fails, as to a closed stream
    if (fd < 0 || fd > 2) {
      if (fd > 2) close(fd);
      return;
    }
  }
}

int Help(const CLI::App& app, const CLI::ParseError& request) {
  app.exit(request);
  std::cout.flush();
  return std::cout ? 0 : Fail(tsu::Exit::kOutput, "cannot write: standard output (disk full or pipe closed)");
}

int RefuseCommandLine(const CLI::App& app, const CLI::ParseError& error) {
  const auto commands = app.get_subcommands();
  const auto rest = app.remaining();
  const std::string what = commands.empty() && !rest.empty() ? "no such command: '" + rest.front() + "'" : error.what();
  return Fail(tsu::Exit::kUsage, what + " (see tsu " + (commands.empty() ? "" : commands.front()->get_name() + " ") + "--help)", true);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace tsu::tool;
  KeepStandardStreams();
  spdlog::set_default_logger(spdlog::stderr_color_mt("tsu"));
  spdlog::set_level(spdlog::level::warn);
  tsu::CatchInterrupts();
  RegisterDevices();

  Context context;
  CLI::App app{"Trains, loads and runs denoising thermodynamic models on a simulated or real sampling unit", "tsu"};
  app.require_subcommand(1);
  app.footer("Start with: tsu run sw/models/fashion-g12.safetensors --out sheet.png\n"
             "Options of a command: tsu COMMAND --help. Exit codes and file formats: sw/README.md.");
  app.add_flag_callback("-v,--verbose", [] { spdlog::set_level(spdlog::level::debug); }, "log what happens, on standard error");
  AddInfoCommand(app, context);
  AddSelftestCommand(app, context);
  AddRunCommand(app, context);
  AddBenchCommand(app, context);
  AddTrainCommand(app, context);
  AddPlotCommand(app, context);
  AddEvalCommand(app, context);
  AddDiagnoseCommand(app, context);
  AddDemoCommand(app, context);
  AddEntropyCommand(app, context);
  AddServeSimCommand(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return Help(app, e);
    return RefuseCommandLine(app, e);
  } catch (const tsu::Error& e) {
    return Fail(e.exit(), e.what());
  } catch (const std::bad_alloc&) {
    return Fail(tsu::Exit::kUsage, "not enough memory for this job: this machine (ask for less at once)");
  } catch (const std::exception& e) {
    return Fail(tsu::Exit::kInternal, std::string("internal error: ") + e.what() + " (please report it)");
  }
  return tsu::Leave(tsu::Exit::kOk);
}
