// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "commands.hpp"
#include "tsu/error.hpp"
#include "tsu/job.hpp"

namespace tsu::tool {
namespace {

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

const char* const kDeviceHelp =
    "where to sample: cpu:  cpu:?threads=N  golden:  sim:  sim:?build=1tile  uart:/dev/ttyUSB1?baud=1000000";

void Context::Answer(const nlohmann::json& object, const std::string& text) const {
  // A path on the command line need not be UTF-8; JSON must be.
  std::cout << (json ? object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) : text) << std::endl;
  if (!std::cout) throw Error(Exit::kOutput, "cannot write", "standard output", "disk full or pipe closed");
}

void AddJsonFlag(CLI::App& command, Context& context) {
  command.add_flag("--json", context.json, "print one JSON object on standard output and nothing else there");
}

Progress::Progress(std::string what)
    : what_(std::move(what)), terminal_(isatty(2)), lines_(!terminal_ && JobSize() > 1 && JobRank() == 0), start_(Now()) {}

Progress::~Progress() {
  if (shown_) std::fputc('\n', stderr);
}

void Progress::Show(double done, const std::string& detail) {
  constexpr double kLinesEvery = 30, kBarEvery = 0.2;
  const double now = Now();
  if (first_ < 0) {
    first_ = done;
    last_ = lines_ ? now : last_;
  }
  if (!terminal_ && !lines_) return;
  if (now - last_ < (lines_ ? kLinesEvery : kBarEvery) && (lines_ || done < 1)) return;
  last_ = now;
  const double left = done > first_ ? (now - start_) * (1 - done) / (done - first_) : 0;
  if (lines_) {
    std::fprintf(stderr, "%s: %.0f %%, %.0f s left, %s\n", what_.c_str(), 100 * done, left, detail.c_str());
    return;
  }
  shown_ = true;
  const int filled = static_cast<int>(done * 30);
  std::fprintf(stderr, "\r%s [%.*s%*s] %3.0f %%, %.0f s left %s\033[K", what_.c_str(), filled,
               "##############################", 30 - filled, "", 100 * done, left, detail.c_str());
  std::fflush(stderr);
}

std::string CpuName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

}  // namespace tsu::tool
