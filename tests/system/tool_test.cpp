// SPDX-License-Identifier: Apache-2.0
// The tool as a process: answers, outputs whole or absent, interrupts, the simulated board it serves.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/small_disk.hpp"
#include "tests/support/tool.hpp"

namespace tsu::test {
namespace {

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
  Fails(Exit::kUsage, Training({"--out", scratch_ / "x.0", "--checkpoint", scratch_ / "x"}), "two outputs");
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
  const SmallDisk disk(scratch_ / "small");
  TSU_NEEDS_DISK(disk);
  Fails(Exit::kOutput, {"run", model_, "--count", "1000", "--out", disk / "a.idx"}, "space");
  EXPECT_TRUE(std::filesystem::is_empty(disk / ""));
}

TEST_F(Tool, ADiskThatFillsUpKeepsTheOldCheckpoint) {
  const SmallDisk disk(scratch_ / "small");
  TSU_NEEDS_DISK(disk);
  const std::string state = disk / "state";
  const auto arguments = Training({"--out", scratch_ / "x", "--checkpoint", state}, "1000000");
  const auto process = Start(arguments);
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));
  process->Signal(SIGINT);
  ASSERT_TRUE(process->Wait());
  const Bytes saved = ReadFile(state + ".0");
  ASSERT_GT(saved.size(), 4096u) << "half the disk and more: no room for two";
  Fails(Exit::kOutput, arguments, "space");
  EXPECT_EQ(ReadFile(state + ".0"), saved);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(disk / ""), {}), 1) << "nothing aside";
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
  const auto process = Start(Training({"--out", scratch_ / "x"}, "1000000"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));
  process->Signal(SIGHUP);
  ASSERT_TRUE(process->Wait(std::chrono::seconds(60)));
  EXPECT_EQ(process->code, static_cast<int>(Exit::kInterrupted)) << process->err;
  EXPECT_TRUE(std::filesystem::exists(scratch_ / "x.checkpoint.0"));
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

}  // namespace
}  // namespace tsu::test
