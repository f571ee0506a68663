// SPDX-License-Identifier: Apache-2.0
// Registers, counters, errors and timing of the core: what golden does not know.
#include <gtest/gtest.h>

#include <cstdio>

#include "Vtsu_core_deep.h"
#include "Vtsu_core_groups.h"
#include "Vtsu_core_shared.h"
#include "Vtsu_core_short.h"
#include "Vtsu_core_small.h"
#include "Vtsu_core_wide.h"
#include "tests/support/seed.hpp"
#include "verif/sim/core_rig.hpp"

namespace tsu::verif {
namespace {

constexpr int kMostClocks = 400000;

template <typename Model>
class CoreControlTest : public testing::Test {
 protected:
  CoreRig<Model> rig{test::Seed()};

  // Runs to the end and gives a counter.
  std::uint64_t Measure(const Program& program, std::uint32_t counter = regs::kRegSweepClocks) {
    rig.Start(program);
    EXPECT_EQ(rig.WaitIdle(kMostClocks) & 0xFu, 2u);
    return rig.bench.Read64(counter);
  }
  // Clocks of a sweep: rows long enough to need no padding.
  int SweepClocks() const { return 2 * rig.geometry.rows * rig.geometry.groups; }
};

using Models = testing::Types<Vtsu_core_small, Vtsu_core_groups, Vtsu_core_deep, Vtsu_core_short, Vtsu_core_wide, Vtsu_core_shared>;
TYPED_TEST_SUITE(CoreControlTest, Models);

// The utilisation claim: a sweep takes 2 x rows x groups clocks and nothing more, whatever instructions lie between sweeps.
TYPED_TEST(CoreControlTest, ClocksPerSweep) {
  auto& rig = this->rig;
  rig.LoadRandom();
  using regs::kOpBeta, regs::kOpSweep, regs::kOpEnd;
  const std::uint64_t one = this->Measure({Instruction(kOpBeta, 0), Instruction(kOpSweep, 1), Instruction(kOpEnd)});
  const std::uint64_t many = this->Measure({Instruction(kOpBeta, 0), Instruction(kOpSweep, 101), Instruction(kOpEnd)});
  const int rows = rig.geometry.rows, groups = rig.geometry.groups, drain = Reach(rig.geometry.pattern) * groups;
  const bool padded = rows * groups < drain + static_cast<int>(regs::kPipelineDepth) + 2;  // a phase shorter than the pipeline
  std::printf("REPORT utilisation: %3d x %-3d %-4s groups %d: %.2f clocks a sweep, 2 x rows x groups = %d%s\n", rig.geometry.cols,
              rows, PatternName(rig.geometry.pattern).c_str(), groups, static_cast<double>(many - one) / 100,
              2 * rows * groups, padded ? " (padded: fewer rows than the pipeline is deep)" : "");
  const std::uint64_t steps = rig.bench.Read64(regs::kRegRowSteps);
  EXPECT_EQ(steps, 101u * 2 * rows * groups);
  EXPECT_EQ(rig.bench.Read64(regs::kRegFlips), steps * (rig.geometry.cols / 2) * rig.geometry.lanes);
  if (padded) {
    EXPECT_GT(many - one, 100u * 2 * rows * groups) << "a phase this short needs padding";
    return;
  }
  EXPECT_EQ(many - one, 100u * this->SweepClocks());
  EXPECT_LE(one, static_cast<std::uint64_t>(this->SweepClocks() + drain + 12)) << "one fill, once";

  // Where lanes share threshold memories a copy waits for the array to be idle: no preload is free.
  if (std::is_same_v<TypeParam, Vtsu_core_shared>) return;

  // Sweeps of one, with other instructions between them, and a preload under way.
  Program program{Instruction(kOpBeta, 0), Instruction(regs::kOpLoop, 10), Instruction(kOpSweep, 9)};
  program.insert(program.end(), {Instruction(regs::kOpLayer, rig.built.layers - 1), Instruction(regs::kOpPreload, 1),
                                 Instruction(regs::kOpClamp, 1), Instruction(regs::kOpRandomise, 1),
                                 Instruction(regs::kOpNext), Instruction(kOpSweep, 1), Instruction(kOpEnd)});
  EXPECT_EQ(this->Measure(program), many);
  EXPECT_LE(rig.bench.Read64(regs::kRegStalls), (1u << rig.built.table_bits) + 4) << "only the first Beta waits";

  // Beta from a preloaded slot: no pause once the copy has had its time.
  const std::uint64_t loading = this->Measure({Instruction(kOpBeta, 0), Instruction(kOpEnd)}, regs::kRegStalls);
  const int cover = ((1 << rig.built.table_bits) + drain + 40) / this->SweepClocks() + 1;
  program = {Instruction(kOpBeta, 0), Instruction(regs::kOpPreload, 1), Instruction(regs::kOpLoop, 5)};
  for (int table = 1; table >= 0; --table)
    program.insert(program.end(), {Instruction(kOpSweep, cover), Instruction(kOpBeta, table), Instruction(kOpSweep, 1),
                                   Instruction(regs::kOpPreload, 1 - table)});
  program.insert(program.end(), {Instruction(regs::kOpNext), Instruction(kOpEnd)});
  EXPECT_EQ(this->Measure(program), one + (10u * (cover + 1) - 1) * this->SweepClocks());
  EXPECT_EQ(rig.bench.Read64(regs::kRegStalls), loading);
}

// Beta of a table that is nowhere near: the core waits, counts the wait, and goes on by itself.
TYPED_TEST(CoreControlTest, BetaWaitsForItsTable) {
  this->rig.LoadRandom();
  Program program;
  for (int i = 0; i < 6; ++i) {
    program.push_back(Instruction(regs::kOpBeta, i % this->rig.built.tables));
    program.push_back(Instruction(regs::kOpSweep, 1));
  }
  program.push_back(Instruction(regs::kOpEnd));
  const std::uint64_t stalls = this->Measure(program, regs::kRegStalls);
  const std::uint64_t entries = 1u << this->rig.built.table_bits;
  EXPECT_GT(stalls, entries);
  EXPECT_LT(stalls, 6 * (entries + 200));
}

TYPED_TEST(CoreControlTest, ProgramErrors) {
  auto& rig = this->rig;
  rig.LoadRandom();
  const std::uint32_t layers = rig.built.layers, tables = rig.built.tables;
  const auto op = [](std::uint32_t opcode, std::uint32_t argument = 0) { return Instruction(opcode, argument); };
  const std::uint32_t end = op(regs::kOpEnd), next = op(regs::kOpNext), loop = op(regs::kOpLoop, 2),
                      sweep = op(regs::kOpSweep, 1), beta = op(regs::kOpBeta, 0);
  struct Case {
    std::string what;
    Program program;
    std::uint32_t word;  // at fault
  };
  const std::vector<Case> cases = {
      {"unknown opcode", {beta, sweep, op(11), end}, 2},
      {"opcode 255", {op(255, 3), end}, 0},
      {"third Loop", {loop, loop, loop, next, next, next, end}, 2},
      {"Loop of none", {op(regs::kOpLoop, 0), next, end}, 0},
      {"Next alone", {beta, next, end}, 1},
      {"Next too many", {loop, next, next, end}, 2},
      {"End in a Loop", {loop, end}, 1},
      {"layer", {op(regs::kOpLayer, layers), end}, 0},
      {"layer, upper bits", {op(regs::kOpLayer, 0x800000), end}, 0},
      {"table of Beta", {op(regs::kOpBeta, tables), end}, 0},
      {"table of Preload", {beta, op(regs::kOpPreload, tables), end}, 1},
      {"Sweep before Beta", {op(regs::kOpRandomise), sweep, end}, 1},
      {"no End", Program(rig.built.program_words, op(regs::kOpClamp)), static_cast<std::uint32_t>(rig.built.program_words - 1)},
  };
  for (const Case& c : cases) {
    rig.bench.Write(regs::kRegIrqStatus, 7);
    rig.Start(c.program);
    EXPECT_EQ(rig.WaitIdle(kMostClocks) & 0xFu, 4u) << c.what;
    EXPECT_EQ(rig.bench.Read(regs::kRegProgramCounter), c.word) << c.what;
    EXPECT_EQ(rig.bench.Read(regs::kRegIrqStatus), 2u) << c.what;
  }
  rig.LoadPlanes();
  EXPECT_NO_THROW(rig.RunBoth(rig.ProbeProgram(), kMostClocks)) << "and it goes on";
}

TYPED_TEST(CoreControlTest, Registers) {
  auto& rig = this->rig;
  auto& bench = rig.bench;
  EXPECT_EQ(bench.Read(regs::kRegId), regs::kMagic);
  EXPECT_EQ(bench.Read(regs::kRegVersion), regs::kCoreVersion);
  EXPECT_EQ(bench.Read(regs::kRegMapHash), regs::kMapHash);
  EXPECT_EQ(bench.Read(regs::kRegBuildId), 0xB1D0000Du);
  EXPECT_EQ(bench.Read(regs::kRegClockHz), 12345678u);
  for (int round = 0; round < 300; ++round) {
    bench.stalls.axil = rig.Uniform(0, 90);
    // Every offset answers OKAY (the driver checks); those outside the map read 0.
    const std::uint32_t offset = 4 * rig.Uniform(0, 1023);
    if (offset > regs::kRegProgramCounter) {
      bench.Write(offset, rig.random());
      EXPECT_EQ(bench.Read(offset), 0u) << offset;
    } else if (offset < regs::kRegControl) {
      const std::uint32_t before = bench.Read(offset);
      bench.Write(offset, rig.random());
      EXPECT_EQ(bench.Read(offset), before) << offset;
    }
  }
  // Byte strobes.
  bench.Write(regs::kRegScratch, 0x11223344);
  bench.Write(regs::kRegScratch, 0xAABBCCDD, 0b0101);
  EXPECT_EQ(bench.Read(regs::kRegScratch), 0x11BB33DDu);
  bench.Write(regs::kRegScratch, 0, 0);
  EXPECT_EQ(bench.Read(regs::kRegScratch), 0x11BB33DDu);
  // Rows in use: the built ones after reset; nonsense is ignored.
  const std::uint32_t rows = rig.built.rows;
  for (const std::uint32_t value : {0u, rows + 1, 0x10000u + rows, 0xFFFFFFFFu}) {
    bench.Write(regs::kRegRows, value);
    EXPECT_EQ(bench.Read(regs::kRegRows), rows) << value;
  }
  bench.Write(regs::kRegRows, 1);
  EXPECT_EQ(bench.Read(regs::kRegRows), 1u);
}

TYPED_TEST(CoreControlTest, InterruptsAndBusyRules) {
  auto& rig = this->rig;
  auto& bench = rig.bench;
  rig.LoadRandom();
  bench.Write(regs::kRegIrqStatus, 7);
  bench.Write(regs::kRegIrqEnable, 1);
  rig.Start({Instruction(regs::kOpBeta, 0), Instruction(regs::kOpSweep, 149), Instruction(regs::kOpSweep, 1), Instruction(regs::kOpBeta, 0),
             Instruction(regs::kOpSweep, 50), Instruction(regs::kOpEnd)});
  EXPECT_EQ(rig.Status() & 0xFu, 1u);
  EXPECT_EQ(bench.dut()->irq_o, 0);
  const std::uint32_t rows = bench.Read(regs::kRegRows);
  bench.Write(regs::kRegRows, 1);
  EXPECT_EQ(bench.Read(regs::kRegRows), rows) << "rows while busy";
  const std::uint64_t before = bench.Read64(regs::kRegRowSteps);
  bench.Ticks(600);
  bench.Write(regs::kRegControl, 1);  // a second start is ignored, and what is resident stays so
  EXPECT_GE(bench.Read64(regs::kRegRowSteps), before);
  EXPECT_EQ(rig.WaitIdle(kMostClocks) & 0xFu, 2u);
  EXPECT_LE(bench.Read64(regs::kRegStalls), (1u << rig.built.table_bits) + 8);
  EXPECT_EQ(bench.Read64(regs::kRegRowSteps), 200u * 2 * rig.geometry.rows * rig.geometry.groups);
  EXPECT_EQ(bench.dut()->irq_o, 1);
  EXPECT_EQ(bench.Read(regs::kRegIrqStatus), 1u);
  bench.Write(regs::kRegIrqStatus, 6);
  EXPECT_EQ(bench.dut()->irq_o, 1) << "only ones clear";
  bench.Write(regs::kRegIrqStatus, 1);
  bench.Tick();
  EXPECT_EQ(bench.dut()->irq_o, 0);
  // A waiting sample interrupts too.
  bench.Write(regs::kRegIrqEnable, 4);
  bench.stalls.sink = 100;
  rig.Start({Instruction(regs::kOpEmit, 0), Instruction(regs::kOpEnd)});
  bench.Ticks(1000);
  EXPECT_EQ(bench.dut()->irq_o, 1);
  bench.stalls.sink = 0;
  EXPECT_EQ(rig.WaitIdle(kMostClocks) & 0xFu, 2u);
  bench.Write(regs::kRegIrqStatus, 7);
  EXPECT_EQ(bench.Read(regs::kRegIrqStatus), 0u);
  // Counters stand still when idle, and clear on request.
  const std::uint64_t clocks = bench.Read64(regs::kRegClocks);
  EXPECT_GT(clocks, 0u);
  bench.Ticks(20);
  EXPECT_EQ(bench.Read64(regs::kRegClocks), clocks);
  bench.Write(regs::kRegControl, 4);
  EXPECT_EQ(bench.Read64(regs::kRegClocks), 0u);
}

}  // namespace
}  // namespace tsu::verif
