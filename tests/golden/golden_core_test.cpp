// SPDX-License-Identifier: Apache-2.0
// Semantics of the golden core that no distribution shows: fields, masks, program, order of noise.
#include <gtest/gtest.h>

#include <random>

#include "tests/support/seed.hpp"
#include "tsu/error.hpp"
#include "verif/golden/core.hpp"
#include "verif/golden/random_model.hpp"
#include "verif/golden/reference.hpp"

namespace tsu::golden {
namespace {

using namespace regs;

Core RandomCore(const std::string& pattern_name, int rows, int cols, int chains,
                std::uint64_t first_chain = 0) {
  std::mt19937_64 random(test::Seed());
  const Pattern pattern = ParsePattern(pattern_name);
  Core core(rows, cols, pattern, chains, 9);
  for (int k = 0; k < 2; ++k)
    core.layers.push_back(RandomLayer(rows, cols, pattern, 8, {0.4, 0.3, 0.5}, random));
  core.tables = {MakeTable(1.0, 9), MakeTable(0.5, 9)};
  core.sites = RandomCluster(rows, cols, pattern, rows * cols / 2, random);
  core.noise = NoiseStreams(test::Seed(), first_chain, chains, core.pairs());
  return core;
}

const Program kChain{
    Instruction(kOpRandomise, 0), Instruction(kOpBeta, 0),  Instruction(kOpLoop, 2),
    Instruction(kOpLayer, 0),     Instruction(kOpLoop, 3),  Instruction(kOpSweep, 2),
    Instruction(kOpNext),         Instruction(kOpEmit, 0),  Instruction(kOpCopy),
    Instruction(kOpRandomise, 1), Instruction(kOpLayer, 1), Instruction(kOpPreload, 1),
    Instruction(kOpBeta, 1),      Instruction(kOpClamp, 1), Instruction(kOpSweep, 5),
    Instruction(kOpClamp, 0),     Instruction(kOpNext),     Instruction(kOpEmit, 1),
    Instruction(kOpEnd)};

TEST(Core, FieldIsTheGraphsField) {
  for (const char* pattern : {"0,1", "G8", "G12", "G16", "G20", "G24"}) {
    std::mt19937_64 random(test::Seed());
    Core core = RandomCore(pattern, 17, 20, 1);
    core.spins = RandomBits(core.spins.size(), random);
    core.conditioning = RandomBits(core.spins.size(), random);
    // All but one site kept: the graph folds everything into the bias of that one.
    for (int n = 0; n < 40; ++n) {
      const int site = static_cast<int>(random() % core.spins.size());
      Sites sites = core.sites;
      sites.clamp.assign(sites.clamp.size(), 1);
      sites.clamp[site] = 0;
      const Graph graph = MakeGraph(17, 20, core.pattern(), core.layers[1], sites, core.spins,
                                    core.conditioning, true);
      ASSERT_EQ(core.Field(1, 0, site), graph.bias.at(0)) << pattern << " site " << site;
    }
  }
}

TEST(Core, ProgramSweepsCountsWhatRunDoes) {
  Core core = RandomCore("G12", 13, 12, 2);
  int emissions = 0;
  core.Run(kChain, [&](const Emission& emission) { EXPECT_EQ(emission.index, emissions++); });
  EXPECT_EQ(emissions, 3);
  EXPECT_EQ(ProgramSweeps(kChain), 1u + 2 * (3 * 2 + 1 + 5));
  EXPECT_EQ(core.words_drawn, ProgramSweeps(kChain) * 2 * 13);
  EXPECT_EQ(core.noise, NoiseStreams(test::Seed(), 0, 2, 6, core.words_drawn))
      << "a stream draws a word each row step";
}

TEST(Core, ChainsDoNotDependOnTheirCompany) {
  std::vector<Emission> together, alone;
  Core core = RandomCore("G8", 6, 10, 4);
  core.Run(kChain, [&](const Emission& emission) { together.push_back(emission); });
  Core last = RandomCore("G8", 6, 10, 1, 3);
  last.Run(kChain, [&](const Emission& emission) { alone.push_back(emission); });
  ASSERT_EQ(together.size(), alone.size());
  for (std::size_t k = 0; k < alone.size(); ++k) {
    const auto& all = together[k].bits;
    EXPECT_EQ(alone[k].bits, std::vector<std::uint8_t>(all.end() - alone[k].sites, all.end()));
  }
}

TEST(Core, UpdatesOneColourOfARowInOrder) {
  Core core = RandomCore("G8", 6, 10, 1);
  const auto before = core.spins;
  NoiseState stream = core.noise[3];
  core.Row(0, 0, 1, 2, Mode::kRandomiseAll, false);
  EXPECT_EQ(core.last_words[3], NoiseStep(stream));
  for (int i = 0; i < 60; ++i) {
    if (i / 10 != 2 || i % 2 != 1) {  // row 2, colour 1: odd columns
      EXPECT_EQ(core.spins[i], before[i]) << i;
    } else {
      EXPECT_EQ(core.spins[i], core.last_words[i % 10 / 2] >> 23) << i;
    }
  }
}

TEST(Core, ClampAndLatentsOnlyKeepTheirSpins) {
  Core core = RandomCore("G12", 12, 12, 2);
  std::mt19937_64 random(test::Seed());
  core.spins = RandomBits(core.spins.size(), random);
  const auto start = core.spins;
  const auto kept = [&](auto&& keeps) {
    int moved = 0;
    for (std::size_t k = 0; k < start.size(); ++k) {
      const int site = static_cast<int>(k % 144);
      const bool same = core.spins[k] == start[k];
      EXPECT_TRUE(same || !keeps(site)) << site;
      moved += !same;
    }
    EXPECT_GT(moved, 0);
    core.spins = start;
  };
  const Sites& sites = core.sites;
  core.Run({Instruction(kOpClamp, 1), Instruction(kOpBeta), Instruction(kOpSweep, 3),
            Instruction(kOpEnd)},
           {});
  kept([&](int i) { return sites.clamp[i] != 0; });
  core.Run({Instruction(kOpRandomise, 1), Instruction(kOpEnd)}, {});
  kept([&](int i) { return sites.site_class[i] > 0; });
  core.Run({Instruction(kOpClamp, 1), Instruction(kOpRandomise, 1), Instruction(kOpEnd)}, {});
  kept([&](int i) { return sites.site_class[i] > 0 || sites.clamp[i] != 0; });
  core.Run({Instruction(kOpRandomise, 0), Instruction(kOpEnd)}, {});
  kept([](int) { return false; });
}

TEST(Core, EmitsSitesRowByRowChainByChain) {
  Core core = RandomCore("G8", 4, 6, 2);
  std::mt19937_64 random(test::Seed());
  core.spins = RandomBits(core.spins.size(), random);
  std::vector<Emission> out;
  core.Run(
      {Instruction(kOpEmit, 1), Instruction(kOpEmit, 0), Instruction(kOpCopy), Instruction(kOpEnd)},
      [&](const Emission& emission) { out.push_back(emission); });
  EXPECT_EQ(out[0].bits, core.spins);
  EXPECT_EQ(out[0].sites, 24);
  std::vector<std::uint8_t> visible;
  for (int k = 0; k < 48; ++k) {
    if (core.sites.site_class[k % 24] > 0) visible.push_back(core.spins[k]);
  }
  EXPECT_EQ(out[1].bits, visible);
  EXPECT_EQ(core.conditioning, core.spins);
}

TEST(Core, RefusesBrokenPrograms) {
  const std::vector<Program> broken{
      {},
      {Instruction(kOpSweep, 1)},                                                  // no End
      {Instruction(kOpSweep, 1), Instruction(kOpEnd)},                             // no Beta
      {Instruction(kOpBeta, 2), Instruction(kOpEnd)},                              // no such table
      {Instruction(kOpLayer, 2), Instruction(kOpEnd)},                             // no such layer
      {Instruction(kOpNext), Instruction(kOpEnd)},                                 // no Loop
      {Instruction(kOpLoop, 2), Instruction(kOpEnd)},                              // no Next
      {Instruction(kOpLoop, 0), Instruction(kOpNext), Instruction(kOpEnd)},        // no repetition
      {Instruction(kOpLoop, 2), Instruction(kOpLoop, 2), Instruction(kOpLoop, 2),  // too deep
       Instruction(kOpNext), Instruction(kOpNext), Instruction(kOpNext), Instruction(kOpEnd)},
      {Instruction(99), Instruction(kOpEnd)}};
  for (std::size_t k = 0; k < broken.size(); ++k) {
    Core core = RandomCore("G8", 4, 6, 1);
    try {
      core.Run(broken[k], {});
      ADD_FAILURE() << "program " << k << " ran";
    } catch (const Error& error) {
      EXPECT_EQ(error.exit(), Exit::kBadInput) << error.what();
    }
    EXPECT_EQ(core.words_drawn, 0u);
  }
}

TEST(Patterns, NamesAndRules) {
  EXPECT_EQ(PatternName(ParsePattern("0,1;4,1")), "G8");
  EXPECT_EQ(PatternName(ParsePattern("3,-2")), "3,-2");
  EXPECT_EQ(Reach(ParsePattern("G12")), 10);
  EXPECT_EQ(Reach(ParsePattern("G24")), 14);
  const auto offsets = Offsets({{4, 1}});
  const int expected[4][2] = {{4, 1}, {-1, 4}, {-4, -1}, {1, -4}};
  for (int r = 0; r < 4; ++r) {
    EXPECT_EQ(offsets[r].dx, expected[r][0]);
    EXPECT_EQ(offsets[r].dy, expected[r][1]);
  }
  for (const char* bad :
       {"", "G9", "0;1", "1,1", "0,1;1,0", "0,1;x,2", "200,1", "0,1;0,3;0,5;0,7;0,9;0,11;0,13"}) {
    try {
      ParsePattern(bad);
      ADD_FAILURE() << "'" << bad << "' was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.exit(), Exit::kUsage);
    }
  }
}

}  // namespace
}  // namespace tsu::golden
