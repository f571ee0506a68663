// SPDX-License-Identifier: Apache-2.0
// Trainings of the tool, small ones, alone or under mpirun; what two of them have in common.
#pragma once

#include <cstdlib>
#include <random>
#include <sstream>

#include "tests/support/tool.hpp"
#include "tsu/train_log.hpp"

namespace tsu::test {

// Open MPI's starter; empty where there is none.
inline std::string Mpirun() {
  std::istringstream path(std::getenv("PATH") ? std::getenv("PATH") : "");
  for (std::string folder; std::getline(path, folder, ':');)
    if (access((folder + "/mpirun").c_str(), X_OK) == 0) return folder + "/mpirun";
  return "";
}

class Trainings : public Tool {
 protected:
  void SetUp() override {
    // As root in a container, and with more ranks than cores.
    for (const char* allow : {"OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"}) setenv(allow, "1", 1);
    std::mt19937_64 r(Seed());
    Bytes images(kImages * 64);
    for (std::size_t i = 0; i < kImages; ++i) {
      const std::uint64_t kind = r() % 4;
      for (std::size_t p = 0; p < 64; ++p) images[64 * i + p] = (p % 8 < 2 * kind + 2) != (r() % 16 == 0) ? 255 : 0;
    }
    SaveIdx(scratch_ / "train-images-idx3-ubyte", {{kImages, 8, 8}, images});
  }

  // Two layers; a twelfth of the images is held out, so that epochs are chosen.
  std::vector<std::string> Small(const std::string& out, const std::string& epochs, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"train", "--data", scratch_ / "", "--out", scratch_ / out, "--rows", "16", "--cols", "16",
                                          "--pattern", "G8", "--steps", "2", "--epochs", epochs, "--sweeps", "40", "--clamped-sweeps", "30", "--batch", "320",
                                          "--seed", std::to_string(Seed())};
    for (std::size_t k = 0; k < more.size(); k += 2) {  // another value of an option, or another option
      const auto known = std::find(arguments.begin(), arguments.end(), more[k]);
      if (known != arguments.end()) *std::next(known) = more[k + 1];
      else arguments.insert(arguments.end(), {more[k], more[k + 1]});
    }
    return arguments;
  }

  // The same command on so many ranks; 0: without mpirun.
  std::unique_ptr<Process> StartOn(int ranks, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), ToolPath());
    if (ranks > 0) {
      const std::vector<std::string> starter = {Mpirun(), "-q", "--oversubscribe", "-n", std::to_string(ranks)};
      arguments.insert(arguments.begin(), starter.begin(), starter.end());
    }
    return std::make_unique<Process>(arguments);
  }
  std::unique_ptr<Process> RunOn(int ranks, std::vector<std::string> arguments) {
    auto process = StartOn(ranks, std::move(arguments));
    EXPECT_TRUE(process->Wait(std::chrono::seconds(300))) << ranks << " ranks hang";
    return process;
  }

  // What of a log does not depend on time.
  std::vector<std::string> Log(const std::string& out) {
    std::vector<std::string> lines;
    for (TrainLine line : LoadLog(scratch_ / (out + ".log.jsonl"))) {
      line.seconds = line.flips_per_ns = 0;
      lines.push_back(LogLine(line));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  static constexpr std::uint32_t kImages = 3200;
};

// Lines of a text that the tool has said.
inline int Said(const std::string& text) {
  int lines = 0;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines += line.rfind("tsu: ", 0) == 0;
  return lines;
}

#define TSU_NEEDS_MPI() \
  if (Mpirun().empty()) GTEST_SKIP() << "no mpirun here: install openmpi-bin and libopenmpi-dev, build again"; \
  if (RunOn(2, {"train"})->err.find("without MPI") != std::string::npos) GTEST_SKIP() << "this tsu was built without MPI"

}  // namespace tsu::test
