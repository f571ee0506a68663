// SPDX-License-Identifier: Apache-2.0
// A training shared by ranks, without any: who gets what, parts that add up to the whole, the memory they need, the log.
#include <gtest/gtest.h>
#include <malloc.h>

#include <cmath>
#include <map>
#include <memory>
#include <random>

#include "sw/src/cpu_targets.hpp"
#include "sw/src/layer_training.hpp"
#include "sw/src/memory.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/seed.hpp"
#include "tsu/train_log.hpp"

namespace tsu::train {
namespace {

TEST(TrainShare, EveryChainOfEveryPassIsSampledOnce) {
  for (int ranks = 1; ranks <= 9; ++ranks)
    for (int items = 1; items <= 5; ++items)
      for (const int batch : {64, 256, 320, 1024, 1088}) {
        const auto shares = DealShares(ranks, items, batch, 250, 125);
        ASSERT_EQ(shares.size(), static_cast<std::size_t>(ranks));
        std::map<int, std::vector<int>> clamped, free;  // how often each chain of an item is sampled
        for (int rank = 0; rank < ranks; ++rank) {
          if (rank > 0) {
            EXPECT_GE(shares[rank].group, shares[rank - 1].group) << "groups are neighbours";
          }
          for (const int item : shares[rank].items) {
            clamped[item].resize(batch);
            free[item].resize(batch);
            const StepPart& part = shares[rank].part;
            EXPECT_GT(part.clamped.count + part.free.count, 0);
            EXPECT_EQ(part.clamped.first % kPiece + part.free.first % kPiece, 0);
            for (int c = 0; c < part.clamped.count; ++c) ++clamped[item].at(part.clamped.first + c);
            for (int c = 0; c < part.free.count; ++c) ++free[item].at(part.free.first + c);
          }
        }
        EXPECT_EQ(clamped.size(), static_cast<std::size_t>(items));
        for (const auto* phase : {&clamped, &free})
          for (const auto& [item, times] : *phase) EXPECT_EQ(times, std::vector<int>(batch, 1)) << ranks << " ranks, item " << item;
      }
}

TEST(TrainShare, NoRankHasMoreThanItMust) {
  const auto cost = [](const Share& s) { return s.part.free.count * 250 + s.part.clamped.count * 125; };
  const auto longest = [&](int ranks, int items, int batch) {
    int most = 0;
    for (const Share& s : DealShares(ranks, items, batch, 250, 125)) most = std::max(most, cost(s));
    return most;
  };
  EXPECT_EQ(longest(2, 1, 256), 256 * 250);          // a phase each
  EXPECT_EQ(longest(3, 1, 512), 256 * 250);          // two free pieces, one of both clamped
  EXPECT_EQ(longest(4, 2, 256), 256 * 250);          // two groups of two
  EXPECT_EQ(longest(2, 2, 256), 256 * (250 + 125));  // a layer each
  const auto shares = DealShares(7, 2, 256, 250, 125);
  EXPECT_EQ(std::count_if(shares.begin(), shares.end(), [](const Share& s) { return s.items.empty(); }), 3);
}

struct Case {
  TrainOptions o;
  std::vector<std::uint8_t> bits;
  TrainSet set, held_out;
  Model model;
  Level level{1, 0.5, 18};

