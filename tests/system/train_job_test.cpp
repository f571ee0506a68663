// SPDX-License-Identifier: Apache-2.0
// Trainings that are killed, interrupted, shared by ranks: always the same file. Soak: TSU_SOAK_KILLS=N kills a larger one N times.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>
#include <thread>

#include "tests/support/training.hpp"

namespace tsu::test {
namespace {

using std::chrono::duration;
using Clock = std::chrono::steady_clock;

void Sleep(double seconds) { std::this_thread::sleep_for(duration<double>(seconds)); }

class TrainJob : public Trainings {
 protected:
  // Kills the same command again and again, until it ends by itself; returns how often. `strike` ends the process somehow.
  int Survive(int kills, double seconds, const std::function<std::unique_ptr<Process>()>& start,
              const std::function<void(Process&)>& strike) {
    std::mt19937_64 r(Seed());
    std::uniform_real_distribution<double> share(0.1, 1);
    int struck = 0;
    for (;;) {
      auto process = start();
      if (struck < kills) {
        Sleep(share(r) * seconds);
        strike(*process);
      }
      EXPECT_TRUE(process->Wait(std::chrono::seconds(300))) << "hangs after " << struck << " kills";
      if (process->code == 0) return struck;
      if (struck++ == kills) {
        ADD_FAILURE() << "nobody struck: " << process->err;
        return struck;
      }
    }
  }
};

TEST_F(TrainJob, KilledAtRandomTimesItEndsAsIfUndisturbed) {
  const char* soak = std::getenv("TSU_SOAK_KILLS");
  const int kills = soak ? std::atoi(soak) : 10;
  const std::vector<std::string> more = {"--threads", "2", "--tune-epochs", "1"};  // two layers side by side, then one on both threads
  const std::string epochs = soak ? "40" : "4";
  const auto begin = Clock::now();
  ASSERT_EQ(RunOn(0, Small("whole", epochs, more))->code, 0);
  const double seconds = duration<double>(Clock::now() - begin).count();
  // Even if all strikes were late, the training would hardly be done by the last one.
  const int struck = Survive(kills, 1.3 * seconds / kills, [&] { return StartOn(0, Small("killed", epochs, more)); },
                             [](Process& process) { process.Signal(SIGKILL); });
  std::cout << "REPORT training of " << seconds << " s killed " << struck << " times, seed " << Seed() << "\n";
  EXPECT_GE(struck, kills / 2);
  EXPECT_EQ(ReadFile(scratch_ / "killed"), ReadFile(scratch_ / "whole"));
  EXPECT_EQ(Log("killed"), Log("whole"));
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "killed.checkpoint.0"));
}

TEST_F(TrainJob, SameFileOnOneTwoAndFourRanks) {
  TSU_NEEDS_MPI();
  const std::vector<std::string> more = {"--tune-epochs", "1", "--threads"};
  const auto with = [&](const char* threads) {
    auto all = more;
    all.push_back(threads);
    return all;
  };
  ASSERT_EQ(RunOn(0, Small("alone", "2", with("2")))->code, 0);
  const Bytes alone = ReadFile(scratch_ / "alone");
  const auto log = Log("alone");
  for (const int ranks : {1, 2, 3, 4}) {
    const std::string out = "on" + std::to_string(ranks);
    const auto process = RunOn(ranks, Small(out, "2", with(ranks == 3 ? "2" : "1")));
    ASSERT_EQ(process->code, 0) << ranks << " ranks: " << process->err;
    EXPECT_EQ(ReadFile(scratch_ / out), alone) << ranks << " ranks";
    EXPECT_EQ(Log(out), log) << ranks << " ranks";
    EXPECT_EQ(std::count(process->out.begin(), process->out.end(), '\n'), 2) << "one rank answers: " << process->out;
  }
}

TEST_F(TrainJob, RanksWithoutWorkAreReported) {
  TSU_NEEDS_MPI();
  const auto process = RunOn(7, Small("x", "1", {"--threads", "1", "--steps", "1"}));
  EXPECT_EQ(process->code, 0) << process->err;
  EXPECT_EQ(Said(process->err), 1) << process->err;
  EXPECT_NE(process->err.find("3 of 7 ranks have nothing to do"), std::string::npos) << process->err;
}

TEST_F(TrainJob, WhatAllRanksMeetIsSaidOnce) {
  TSU_NEEDS_MPI();
  scratch_.Write("damaged.checkpoint.1", "tsu checkpoint 3\nand no more");
  const auto expect = [&](Exit exit, const std::vector<std::string>& arguments, const std::string& says) {
    const auto process = RunOn(3, arguments);
    EXPECT_EQ(process->code, static_cast<int>(exit)) << process->err;
    EXPECT_EQ(Said(process->err), 1) << process->err;
    EXPECT_NE(process->err.find(says), std::string::npos) << process->err;
    EXPECT_EQ(process->out, "");
  };
  expect(Exit::kUsage, {"train", "--steps", "0"}, "--steps");
  expect(Exit::kBadInput, {"train", "--data", scratch_ / "nowhere", "--out", scratch_ / "x"}, "nowhere");
  expect(Exit::kUsage, Small("x", "1", {"--pattern", "127,0"}), "grid");
  expect(Exit::kOutput, Small("no/such/x", "1"), "no/such");
  expect(Exit::kBadInput, Small("damaged", "1"), "damaged");
}

