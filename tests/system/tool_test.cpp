// SPDX-License-Identifier: Apache-2.0
// The tool as a process: answers, exit codes, one line for every failure, nothing half written.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/process.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/seed.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "verif/golden/whole_model.hpp"

namespace tsu::test {
namespace {

class Tool : public testing::Test {
 protected:
  void SetUp() override {
    SaveModel(model_, golden::RandomModel({16, 16, ParsePattern("G8"), 8, 2, 1}, Seed(), 6));
  }

  // Runs the tool; every failure must be one line that begins with its name.
  std::unique_ptr<Process> Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), ToolPath());
    auto process = std::make_unique<Process>(arguments);
    EXPECT_TRUE(process->Wait()) << arguments[1] << " hangs";
    return process;
  }
  void Fails(Exit exit, const std::vector<std::string>& arguments, const std::string& says = "") {
    const auto process = Run(arguments);
    std::string line;
    for (const auto& a : arguments) line += a + " ";
    EXPECT_EQ(process->code, static_cast<int>(exit)) << line << ": " << process->err;
    EXPECT_EQ(process->err.rfind("tsu: ", 0), 0u) << line << ": " << process->err;
    EXPECT_EQ(std::count(process->err.begin(), process->err.end(), '\n'), 1) << line << ": " << process->err;
    EXPECT_NE(process->err.find(says), std::string::npos) << process->err;
    EXPECT_EQ(process->out, "") << line;
  }

  Scratch scratch_;
  std::string model_ = scratch_ / "model.safetensors";
};

TEST_F(Tool, EveryCommandAnswersOneJsonObject) {
  const std::vector<std::string> commands[] = {
      {"info", "--device", "golden:", "--json"},
      {"info", model_, "--json"},
      {"selftest", "--device", "cpu:", "--sweeps", "3", "--json"},
      {"run", model_, "--device", "golden:", "--count", "3", "--json"},
      {"bench", "--device", "cpu:?threads=1", "--model", model_, "--rounds", "1", "--seconds", "0.01", "--json"},
  };
  for (const auto& command : commands) {
    const auto process = Run(command);
    EXPECT_EQ(process->code, 0) << command[0] << ": " << process->err;
    EXPECT_TRUE(nlohmann::json::parse(process->out, nullptr, false).is_object()) << command[0] << ": " << process->out;
  }
}

TEST_F(Tool, RunWritesEveryKindOfFile) {
  const auto process = Run({"run", model_, "--device", "golden:", "--count", "5", "--seed", "3", "--out", scratch_ / "a.png", "--out",
                            scratch_ / "a.idx", "--out", scratch_ / "a.idx.gz", "--out", scratch_ / "a.safetensors", "--film",
                            scratch_ / "film.png", "--json"});
  ASSERT_EQ(process->code, 0) << process->err;
  const auto answer = nlohmann::json::parse(process->out);
  for (const char* key : {"samples", "flips", "sweeps", "seconds", "flips_per_ns", "sample_sha256", "device", "noise"}) {
    EXPECT_TRUE(answer.contains(key)) << key;
  }
  const Idx plain = LoadIdx(scratch_ / "a.idx"), packed = LoadIdx(scratch_ / "a.idx.gz");
  EXPECT_EQ(plain.shape, (std::vector<std::uint32_t>{5, 1, 64}));
  EXPECT_EQ(plain.data, packed.data);
  Bytes bits(plain.data);
  for (auto& b : bits) b = b ? 1 : 0;
  EXPECT_EQ(answer["sample_sha256"], Sha256(bits)) << "documented order";
  EXPECT_EQ(scratch_.files(), 6u) << "model, four outputs, film, and nothing aside";
}

TEST_F(Tool, WrongCommandLines) {
  Fails(Exit::kUsage, {"no-such-command"});
  Fails(Exit::kUsage, {"run"});
  Fails(Exit::kUsage, {"run", model_, "--count", "-3"});
  Fails(Exit::kUsage, {"run", model_, "--device", "abacus:"}, "abacus");
  Fails(Exit::kUsage, {"run", model_, "--device", "golden"});
  Fails(Exit::kUsage, {"run", model_, "--out", scratch_ / "a.bmp"});
}

