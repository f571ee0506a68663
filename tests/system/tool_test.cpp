// SPDX-License-Identifier: Apache-2.0
// The tool as a process: answers, exit codes, one line for every failure, nothing half written.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

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
  Fails(Exit::kUsage, {"no-such-command"}, "no-such-command");
  Fails(Exit::kUsage, {"run"});
  Fails(Exit::kUsage, {"run", model_, "--count", "-3"});
  Fails(Exit::kUsage, {"run", model_, "--device", "abacus:"}, "abacus");
  Fails(Exit::kUsage, {"run", model_, "--device", "golden"});
  Fails(Exit::kUsage, {"run", model_, "--out", scratch_ / "a.bmp"});
  Fails(Exit::kUsage, {"run", model_, "--out", scratch_ / "a.png", scratch_ / "b.safetensors"}, "not expected");
  Fails(Exit::kUsage, {"run", model_, "--film", ""}, "empty");
  Fails(Exit::kUsage, {"info", model_, "--device", "cpu:"}, "exclude");
  Fails(Exit::kUsage, Training({"--out", scratch_ / "x", "--pattern", "127,0"}), "grid");
}

TEST_F(Tool, NumbersOutOfRange) {
  for (const char* seed : {"-1", "18446744073709551616", "1.5", "", "0x10", "x"}) Fails(Exit::kUsage, {"run", model_, "--seed", seed}, "--seed");
  for (const char* count : {"0", "-1", "1e12", "2000000000"}) {
    Fails(Exit::kUsage, {"run", model_, "--count", count}, "--count");
    Fails(Exit::kUsage, {"eval", model_, "--data", scratch_ / "", "--count", count}, "--count");
  }
  Fails(Exit::kUsage, {"bench", "--seconds", "nan"}, "--seconds");
  for (const char* option : {"--rows=0", "--rows=2000", "--cols=7", "--cols=4000", "--epochs=-1", "--epochs=2147483647", "--steps=0",
                             "--sweeps=2000000", "--batch=63", "--batch=65", "--rate=nan", "--rate=inf", "--rate=-1", "--rate=1e300",
                             "--threads=-1", "--threads=1000000000", "--weight-bits=11"}) {
    Fails(Exit::kUsage, {"train", "--data", Training({})[2], "--out", scratch_ / "x", option});
  }
  EXPECT_EQ(scratch_.files(), 2u) << "model and images: nothing was begun";
}

TEST_F(Tool, WrongDeviceUrls) {
  for (const char* url : {"cpu:?thread=2", "cpu:x", "cpu:?threads=1e9", "cpu:?threads=1025", "cpu:?threads=2&threads=3", "golden:?lanes= 4",
                          "golden:?lanes=+4", "golden:?groups=3", "golden:?lanes=4&groups=65536", "sim:?build=zzz", "sim:x", "uart:",
                          "uart:/dev/null?baud=0", "uart:/dev/null?speed=9"}) {
    Fails(Exit::kUsage, {"info", "--device", url}, url);
  }
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
  Fails(Exit::kBadInput, {"info", scratch_ / "\033[31mred\r\n"}, "red");
}

TEST_F(Tool, InputsThatAreNoFiles) {
  ASSERT_EQ(mkfifo((scratch_ / "pipe").c_str(), 0600), 0);
  Fails(Exit::kBadInput, {"info", scratch_ / "pipe"}, "plain file");
  Fails(Exit::kBadInput, {"info", "/dev/zero"}, "plain file");
  Fails(Exit::kBadInput, {"info", scratch_ / ""}, "folder");
  std::filesystem::create_symlink("pipe", scratch_ / "train-images-idx3-ubyte");
  Fails(Exit::kBadInput, {"train", "--data", scratch_ / "", "--out", scratch_ / "x"}, "plain file");
}

