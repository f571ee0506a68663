// SPDX-License-Identifier: Apache-2.0
// The board that only counts against the simulated core: the same job, the core's own counters.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/scratch.hpp"
#include "tsu/board_model.hpp"
#include "tsu/driver.hpp"
#include "tsu/error.hpp"
#include "verif/devices/devices.hpp"
#include "verif/golden/whole_model.hpp"

namespace tsu {
namespace {

const char* const kFigures = R"({"title": "the simulated core", "kind": "no estimate", "core_hz": 50000000, "core": {"pattern": "G12",
  "Cols": 64, "Rows": 64, "Tiles": 4, "Lanes": 8, "Groups": 1, "Layers": 4, "WeightBits": 8, "TableBits": 9, "Tables": 16, "ProgramWords": 256}})";

TEST(BoardModel, ClocksAreTheSimulatedCores) {
  RegisterSimDevice();
  const test::Scratch scratch;
  const Model model = golden::RandomModel({64, 64, ParsePattern("G12"), 8, 2, 8}, 1, 60);
  BoardModel board(LoadBoardFigures(scratch.Write("figures.json", kFigures)), 1'000'000);
  RunOptions options;
  options.count = 12;  // two passes of eight chains
  const RunResult counted = RunModel(board, model, options);
  const RunResult simulated = RunModel(*OpenDevice("sim:"), model, options);
  EXPECT_EQ(counted.passes, simulated.passes);
  EXPECT_EQ(counted.counters.row_steps, simulated.counters.row_steps);
  EXPECT_EQ(counted.counters.flips, simulated.counters.flips);
  // The core also fills and drains. Its waits for a reader are the link's, which the model counts as read-out.
  const double ratio = static_cast<double>(simulated.counters.sweep_clocks) / static_cast<double>(counted.counters.sweep_clocks);
  EXPECT_GE(ratio, 1);
  EXPECT_LT(ratio, 1.03);
  std::printf("REPORT board model: the simulated core takes %.4f of its sweep clocks\n", ratio);
  EXPECT_DOUBLE_EQ(board.times().sampling, static_cast<double>(counted.counters.clocks) / 50e6);
}

TEST(BoardModel, LinkTimeFollowsBaud) {
  const test::Scratch scratch;
  const BoardFigures figures = LoadBoardFigures(scratch.Write("figures.json", kFigures));
  const Model model = golden::RandomModel({64, 64, ParsePattern("G12"), 8, 2, 8}, 1, 60);
  RunOptions options;
  options.count = 8;
  BoardModel slow(figures, 1'000'000), fast(figures, 4'000'000);
  RunModel(slow, model, options);
  RunModel(fast, model, options);
  EXPECT_NEAR(slow.times().weights, 4 * fast.times().weights, 1e-9);
  EXPECT_DOUBLE_EQ(slow.times().sampling, fast.times().sampling);
  // 2 layers x 4096 sites x 4 words of 32 bits at the least, ten bits a byte.
  EXPECT_GT(slow.times().weights, 2 * 4096 * 16 * 10 / 1e6);
  EXPECT_LT(slow.times().weights, 1.15 * 2 * 4096 * 16 * 10 / 1e6);
}

// The smallest shipped model is made for the grid, the threshold tables and the one layer of the HX8K board.
TEST(BoardModel, OptdigitsFitTheHx8k) {
  BoardModel board(LoadBoardFigures("fpga/hx8k/result.json"), 1'000'000);
  RunOptions options;
  options.count = 3;
  EXPECT_EQ(RunModel(board, LoadModel("sw/models/optdigits-hx8k.safetensors"), options).passes, 2);  // a layer each
}

TEST(BoardModel, RefusesWhatIsNoFigures) {
  const test::Scratch scratch;
  for (const char* text : {"", "{}", "[core]", R"({"title": "x", "kind": "y", "core_hz": 0, "core": {}})"}) {
    EXPECT_THROW(LoadBoardFigures(scratch.Write("figures.json", text)), Error) << text;
  }
  EXPECT_THROW(LoadBoardFigures("/nonexistent/result.json"), Error);
}

}  // namespace
}  // namespace tsu