TEST_F(Tool, BrokenModels) {
  Fails(Exit::kBadInput, {"run", scratch_ / "absent"}, "absent");
  Fails(Exit::kBadInput, {"run", scratch_.Write("text", "this is no model at all, but long enough")});
  Fails(Exit::kBadInput, {"run", scratch_.Write("empty", "")});
  const Bytes whole = ReadFile(model_);
  Fails(Exit::kBadInput, {"run", scratch_.Write("cut", {whole.begin(), whole.end() - 9})}, "outside the file");
  std::string huge(whole.begin(), whole.end());
  const std::uint64_t claim = std::uint64_t{4} << 30;
  std::memcpy(huge.data(), &claim, 8);
  Fails(Exit::kBadInput, {"run", scratch_.Write("huge", huge)}, "claims");
}

TEST_F(Tool, DevicesThatAreNotThereOrDoNotFit) {
  Fails(Exit::kNoDevice, {"info", "--device", "uart:" + (scratch_ / "no-tty")});
  Fails(Exit::kNoDevice, {"run", model_, "--device", "uart:" + (scratch_ / "no-tty")});
  SaveModel(scratch_ / "wide", golden::RandomModel({16, 128, ParsePattern("G12"), 8, 1, 1}, Seed(), 2));
  Fails(Exit::kIncompatible, {"run", scratch_ / "wide", "--device", "sim:"}, "grid");
  Fails(Exit::kIncompatible, {"run", model_, "--device", "sim:"}, "pattern");
}

TEST_F(Tool, OutputsThatCannotBeWritten) {
  Fails(Exit::kOutput, {"run", model_, "--count", "1", "--out", scratch_ / "no/such/folder.png"});
  std::filesystem::create_symlink("/dev/full", scratch_ / "full.idx");
  Fails(Exit::kOutput, {"run", model_, "--count", "1", "--out", scratch_ / "full.idx"}, "space");
}

TEST_F(Tool, AnswersThatCannotBeWritten) {
  Process process({"/bin/sh", "-c", "exec " + ToolPath() + " info --json >/dev/full"});
  ASSERT_TRUE(process.Wait());
  EXPECT_EQ(process.code, static_cast<int>(Exit::kOutput)) << process.err;
  EXPECT_EQ(process.err.rfind("tsu: ", 0), 0u) << process.err;
}

TEST_F(Tool, OutputsAreRefusedBeforeTheWork) {
  SaveModel(model_, golden::RandomModel({64, 64, ParsePattern("G12"), 8, 2, 1}, Seed(), 100'000));
  Fails(Exit::kOutput, {"run", model_, "--out", scratch_ / "no/such/folder.png"});
  Fails(Exit::kOutput, {"run", model_, "--film", scratch_ / "no/such/folder.png"});
  Fails(Exit::kUsage, {"run", model_, "--film", scratch_ / "film.idx"}, ".png");
}

TEST_F(Tool, ASimulatedBoardIsServedUntilCtrlC) {
  Process process({ToolPath(), "serve-sim", "--link", scratch_ / "tty", "--json"});
  for (int i = 0; i < 300 && !std::filesystem::exists(scratch_ / "tty"); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const std::string device = "uart:" + (scratch_ / "tty") + "?baud=3000000&timeout=20000";
  const auto info = Run({"info", "--device", device, "--json"});
  EXPECT_EQ(info->code, 0) << info->err;
  EXPECT_EQ(nlohmann::json::parse(info->out, nullptr, false).value("pattern", ""), "G12") << info->out;
  Fails(Exit::kOutput, {"serve-sim", "--link", model_}, "link");
  process.Signal(SIGINT);
  ASSERT_TRUE(process.Wait(std::chrono::seconds(30)));
  EXPECT_EQ(process.code, 0) << process.err;
  const auto answer = nlohmann::json::parse(process.out, nullptr, false);
  EXPECT_EQ(answer.value("link", ""), scratch_ / "tty") << process.out;
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(scratch_ / "tty"))) << "the link goes with the board";
}

TEST_F(Tool, ADiskThatFillsUpLeavesNothing) {
  std::filesystem::create_directory(scratch_ / "small");
  if (mount("tmpfs", (scratch_ / "small").c_str(), "tmpfs", 0, "size=8k") != 0) {
    GTEST_SKIP() << "mounting a small tmpfs needs root";
  }
  Fails(Exit::kOutput, {"run", model_, "--count", "1000", "--out", scratch_ / "small/a.idx"}, "space");
  EXPECT_TRUE(std::filesystem::is_empty(scratch_ / "small"));
  umount((scratch_ / "small").c_str());
}

TEST_F(Tool, CtrlCEndsARunWithNothingWritten) {
  SaveModel(model_, golden::RandomModel({64, 64, ParsePattern("G12"), 8, 2, 1}, Seed(), 5000));
  for (const char* device : {"golden:", "sim:", "cpu:?threads=1"}) {
    Process process({ToolPath(), "run", model_, "--device", device, "--count", "3000", "--out", scratch_ / "a.png"});
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    process.Signal(SIGINT);
    ASSERT_TRUE(process.Wait(std::chrono::seconds(60))) << device << " does not end";
    EXPECT_EQ(process.code, static_cast<int>(Exit::kInterrupted)) << device << process.err;
    EXPECT_EQ(std::count(process.err.begin(), process.err.end(), '\n'), 1) << device << process.err;
    EXPECT_EQ(scratch_.files(), 1u) << device;
  }
}

TEST_F(Tool, CtrlCEndsATraining) {
  Bytes images(64 * 28 * 28);
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<std::uint8_t>(i * 97 % 251);
  SaveIdx(scratch_ / "train-images-idx3-ubyte", {{64, 28, 28}, images});
  Process process({ToolPath(), "train", "--data", scratch_ / "", "--out", scratch_ / "trained.safetensors", "--epochs", "100000"});
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  process.Signal(SIGINT);
  ASSERT_TRUE(process.Wait(std::chrono::seconds(60)));
  EXPECT_EQ(process.code, static_cast<int>(Exit::kInterrupted)) << process.err;
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "trained.safetensors"));
}

