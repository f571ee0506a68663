// SPDX-License-Identifier: Apache-2.0
// The tool as a process, given what it must refuse: one line, an exit code of its class, nothing written.
#include <sys/stat.h>

#include <cstring>
#include <filesystem>

#include "tests/support/tool.hpp"

namespace tsu::test {
namespace {

class ToolInput : public Tool {};

TEST_F(ToolInput, WrongCommandLines) {
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

TEST_F(ToolInput, NumbersOutOfRange) {
  for (const char* seed : {"-1", "18446744073709551616", "1.5", "", "0x10", "x"}) Fails(Exit::kUsage, {"run", model_, "--seed", seed}, "--seed");
  for (const char* count : {"0", "-1", "1e12", "2000000000"}) {
    Fails(Exit::kUsage, {"run", model_, "--count", count}, "--count");
    Fails(Exit::kUsage, {"eval", model_, "--data", scratch_ / "", "--count", count}, "--count");
  }
  Fails(Exit::kUsage, {"bench", "--seconds", "nan"}, "--seconds");
  Fails(Exit::kUsage, {"bench", "--kernel", "--chains", "0"}, "--chains");
  Fails(Exit::kUsage, {"bench", "--kernel", "--target", "AVX9"}, "AVX9");
  for (const char* option : {"--rows=0", "--rows=2000", "--cols=7", "--cols=4000", "--epochs=-1", "--epochs=2147483647", "--steps=0",
                             "--sweeps=2000000", "--batch=63", "--batch=65", "--rate=nan", "--rate=inf", "--rate=-1", "--rate=1e300",
                             "--threads=-1", "--threads=1000000000", "--weight-bits=11", "--weight-step=0", "--weight-step=3", "--weight-step=64"}) {
    Fails(Exit::kUsage, {"train", "--data", Training({})[2], "--out", scratch_ / "x", option});
  }
  EXPECT_EQ(scratch_.files(), 2u) << "model and images: nothing was begun";
}

TEST_F(ToolInput, WrongDeviceUrls) {
  for (const char* url : {"cpu:?thread=2", "cpu:x", "cpu:?threads=1e9", "cpu:?threads=1025", "cpu:?threads=2&threads=3", "golden:?lanes= 4",
                          "golden:?lanes=+4", "golden:?groups=3", "golden:?lanes=4&groups=65536", "sim:?build=zzz", "sim:x", "uart:",
                          "uart:/dev/null?baud=0", "uart:/dev/null?speed=9"}) {
    Fails(Exit::kUsage, {"info", "--device", url}, url);
  }
}

TEST_F(ToolInput, BrokenModels) {
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

TEST_F(ToolInput, InputsThatAreNoFiles) {
  ASSERT_EQ(mkfifo((scratch_ / "pipe").c_str(), 0600), 0);
  Fails(Exit::kBadInput, {"info", scratch_ / "pipe"}, "plain file");
  Fails(Exit::kBadInput, {"info", "/dev/zero"}, "plain file");
  Fails(Exit::kBadInput, {"info", scratch_ / ""}, "folder");
  std::filesystem::create_symlink("pipe", scratch_ / "train-images-idx3-ubyte");
  Fails(Exit::kBadInput, {"train", "--data", scratch_ / "", "--out", scratch_ / "x"}, "plain file");
}

TEST_F(ToolInput, WhatBelongsToOthers) {
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

TEST_F(ToolInput, DevicesThatAreNotThereOrDoNotFit) {
  Fails(Exit::kNoDevice, {"info", "--device", "uart:" + (scratch_ / "no-tty")});
  Fails(Exit::kNoDevice, {"run", model_, "--device", "uart:" + (scratch_ / "no-tty")});
  SaveModel(scratch_ / "wide", golden::RandomModel({16, 128, ParsePattern("G12"), 8, 1, 1}, Seed(), 2));
  Fails(Exit::kIncompatible, {"run", scratch_ / "wide", "--device", "sim:"}, "grid");
  Fails(Exit::kIncompatible, {"run", model_, "--device", "sim:"}, "pattern");
}

TEST_F(ToolInput, ImagesOfAnotherSize) {
  SaveIdx(scratch_ / "train-images-idx3-ubyte", {{64, 8, 8}, Bytes(64 * 64)});
  SaveIdx(scratch_ / "t10k-images-idx3-ubyte", {{64, 8, 8}, Bytes(64 * 64)});
  SaveIdx(scratch_ / "flat.idx", {{64, 4, 16}, Bytes(64 * 64)});
  Fails(Exit::kBadInput, {"eval", scratch_ / "flat.idx", "--data", scratch_ / ""}, "4 x 16");
  Fails(Exit::kBadInput, {"eval", model_, "--data", scratch_ / ""}, "1 x 64");
  SaveIdx(scratch_ / "t10k-images-idx3-ubyte", {{64, 4, 4}, Bytes(64 * 16)});
  Fails(Exit::kBadInput, {"eval", scratch_ / "flat.idx", "--data", scratch_ / ""}, "8 x 8");
}

TEST_F(ToolInput, DataThatIsNotThere) {
  Fails(Exit::kBadInput, {"train", "--data", scratch_ / "nowhere", "--out", scratch_ / "x"}, "nowhere");
  Fails(Exit::kBadInput, {"eval", model_, "--data", scratch_ / "nowhere"}, "nowhere");
  Fails(Exit::kBadInput, {"train", "--data", scratch_ / "", "--out", scratch_ / "x"}, "train-images");
}

TEST_F(ToolInput, DiagnoseAndDemoRefuse) {
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