TEST_F(TrainJob, CtrlCOnRanksKeepsTheStateForAnyNumberOfThem) {
  TSU_NEEDS_MPI();
  ASSERT_EQ(RunOn(2, Small("whole", "24", {"--threads", "1"}))->code, 0);
  for (const int ranks : {4, 2}) {
    const auto process = StartOn(ranks, Small("stopped", "24", {"--threads", "1"}));
    for (int n = 0; n < 1000 && !std::filesystem::exists(scratch_ / "stopped.checkpoint.0"); ++n) Sleep(0.02);
    Sleep(0.1);
    process->Signal(SIGINT);
    ASSERT_TRUE(process->Wait(std::chrono::seconds(60)));
    if (std::filesystem::exists(scratch_ / "stopped")) break;  // it had been faster
    EXPECT_EQ(process->code, 1) << "mpirun's own code when it is interrupted: " << process->err;
    EXPECT_LE(Said(process->err), 1) << process->err;
    EXPECT_TRUE(std::filesystem::exists(scratch_ / "stopped.checkpoint.0"));
  }
  ASSERT_EQ(RunOn(0, Small("stopped", "24", {"--threads", "1"}))->code, 0);
  EXPECT_EQ(ReadFile(scratch_ / "stopped"), ReadFile(scratch_ / "whole"));
  EXPECT_EQ(Log("stopped"), Log("whole"));
}

TEST_F(TrainJob, ALogThatCannotBeWrittenStopsAllRanks) {
  TSU_NEEDS_MPI();
  const auto process = RunOn(4, Small("x", "1000", {"--threads", "1", "--log", "/dev/full"}));
  EXPECT_EQ(process->code, static_cast<int>(Exit::kOutput)) << process->err;
  EXPECT_EQ(Said(process->err), 1) << process->err;
  EXPECT_TRUE(std::filesystem::exists(scratch_ / "x.checkpoint.0")) << "nothing lost";
}

// A rank killed in mid-run takes the others along, and the rerun goes on from the last quarter epoch.
TEST_F(TrainJob, ARankKilledInMidRunCostsAQuarterEpoch) {
  const char* soak = std::getenv("TSU_SOAK_KILLS");
  const int kills = soak ? std::atoi(soak) : 2;
  TSU_NEEDS_MPI();
  const std::string epochs = soak ? "20" : "6";
  const auto begin = Clock::now();
  ASSERT_EQ(RunOn(3, Small("whole", epochs, {"--threads", "1"}))->code, 0);
  const double seconds = duration<double>(Clock::now() - begin).count();
  std::mt19937_64 r(Seed() + 1);
  const int struck = Survive(kills, 2 * seconds / kills + 0.5,
      [&] { return StartOn(3, Small("killed", epochs, {"--threads", "1"})); },
      [&](Process& process) {
        std::vector<std::string> ranks;  // children of mpirun
        for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
          std::ifstream stat(entry.path() / "stat");
          std::string id, name, state, parent;
          if (stat >> id >> name >> state >> parent && parent == std::to_string(process.pid())) ranks.push_back(id);
        }
        ranks.empty() ? process.Signal(SIGKILL) : static_cast<void>(kill(std::atoi(ranks[r() % ranks.size()].c_str()), SIGKILL));
      });
  std::cout << "REPORT training of " << seconds << " s on 3 ranks, one killed " << struck << " times, seed " << Seed() << "\n";
  EXPECT_GT(struck, 0);
  EXPECT_EQ(ReadFile(scratch_ / "killed"), ReadFile(scratch_ / "whole"));
  EXPECT_EQ(Log("killed"), Log("whole"));
}

TEST_F(TrainJob, MoreThanTheMemoryHoldsIsRefusedBeforehand) {
  SaveIdx(scratch_ / "train-images-idx3-ubyte", {{100'000, 2, 2}, Bytes(400'000, 255)});
  FailsInShell(Exit::kUsage, "ulimit -v 400000; $TSU train --data " + (scratch_ / "") + " --out " + (scratch_ / "x") +
                                 " --rows 64 --cols 64 --batch 65536 --threads 1", "GB needed");
  EXPECT_EQ(scratch_.files(), 1u) << "images alone: nothing was begun";
}

TEST_F(TrainJob, TheLogBecomesAPicture) {
  ASSERT_EQ(RunOn(0, Small("x", "1", {"--penalty-rule", "paper"}))->code, 0);
  const std::string log = scratch_ / "x.log.jsonl", picture = scratch_ / "curves.png";
  EXPECT_EQ(Log("x").size(), 10u) << "two layers of nine steps: four quarters of two, and the rest";
  EXPECT_EQ(Run({"plot", log, "--out", picture})->code, 0);
  EXPECT_EQ(ReadFile(picture).at(1), 'P');
  Fails(Exit::kUsage, {"plot", log, "--out", scratch_ / "curves.bmp"}, ".png");
  Fails(Exit::kBadInput, {"plot", scratch_ / "x", "--out", picture}, "line 1");
  Fails(Exit::kBadInput, {"plot", scratch_.Write("empty", ""), "--out", picture}, "no line");
}

}  // namespace
}  // namespace tsu::test