TEST_F(Tool, WhatBelongsToOthers) {
  if (geteuid() != 0) GTEST_SKIP() << "becoming somebody else needs root";
  const std::string nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups ";
  std::filesystem::permissions(scratch_ / "", std::filesystem::perms::all);
  std::filesystem::permissions(model_, std::filesystem::perms::owner_all);
  FailsInShell(Exit::kBusy, nobody + "$TSU info " + model_, "permission");
  const std::string kept = scratch_.Write("kept.png", "old");
  std::filesystem::permissions(model_, std::filesystem::perms::all);
  std::filesystem::permissions(kept, std::filesystem::perms::owner_read | std::filesystem::perms::others_read);
  FailsInShell(Exit::kOutput, nobody + "$TSU run " + model_ + " --count 1 --out " + kept, "permission");
  EXPECT_EQ(ReadFile(kept), (Bytes{'o', 'l', 'd'}));
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
  FailsInShell(Exit::kOutput, "exec $TSU info --json >/dev/full");
  FailsInShell(Exit::kOutput, "exec $TSU --help >/dev/full");
  FailsInShell(Exit::kOutput, "exec $TSU info >&-");
  FailsInShell(Exit::kOutput, "mkfifo " + (scratch_ / "closed") + "; (sleep 1; exec $TSU info) >" + (scratch_ / "closed") + " & exec 3<" +
                                  (scratch_ / "closed") + "; exec 3<&-; wait $!");
  FailsInShell(Exit::kOutput, "ulimit -f 1; exec $TSU run " + model_ + " --count 1000 --out " + (scratch_ / "long.idx"), "large");
}

TEST_F(Tool, NothingTakesTheNumberOfAClosedStream) {
  FailsInShell(Exit::kOutput, "timeout 20 $TSU serve-sim >&-", "standard output");  // not to the board's terminal
  Process process({"/bin/sh", "-c", ToolPath() + " run " + model_ + " --count 2 --out " + (scratch_ / "a.idx") + " <&- >&- 2>&-"});
  ASSERT_TRUE(process.Wait());
  EXPECT_EQ(process.code, static_cast<int>(Exit::kOutput)) << "the answer went nowhere";
  EXPECT_EQ(LoadIdx(scratch_ / "a.idx").data.size(), 2u * 64);
}

TEST_F(Tool, NoOutputReplacesAnInputOrAnotherOutput) {
  const Bytes whole = ReadFile(model_);
  std::filesystem::create_symlink(model_, scratch_ / "link.safetensors");
  for (const std::string& out : {model_, scratch_ / "./model.safetensors", scratch_ / "link.safetensors"}) {
    Fails(Exit::kUsage, {"run", model_, "--count", "1", "--out", out}, "input");
  }
  EXPECT_EQ(ReadFile(model_), whole);
  Fails(Exit::kUsage, {"run", model_, "--out", scratch_ / "a.png", "--out", scratch_ / "./a.png"}, "two outputs");
  Fails(Exit::kUsage, {"run", model_, "--out", scratch_ / "a.png", "--film", scratch_ / "a.png"}, "two outputs");
  Fails(Exit::kUsage, Training({"--out", scratch_ / "train-images-idx3-ubyte"}), "input");
  Fails(Exit::kUsage, Training({"--out", scratch_ / "x", "--checkpoint", scratch_ / "x"}), "two outputs");
  Fails(Exit::kOutput, Training({"--out", scratch_ / "x", "--checkpoint", scratch_ / "no/x"}, "1000000"), "folder");
}

TEST_F(Tool, NoThreadsToBeHad) {
  // The stack of every new thread is larger than what is left.
  Process process({"/bin/sh", "-c", "ulimit -s 1000000; ulimit -v 900000; exec " + ToolPath() + " run " + model_ +
                                        " --count 3000 --device 'cpu:?threads=64'"});
  ASSERT_TRUE(process.Wait());
  EXPECT_EQ(process.code, 0) << process.err;
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
  std::filesystem::create_symlink(model_, scratch_ / "mine");
  Fails(Exit::kOutput, {"serve-sim", "--link", scratch_ / "mine"}, "link");
  process.Signal(SIGINT);
  ASSERT_TRUE(process.Wait(std::chrono::seconds(30)));
  EXPECT_EQ(process.code, 0) << process.err;
  const auto answer = nlohmann::json::parse(process.out, nullptr, false);
  EXPECT_EQ(answer.value("link", ""), scratch_ / "tty") << process.out;
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(scratch_ / "tty"))) << "the link goes with the board";
}

