// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <thread>

#include "tests/support/process.hpp"

namespace tsu::test {

// `tsu serve-sim` as a user runs it: a simulated board behind a pseudo-terminal, while in scope.
class Board {
 public:
  Board() : link_((std::filesystem::temp_directory_path() / ("tsu-tty-" + std::to_string(getpid()))).string()),
            server_({ToolPath(), "serve-sim", "--link", link_}) {
    for (int i = 0; i < 300 && !std::filesystem::exists(link_); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
  ~Board() {
    server_.Signal(SIGTERM);
    server_.Wait(std::chrono::seconds(10));
  }
  std::string url() const { return "uart:" + link_ + "?baud=3000000&timeout=20000"; }

 private:
  std::string link_;
  Process server_;
};

}  // namespace tsu::test