TEST_F(Tool, DataThatIsNotThere) {
  Fails(Exit::kBadInput, {"train", "--data", scratch_ / "nowhere", "--out", scratch_ / "x"}, "nowhere");
  Fails(Exit::kBadInput, {"eval", model_, "--data", scratch_ / "nowhere"}, "nowhere");
  Fails(Exit::kBadInput, {"train", "--data", scratch_ / "", "--out", scratch_ / "x"}, "train-images");
}

TEST_F(Tool, DiagnoseAndDemoAnswerAndDraw) {
  SaveModel(model_, golden::RandomModel({16, 16, ParsePattern("G8"), 8, 2, 1}, Seed(), 20));
  const auto diagnose = Run({"diagnose", model_, "--chains", "4", "--conditionings", "2", "--projections", "3", "--sweeps", "10,40", "--out",
                             scratch_ / "rhat.png", "--json"});
  ASSERT_EQ(diagnose->code, 0) << diagnose->err;
  const auto layers = nlohmann::json::parse(diagnose->out).at("layers");
  EXPECT_EQ(layers.size(), 2u);
  EXPECT_GE(layers[1].at("mixing")[0].at("rhat").at("max"), layers[1].at("mixing")[0].at("rhat").at("mean"));
  const auto demo = Run({"demo", "double-well", "--chains", "32", "--rounds", "4", "--out", scratch_ / "wells.png", "--json"});
  ASSERT_EQ(demo->code, 0) << demo->err;
  EXPECT_EQ(nlohmann::json::parse(demo->out).at("stuck").at("face"), 0.5);
  for (const char* picture : {"rhat.png", "wells.png"}) EXPECT_EQ(ReadFile(scratch_ / picture).at(1), 'P') << picture;
}

TEST_F(Tool, DiagnoseAndDemoRefuse) {
  for (const char* sweeps : {"10,rubbish", "0", "5000", "-1"}) Fails(Exit::kUsage, {"diagnose", model_, "--sweeps", sweeps}, "--sweeps");
  Fails(Exit::kUsage, {"diagnose", model_, "--chains", "0"}, "--chains");
  Fails(Exit::kUsage, {"diagnose", model_, "--conditionings", "1"}, "--conditionings");
  Fails(Exit::kUsage, {"diagnose", model_, "--out", scratch_ / "a.bmp"}, ".png");
  SaveModel(scratch_ / "short", golden::RandomModel({16, 16, ParsePattern("G8"), 8, 1, 1}, Seed(), 2));
  Fails(Exit::kUsage, {"diagnose", scratch_ / "short"}, "too few sweeps");
  Fails(Exit::kBadInput, {"diagnose", scratch_ / "absent"}, "absent");
  Fails(Exit::kBadInput, {"diagnose", model_, "--data", scratch_ / "nowhere"}, "nowhere");
  Fails(Exit::kOutput, {"diagnose", model_, "--out", scratch_ / "no/such/a.png"});
  Fails(Exit::kUsage, {"demo"});
  Fails(Exit::kUsage, {"demo", "double-well", "--chains", "0"}, "--chains");
  Fails(Exit::kUsage, {"demo", "double-well", "--out", scratch_ / "a.bmp"}, ".png");
  Fails(Exit::kOutput, {"demo", "double-well", "--out", scratch_ / "no/such/a.png"});
}

}  // namespace
}  // namespace tsu::test