TEST_F(Tool, ABoardTakesALeftOverLinkAndRemovesNothingElse) {
  const std::string link = scratch_ / "tty";
  std::filesystem::create_symlink("/dev/pts/99999", link);
  Process process({ToolPath(), "serve-sim", "--link", link});
  for (int i = 0; i < 300 && !std::filesystem::exists(link); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  ASSERT_TRUE(std::filesystem::exists(link)) << "replaces what a killed server left";
  std::filesystem::remove(link);
  scratch_.Write("tty", "somebody's file");
  process.Signal(SIGTERM);
  ASSERT_TRUE(process.Wait(std::chrono::seconds(30)));
  EXPECT_EQ(process.code, 0) << process.err;
  EXPECT_TRUE(std::filesystem::exists(link));
}

TEST_F(Tool, CtrlCEndsAWaitForABoardThatIsSilent) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  ASSERT_TRUE(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  Process process({ToolPath(), "info", "--device", std::string("uart:") + ptsname(master) + "?timeout=600000"});
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  process.Signal(SIGINT);
  EXPECT_TRUE(process.Wait(std::chrono::seconds(10)));
  EXPECT_EQ(process.code, static_cast<int>(Exit::kInterrupted)) << process.err;
  close(master);
}

TEST_F(Tool, CtrlCEndsAComparison) {
  for (const char* name : {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"}) SaveIdx(scratch_ / name, {{60000, 8, 8}, Bytes(60000 * 64)});
  Process process({ToolPath(), "eval", scratch_ / "train-images-idx3-ubyte", "--data", scratch_ / "", "--threads", "1"});
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  process.Signal(SIGINT);
  EXPECT_TRUE(process.Wait(std::chrono::seconds(60)));
  EXPECT_EQ(process.code, static_cast<int>(Exit::kInterrupted)) << process.err;
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

TEST_F(Tool, ADiskThatFillsUpKeepsTheOldCheckpoint) {
  const std::string small = scratch_ / "small", state = small + "/state";
  std::filesystem::create_directory(small);
  if (mount("tmpfs", small.c_str(), "tmpfs", 0, "size=8k") != 0) GTEST_SKIP() << "mounting a small tmpfs needs root";
  const std::shared_ptr<void> mounted(nullptr, [&](void*) { umount(small.c_str()); });
  std::vector<std::string> arguments = Training({"--out", scratch_ / "x", "--checkpoint", state}, "1000000");
  std::vector<std::string> all = arguments;
  all.insert(all.begin(), ToolPath());
  Process process(all);
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));
  process.Signal(SIGINT);
  ASSERT_TRUE(process.Wait());
  const Bytes saved = ReadFile(state);
  ASSERT_GT(saved.size(), 4096u) << "half the disk and more: no room for two";
  Fails(Exit::kOutput, arguments, "space");
  EXPECT_EQ(ReadFile(state), saved);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(small), {}), 1) << "nothing aside";
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

TEST_F(Tool, AClosedTerminalEndsATrainingWhoseStateIsKept) {
  const auto arguments = Training({"--out", scratch_ / "x"}, "1000000");
  std::vector<std::string> all = {ToolPath()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  Process process(all);
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));
  process.Signal(SIGHUP);
  ASSERT_TRUE(process.Wait(std::chrono::seconds(60)));
  EXPECT_EQ(process.code, static_cast<int>(Exit::kInterrupted)) << process.err;
  EXPECT_TRUE(std::filesystem::exists(scratch_ / "x.checkpoint"));
}

TEST_F(Tool, ImagesOfAnotherSize) {
  SaveIdx(scratch_ / "train-images-idx3-ubyte", {{64, 8, 8}, Bytes(64 * 64)});
  SaveIdx(scratch_ / "t10k-images-idx3-ubyte", {{64, 8, 8}, Bytes(64 * 64)});
  SaveIdx(scratch_ / "flat.idx", {{64, 4, 16}, Bytes(64 * 64)});
  Fails(Exit::kBadInput, {"eval", scratch_ / "flat.idx", "--data", scratch_ / ""}, "4 x 16");
  Fails(Exit::kBadInput, {"eval", model_, "--data", scratch_ / ""}, "1 x 64");
  SaveIdx(scratch_ / "t10k-images-idx3-ubyte", {{64, 4, 4}, Bytes(64 * 16)});
  Fails(Exit::kBadInput, {"eval", scratch_ / "flat.idx", "--data", scratch_ / ""}, "8 x 8");
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