  Case(int side, int batch, int image) {
    o.pattern = ParsePattern("G12");
    o.rows = o.cols = side;
    o.batch = batch;
    o.sweeps = 24;
    o.clamped_sweeps = 16;
    o.threads = 2;
    std::mt19937_64 r(test::Seed());
    bits.resize(static_cast<std::size_t>(batch) * image * image);
    for (auto& bit : bits) bit = r() & 1;
    set = {bits, image, image};
    held_out = Part(set, 0, 0);
    model.rows = model.cols = side;
    model.pattern = o.pattern;
    model.visible = PlaceImage(side, side, image, image);
    const std::size_t sites = static_cast<std::size_t>(side) * side;
    model.site_class.assign(sites, 0);
    for (const std::int32_t site : model.visible) model.site_class[site] = 1;
    model.layers.resize(1);
    model.layers[0].j.assign(sites * 2 * o.pattern.size(), 0);
    model.layers[0].h.assign(sites, 0);
    model.layers[0].c[1] = 18;
  }
  StepPart whole() const { return {{0, o.batch}, {0, o.batch}}; }
};

TEST(TrainShare, PartsAddUpToTheWhole) {
  const Case s(20, 832, 6);
  const auto counts = [&](const StepPart& part) {
    LayerTraining training(s.o, s.model, s.set, s.held_out, 0, s.level, false, part);
    State state;
    training.Start(state, nullptr);
    return training.Sample(state);
  };
  const auto whole = counts(s.whole());
  for (const int ranks : {2, 3, 5, 8}) {
    std::vector<std::uint32_t> sum(whole.size());
    for (const Share& share : DealShares(ranks, 1, s.o.batch, s.o.sweeps, s.o.clamped_sweeps)) {
      const auto part = counts(share.part);
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part[i];
    }
    EXPECT_EQ(sum, whole) << ranks << " ranks";
  }
}

// Clamped and free chains that share lines draw what they draw in lines of their own.
TEST(TrainShare, JoinedPhasesSampleWhatSeparateOnesDo) {
  struct Variant {
    int sweeps, clamped_sweeps, label_spots;
    std::vector<Segment> ramp;
  };
  for (const Variant& v : {Variant{24, 16, 0, {}}, {16, 40, 0, {}}, {24, 16, 2, {}}, {30, 16, 0, {{0.9, 12}, {1.0, 10}, {1.2, 8}}}}) {
    Case s(20, 192, 6);
    std::vector<std::uint8_t> labels(192);
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::uint8_t>(i % kClasses);
    s.o.sweeps = v.sweeps;
    s.o.clamped_sweeps = v.clamped_sweeps;
    s.o.label_spots = v.label_spots;
    s.o.ramp_training = !v.ramp.empty();
    s.model.layers[0].schedule = v.ramp;
    if (v.label_spots > 0) {
      s.set.labels = labels;
      s.model.labels = PlaceLabels(20, 20, s.model.visible, v.label_spots);
      for (const std::int32_t site : s.model.labels) s.model.site_class[site] = 2;
    }
    std::vector<std::uint32_t> separate;
    for (const std::string& target : cpu::Targets())
      for (const int threads : {2, 1}) {
        if (target == "EMU128") continue;  // takes seconds; cpu_test has it
        cpu::UseTarget(target);
        s.o.threads = threads;
        ASSERT_EQ(Phases::Joined(threads, s.whole()), threads == 1);
        LayerTraining training(s.o, s.model, s.set, s.held_out, 0, s.level, false, s.whole());
        State state;
        training.Start(state, nullptr);
        const auto counts = training.Sample(state);
        if (separate.empty()) separate = counts;
        EXPECT_EQ(counts, separate) << target << ", " << threads << " threads, " << v.sweeps << " and " << v.clamped_sweeps << " sweeps, "
                                    << v.label_spots << " label spots";
      }
  }
  cpu::UseTarget("");
}

TEST(TrainShare, MemoryIsForeseen) {
  const Case s(64, 4096, 8);
  ASSERT_TRUE(Phases::Joined(s.o.threads, s.whole()));
  for (const StepPart& part : {s.whole(), StepPart{{}, {0, 2048}}, StepPart{{0, 4096}, {0, 2048}}}) {
    const auto before = mallinfo2();
    LayerTraining training(s.o, s.model, s.set, s.held_out, 0, s.level, false, part);
    State state;
    training.Start(state, nullptr);
    training.Sample(state);
    const auto after = mallinfo2();
    const double taken = static_cast<double>(after.uordblks + after.hblkhd) - static_cast<double>(before.uordblks + before.hblkhd);
    const double foreseen = static_cast<double>(NeededBytes(s.o, s.set, s.held_out, part, false));
    EXPECT_GT(foreseen, taken) << "part of " << part.free.count;
    EXPECT_LT(foreseen, 1.3 * taken) << "part of " << part.free.count;
  }
  EXPECT_GT(AvailableMemory().bytes, 100u << 20);
}

TEST(TrainShare, GridsSuitImagesOfAnySize) {
  const Pattern g12 = ParsePattern("G12");
  const auto grid = [&](int rows, int cols, const char* pattern = "G12") {
    const GridSize g = ChooseGrid(rows, cols, ParsePattern(pattern));
    EXPECT_EQ(PlaceImage(g.rows, g.cols, rows, cols).size(), static_cast<std::size_t>(rows * cols)) << "it fits";
    EXPECT_FALSE(GridEdges(g.rows, g.cols, ParsePattern(pattern)).empty());
    return std::pair(g.rows, g.cols);
  };
  EXPECT_EQ(grid(28, 28), std::pair(64, 64));
  EXPECT_EQ(grid(8, 8), std::pair(18, 18));
  EXPECT_EQ(grid(1, 1), std::pair(11, 12));  // the reach of G12 and one
  EXPECT_EQ(grid(1, 1, "0,1;40,1"), std::pair(41, 42));
  EXPECT_EQ(grid(128, 128), std::pair(224, 224));
  for (int side = 1; side <= 128; side += 9) grid(side, 129 - side);
  EXPECT_NE(test::Refusal(Exit::kUsage, [&] { ChooseGrid(129, 28, g12); }).find("--rows"), std::string::npos);
}

TEST(TrainLog, LinesComeBackAndOthersAreRefused) {
  const test::Scratch scratch;
  const double none = std::nan("");
  const TrainLine line{1, 1, 12, 0.25, 0.1, none, 1e-4, 2.5, 3.25, 17.5};
  const std::string text = LogLine(line), path = scratch.Write("log", text + LogLine({}) + "{\"pass\":1,\"la");
  const auto lines = LoadLog(path);
  ASSERT_EQ(lines.size(), 2u) << "the last one is not whole";
  EXPECT_EQ(LogLine(lines[0]), text);
  EXPECT_TRUE(std::isnan(lines[0].autocorrelation));
  EXPECT_EQ(lines[0].seconds, 17.5);
  for (const char* bad : {"{}\n", "rubbish\n", "{\"pass\": \"x\"}\n", "rubbish without end"})
    EXPECT_NE(test::Refusal(Exit::kBadInput, [&] { LoadLog(scratch.Write("bad", text + bad)); }).find("line 2"), std::string::npos) << bad;
  const Sheet sheet = LearningCurves(lines);
  EXPECT_EQ(sheet.pixels.size(), static_cast<std::size_t>(sheet.width) * sheet.height);
  EXPECT_GT(std::count(sheet.pixels.begin(), sheet.pixels.end(), 0), 1000);
}

}  // namespace
}  // namespace tsu::train
