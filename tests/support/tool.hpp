// SPDX-License-Identifier: Apache-2.0
// The tool as a process, for tests: a small model, a folder of its own, and what every failure must look like.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/seed.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "verif/golden/whole_model.hpp"

namespace tsu::test {

class Tool : public testing::Test {
 protected:
  void SetUp() override {
    SaveModel(model_, golden::RandomModel({16, 16, ParsePattern("G8"), 8, 2, 1}, Seed(), 6));
  }

  // Runs the tool; every failure must be one line that begins with its name.
  std::unique_ptr<Process> Run(std::vector<std::string> arguments) {
    const std::string command = arguments[0];
    auto process = Start(std::move(arguments));
    EXPECT_TRUE(process->Wait()) << command << " hangs";
    return process;
  }
  // The same, still at work.
  std::unique_ptr<Process> Start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), ToolPath());
    return std::make_unique<Process>(arguments);
  }
  void Fails(Exit exit, const std::vector<std::string>& arguments, const std::string& says = "") {
    std::string line;
    for (const auto& a : arguments) line += a + " ";
    Failed(exit, *Run(arguments), says, line);
  }
  // The same of a shell command, in which $TSU is the tool.
  void FailsInShell(Exit exit, const std::string& command, const std::string& says = "") {
    Process process({"/bin/sh", "-c", "TSU=" + ToolPath() + "; " + command});
    EXPECT_TRUE(process.Wait()) << command << " hangs";
    Failed(exit, process, says, command);
  }
  void Failed(Exit exit, const Process& process, const std::string& says, const std::string& line) {
    EXPECT_EQ(process.code, static_cast<int>(exit)) << line << ": " << process.err;
    EXPECT_EQ(process.err.rfind("tsu: ", 0), 0u) << line << ": " << process.err;
    const auto controls = std::count_if(process.err.begin(), process.err.end(), [](unsigned char c) { return c < ' ' || c == 127; });
    EXPECT_TRUE(controls == 1 && process.err.back() == '\n') << "one line, for any terminal: " << line << ": " << process.err;
    EXPECT_LT(process.err.size(), 1000u) << line;
    EXPECT_NE(process.err.find(says), std::string::npos) << line << ": " << process.err;
    EXPECT_EQ(process.out, "") << line;
  }
  // Arguments of a training that takes no time, on images of 8 x 8.
  std::vector<std::string> Training(const std::vector<std::string>& more, const std::string& epochs = "1") {
    SaveIdx(scratch_ / "train-images-idx3-ubyte", {{64, 8, 8}, Bytes(64 * 64, 255)});
    std::vector<std::string> arguments = {"train", "--data", scratch_ / "", "--rows", "8", "--cols", "8", "--steps", "1",
                                          "--epochs", epochs, "--sweeps", "8", "--batch", "64"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  Scratch scratch_;
  std::string model_ = scratch_ / "model.safetensors";
};

}  // namespace tsu::test
