// SPDX-License-Identifier: Apache-2.0
// tsu serve-sim: the Verilated FPGA top behind a pseudo-terminal; other programs open it like any serial port.
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "commands.hpp"
#include "tsu/interrupt.hpp"
#include "verif/board/pty_board.hpp"

namespace tsu::tool {
namespace {

void Serve(const std::string& link, const Context& context) {
  std::atomic<bool> stop = false;
  // The signal sets a flag of its own; the board reads this one between bursts.
  const std::jthread watch([&stop](std::stop_token done) {
    while (!done.stop_requested() && !Interrupted()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop = true;
  });
  verif::ServeOptions options;
  options.link = link;
  options.stop = &stop;
  options.ready = [&](const std::string& path) {
    const std::string url = "uart:" + path + "?baud=" + std::to_string(verif::kBoardBaud) + "&timeout=20000";
    context.Answer({{"path", path}, {"link", link}, {"baud", verif::kBoardBaud}, {"device", url}},
                   path + "\nopen it with --device '" + url + "'; Ctrl-C ends it");
  };
  verif::ServeSim(options);
}

}  // namespace

void AddServeSimCommand(CLI::App& app, Context& context) {
  auto link = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("serve-sim", "serve a simulated board on a pseudo-terminal until Ctrl-C");
  AddName(*command, "--link", *link, "PATH", "also make a symbolic link to the terminal here, for as long as it serves");
  command->footer("Example: tsu serve-sim --link board\n         tsu run MODEL --device 'uart:board?baud=3000000&timeout=20000'   (in another terminal)");
  AddJsonFlag(*command, context);
  command->callback([link, &context] { Serve(*link, context); });
}

}  // namespace tsu::tool
