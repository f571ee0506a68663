// SPDX-License-Identifier: Apache-2.0
// Whole programs on the core through its AXI interfaces against golden::Core, with random stalls on every interface.
#include <gtest/gtest.h>

#include "Vtsu_core_deep.h"
#include "Vtsu_core_groups.h"
#include "Vtsu_core_shared.h"
#include "Vtsu_core_short.h"
#include "Vtsu_core_small.h"
#include "Vtsu_core_wide.h"
#include "tests/support/random_programs.hpp"
#include "tests/support/seed.hpp"
#include "verif/sim/core_rig.hpp"

namespace tsu::verif {
namespace {

template <typename Model>
class CoreTest : public testing::Test {
 protected:
  CoreRig<Model> rig{test::Seed()};

  void RandomStalls() { test::RandomStalls(rig); }
  // The rig reports a difference by exception: name the case it happened in.
  int RunBoth(const Program& program, const std::string& what) {
    try {
      return rig.RunBoth(program, kMostClocks);
    } catch (const std::exception& error) {
      ADD_FAILURE() << what << ": " << error.what();
      return 0;
    }
  }
  static constexpr int kMostClocks = 400000;
};

using Models = testing::Types<Vtsu_core_small, Vtsu_core_groups, Vtsu_core_deep, Vtsu_core_short, Vtsu_core_wide, Vtsu_core_shared>;
TYPED_TEST_SUITE(CoreTest, Models);

TYPED_TEST(CoreTest, RandomProgramsMatchGolden) { EXPECT_GT(test::RandomPrograms(this->rig, 12), 12); }

// The denoising chain of a model: every layer, its own beta ramp, one start.
TYPED_TEST(CoreTest, DenoisingChainFromOneStart) {
  auto& rig = this->rig;
  rig.LoadRandom();
  this->RandomStalls();
  Program program{Instruction(regs::kOpLoop, 2), Instruction(regs::kOpRandomise, 0)};
  for (int layer = 0; layer < rig.built.layers; ++layer) {
    program.push_back(Instruction(regs::kOpCopy));
    program.push_back(Instruction(regs::kOpLayer, layer));
    program.push_back(Instruction(regs::kOpRandomise, 1));
    for (int table = 0; table < std::min(3, rig.built.tables); ++table) {
      program.push_back(Instruction(regs::kOpBeta, table));
      program.push_back(Instruction(regs::kOpPreload, (table + 1) % rig.built.tables));
      program.push_back(Instruction(regs::kOpSweep, 3));
    }
    program.push_back(Instruction(regs::kOpEmit, 0));
  }
  program.push_back(Instruction(regs::kOpNext));
  program.push_back(Instruction(regs::kOpEnd));
  EXPECT_EQ(this->RunBoth(program, "chain"), 2 * rig.built.layers);
  EXPECT_EQ(this->RunBoth(rig.ProbeProgram(), "state after the chain"), 2);
}

// A sweep that is asked for at any clock of the sweep, the drain and the copy before it.
TYPED_TEST(CoreTest, SweepsAroundAPreload) {
  auto& rig = this->rig;
  for (const int rows : {rig.built.rows, rig.built.rows - 1}) {
    rig.Use(rows);
    rig.LoadRandom();
    for (int wait = 0; wait < 48; ++wait) {
      Program program{Instruction(regs::kOpBeta, 0), Instruction(regs::kOpSweep, 1), Instruction(regs::kOpPreload, rig.built.tables - 1)};
      program.insert(program.end(), wait, Instruction(regs::kOpLayer, 0));
      program.insert(program.end(), {Instruction(regs::kOpSweep, 2), Instruction(regs::kOpBeta, rig.built.tables - 1),
                                     Instruction(regs::kOpSweep, 1), Instruction(regs::kOpEmit, 1), Instruction(regs::kOpEnd)});
      this->RunBoth(program, "rows " + std::to_string(rows) + ", wait " + std::to_string(wait));
      if (this->HasFailure()) return;
    }
  }
}

// A reader that takes nothing for long: the core waits in Emit, says so, and loses nothing.
TYPED_TEST(CoreTest, BackPressureLosesNothing) {
  auto& rig = this->rig;
  rig.LoadRandom();
  const int emits = 4;
  Program program{Instruction(regs::kOpBeta, 0), Instruction(regs::kOpLoop, emits), Instruction(regs::kOpSweep, 1),
                  Instruction(regs::kOpEmit, 1), Instruction(regs::kOpNext), Instruction(regs::kOpEnd)};
  rig.bench.stalls.sink = 100;
  rig.Start(program);
  rig.bench.Ticks(8000);
  EXPECT_EQ(rig.Status() & 0x1Fu, 0x11u) << "busy and waiting for the sample stream";
  EXPECT_GT(rig.bench.Read64(regs::kRegStalls), 2000u);
  EXPECT_TRUE(rig.bench.received.empty());
  rig.bench.stalls.sink = 0;
  EXPECT_EQ(rig.WaitIdle(this->kMostClocks) & 0xFu, 2u);
  EXPECT_EQ(rig.bench.Read64(regs::kRegSamples), static_cast<std::uint64_t>(emits * rig.geometry.groups));
  const std::vector<Packet> packets = rig.Packets();
  std::size_t at = 0;
  rig.golden.Run(program, [&](const Emission& expected) {
    ASSERT_LE(at + rig.geometry.groups, packets.size());
    const auto got = Unpack(rig.geometry, rig.golden.sites, true, std::span(packets).subspan(at, rig.geometry.groups));
    at += rig.geometry.groups;
    EXPECT_EQ(got.bits, expected.bits);
  });
  EXPECT_EQ(at, packets.size());
}

TYPED_TEST(CoreTest, AbortAtAnyTimeAndGoOn) {
  auto& rig = this->rig;
  rig.LoadRandom();
  for (int round = 0; round < 12; ++round) {
    this->RandomStalls();
    if (round % 3 == 2) rig.bench.stalls.sink = 100;
    Program endless{Instruction(regs::kOpBeta, 0), Instruction(regs::kOpPreload, rig.built.tables - 1),
                    Instruction(regs::kOpLoop, 100000), Instruction(regs::kOpSweep, 3),
                    Instruction(regs::kOpBeta, rig.built.tables - 1), Instruction(regs::kOpCopy),
                    Instruction(regs::kOpEmit, 1), Instruction(regs::kOpNext), Instruction(regs::kOpEnd)};
    rig.Start(endless);
    rig.bench.Ticks(rig.Uniform(1, 3000));
    ASSERT_EQ(rig.Status() & 1u, 1u);
    rig.bench.Write(regs::kRegControl, 2);
    rig.bench.stalls.sink = rig.Uniform(0, 50);
    EXPECT_EQ(rig.WaitIdle(5000) & 0xFu, 0u) << "neither done nor an error";
    EXPECT_NO_THROW(rig.Packets()) << "the cut packet has its TLAST";
    rig.LoadPlanes();
    this->RunBoth(rig.RandomProgram(12), "after abort " + std::to_string(round));
    if (this->HasFailure()) return;
  }
}

TYPED_TEST(CoreTest, ResetInMidRun) {
  auto& rig = this->rig;
  for (int round = 0; round < 6; ++round) {
    rig.LoadRandom();
    this->RandomStalls();
    rig.Start(rig.RandomProgram(400));
    rig.bench.Ticks(rig.Uniform(1, 2000));
    rig.bench.Reset(rig.Uniform(1, 3));
    EXPECT_EQ(rig.Status() & 0xFu, 0u);
    EXPECT_EQ(rig.bench.Read64(regs::kRegClocks), 0u);
    rig.Load();
    this->RunBoth(rig.RandomProgram(12), "after reset " + std::to_string(round));
    if (this->HasFailure()) return;
  }
}

// Loads that come while a program runs wait for its end.
TYPED_TEST(CoreTest, LoadsWaitForTheProgram) {
  auto& rig = this->rig;
  rig.LoadRandom();
  rig.bench.received.clear();
  const Program program{Instruction(regs::kOpBeta, 0), Instruction(regs::kOpSweep, 30), Instruction(regs::kOpEmit, 1),
                        Instruction(regs::kOpEnd)};
  rig.Start(program);
  const std::vector<std::uint8_t> zeros(rig.golden.spins.size(), 0);
  for (int group = 0; group < rig.geometry.groups; ++group)
    for (int colour = 0; colour < 2; ++colour)
      rig.bench.Queue(PackPlane(rig.geometry, regs::kTargetSpin, group, colour, zeros));
  const std::size_t queued = rig.bench.queued();
  rig.bench.Ticks(50);
  EXPECT_EQ(rig.bench.queued(), queued);
  rig.WaitIdle(this->kMostClocks);
  rig.bench.Send(PackCoupling(0, rig.golden.layers[0]));
  std::vector<std::uint8_t> emitted;
  rig.golden.Run(program, [&](const Emission& e) { emitted = e.bits; });
  const std::vector<Packet> packets = rig.Packets();
  EXPECT_EQ(Unpack(rig.geometry, rig.golden.sites, true, packets).bits, emitted);
  rig.golden.spins = zeros;
  EXPECT_EQ(this->RunBoth(rig.ProbeProgram(), "after the loads"), 2);
}

TYPED_TEST(CoreTest, MalformedPackets) {
  auto& rig = this->rig;
  rig.LoadRandom();
  const std::uint32_t rows = rig.built.rows, layers = rig.built.layers, groups = rig.built.groups;
  const auto packet = [](std::uint32_t target, std::uint32_t index, std::uint32_t row, int words) {
    Packet p = PackHeader(target, index, 0, static_cast<int>(row));
    for (int i = 0; i < words; ++i) p.push_back(0xFFFFFFFF);
    return p;
  };
  const std::vector<std::pair<std::string, Packet>> bad = {
      {"one word", {regs::kTargetSpin << 28}},
      {"no data", packet(regs::kTargetSpin, 0, 0, 0)},
      {"target 0", packet(0, 0, 0, 5)},
      {"target 9", packet(9, 0, 0, 5)},
      {"target 15", packet(15, 0, 0, 1)},
      {"table number", packet(regs::kTargetTable, rig.built.tables, 0, 4)},
      {"table entry", packet(regs::kTargetTable, 0, 1u << rig.built.table_bits, 4)},
      {"program word", packet(regs::kTargetProgram, 0, rig.built.program_words, 1)},
      {"layer of c", packet(regs::kTargetCoupling, layers, 0, 4)},
      {"layer of weights", packet(regs::kTargetWeight, layers, 0, 40)},
      {"row of weights", packet(regs::kTargetWeight, 0, rows, 40)},
      {"row of sites", packet(regs::kTargetSite, 0, rows, 2)},
      {"lane group", packet(regs::kTargetSpin, groups, 0, 2)},
      {"lane group of the plane", packet(regs::kTargetConditioning, 0xFFFF, 0, 2)},
      {"pair of noise", packet(regs::kTargetNoise, 0, rig.built.cols / 2, 8)},
      {"c of a fifth class", [&] {
         Packet p = PackCoupling(0, rig.golden.layers[0]);
         p.push_back(1);
         return p;
       }()},
      {"part of a coupling", packet(regs::kTargetCoupling, 0, 0, 0)},
      {"a table's end", [&] {
         Packet p = PackHeader(regs::kTargetTable, 0, 0, (1 << rig.built.table_bits) - 1);
         p.push_back(rig.golden.tables[0].back());
         p.push_back(0);
         p.push_back(0);
         return p;
       }()},
  };
  for (const auto& [what, words] : bad) {
    this->RandomStalls();
    rig.bench.Write(regs::kRegIrqStatus, 7);
    rig.bench.Send(words);
    EXPECT_EQ(rig.Status() & 0xFu, 8u) << what;
    EXPECT_EQ(rig.bench.Read(regs::kRegIrqStatus), 2u) << what;
    rig.bench.Write(regs::kRegControl, 2);  // abort clears the error
    EXPECT_EQ(rig.Status() & 0xFu, 0u) << what;
  }
  // A pair's states are cleared together: a load may end behind any pair, but not behind one of its lanes.
  const Packet noise = PackNoise(rig.geometry, rig.golden.noise);
  Packet cut(noise.begin(), noise.end() - (rig.geometry.lanes > 1 ? regs::kNoiseWords * groups : 1));
  rig.bench.Send(cut);
  EXPECT_EQ(rig.Status() & 0xFu, 8u);
  rig.bench.Write(regs::kRegControl, 2);
  rig.bench.Send(noise);
  // Nothing else was written, and the packets after them are read from their first word on.
  this->RunBoth(rig.RandomProgram(10), "after malformed packets");
}

}  // namespace
}  // namespace tsu::verif
