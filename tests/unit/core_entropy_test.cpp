// SPDX-License-Identifier: Apache-2.0
// A core with rings: same samples as golden whatever the rings do, raw bits through registers, and an alarm that stops it.
#include <gtest/gtest.h>

#include "Vtsu_core_rings.h"
#include "Vtsu_core_small.h"
#include "tests/support/seed.hpp"
#include "verif/golden/rings.hpp"
#include "verif/sim/core_rig.hpp"

namespace tsu::verif {
namespace {

using namespace regs;

constexpr int kMostClocks = 400'000, kSampleClocks = 8;
constexpr std::uint32_t kSelect = 1, kClear = 2, kReady = 1, kBusy = 1, kDone = 2, kAlarm = 32;
constexpr std::uint32_t Fault(std::uint32_t code) { return code << 4; }

class CoreEntropy : public testing::Test {
 protected:
  CoreRig<Vtsu_core_rings> rig{test::Seed()};
  AxiBench<Vtsu_core_rings>& bench = rig.bench;

  void Control(std::uint32_t value) { bench.Write(kRegEntropyControl, value); }
  std::uint32_t Entropy() { return bench.Read(kRegEntropyStatus); }
  std::uint32_t Cause() { return Entropy() >> 4 & 15; }
  void AwaitReady() {
    for (int i = 0; i < 2000 && !(Entropy() & kReady); ++i) bench.Ticks(kSampleClocks);
    ASSERT_TRUE(Entropy() & kReady);
  }
  // Emits for ever, as far as a test can tell.
  Program Endless() {
    return {Instruction(kOpBeta, 0), Instruction(kOpLoop, 0xFFFFFF), Instruction(kOpSweep, 3), Instruction(kOpEmit, 1),
            Instruction(kOpNext), Instruction(kOpEnd)};
  }
  void SamplesEqualGolden() {
    rig.LoadRandom();
    EXPECT_GT(rig.RunBoth(rig.RandomProgram(30), kMostClocks), 0);
  }
};

TEST_F(CoreEntropy, SaysWhatSeedsItsNoise) {
  EXPECT_EQ(bench.Read(kRegCaps) >> 4 & 15, 2u) << "a simulation model can be selected";
  EXPECT_EQ(rig.Status() >> 8 & 15, 0u) << "pseudo-random until it is";
  EXPECT_EQ(Entropy() >> 16 & 15, 4u);
  Control(kSelect | Fault(kRingFaultPeriodic));
  EXPECT_EQ(bench.Read(kRegEntropyControl), kSelect | Fault(kRingFaultPeriodic));
  EXPECT_EQ(rig.Status() >> 8 & 15, 2u);
  bench.Write(kRegEntropyControl, 0, 0b1110);
  EXPECT_EQ(rig.Status() >> 8 & 15, 2u) << "byte strobes";
  Control(0);
  EXPECT_EQ(rig.Status() >> 8 & 15, 0u);
}

TEST_F(CoreEntropy, RunningRingsChangeNoSample) {
  Control(kSelect);
  AwaitReady();
  for (int i = 0; i < 3; ++i) SamplesEqualGolden();
  EXPECT_EQ(Cause(), 0u);
}

TEST_F(CoreEntropy, RawWordsAreTheRingsBits) {
  golden::RingBank bank(4, kSampleClocks, 1);
  Control(kSelect);
  int words = 0;
  for (int i = 0; i < 20'000 && words < 60; ++i) {
    if ((Entropy() >> 8 & 255) == 0) continue;  // and no word is taken that comes meanwhile
    const std::uint32_t word = bench.Read(kRegEntropyRaw);
    std::uint32_t expected = 0;
    for (int b = 0; b < 32; ++b) expected |= static_cast<std::uint32_t>(bank.Next()) << b;
    ASSERT_EQ(word, expected) << "word " << words;
    ++words;
  }
  EXPECT_EQ(words, 60);
  bench.Ticks(40 * 32 * kSampleClocks);
  EXPECT_EQ(Entropy() >> 8 & 255, kRawWords) << "full";
  Control(0);
  EXPECT_EQ(Entropy() & 0xFFFF, 0u) << "at rest: nothing waits, nothing is ready";
  EXPECT_EQ(bench.Read(kRegEntropyRaw), 0u);
}

TEST_F(CoreEntropy, AnAlarmStopsTheSamples) {
  Control(kSelect);
  AwaitReady();
  rig.LoadRandom();
  bench.Write(kRegIrqStatus, 7);
  bench.Write(kRegIrqEnable, 2);
  bench.received.clear();
  rig.Start(Endless());
  bench.Ticks(5000);
  ASSERT_EQ(rig.Status() & 0x2F, kBusy);
  ASSERT_GT(bench.Read64(kRegSamples), 2u);
  EXPECT_EQ(bench.dut()->irq_o, 0);
  Control(kSelect | Fault(kRingFaultStuck));
  bench.Ticks(static_cast<int>(kRepetitionCutoff + 2) * kSampleClocks);
  const std::uint32_t status = rig.WaitIdle(2000);
  EXPECT_EQ(status & 0x2F, kAlarm) << "neither busy nor done";
  EXPECT_EQ(Cause(), kCauseRepetition);
  EXPECT_EQ(bench.dut()->irq_o, 1) << "an error interrupts";
  EXPECT_NO_THROW(rig.Packets()) << "a packet that was cut has its end";
  // Nothing comes any more, and nothing starts.
  const std::size_t words = bench.received.size();
  const std::uint64_t samples = bench.Read64(kRegSamples);
  bench.Write(kRegControl, 1);
  bench.Ticks(5000);
  EXPECT_EQ(rig.Status() & 0x2F, kAlarm);
  EXPECT_EQ(bench.received.size(), words);
  EXPECT_EQ(bench.Read64(kRegSamples), samples);
  // The alarm outlives its cause.
  Control(kSelect);
  bench.Ticks(5000);
  EXPECT_EQ(rig.Status() & 0x2F, kAlarm);
  Control(kSelect | kClear);
  EXPECT_EQ(rig.Status() & 0x2F, 0u);
  EXPECT_FALSE(Entropy() & kReady) << "the start-up test begins anew";
  AwaitReady();
  SamplesEqualGolden();
}

TEST_F(CoreEntropy, AnAlarmBeforeTheStartKeepsItFromStarting) {
  Control(kSelect | Fault(kRingFaultClock));
  bench.Ticks(3000 * kSampleClocks);
  EXPECT_EQ(Cause() & (kCauseRepetition | kCauseStartUp), kCauseRepetition | kCauseStartUp);
  rig.LoadRandom();
  bench.received.clear();
  rig.Start(rig.ProbeProgram());
  bench.Ticks(5000);
  EXPECT_EQ(rig.Status() & 0x2F, kAlarm);
  EXPECT_TRUE(bench.received.empty());
}

TEST_F(CoreEntropy, FixedSeedsMindNoAlarm) {
  Control(kSelect | Fault(kRingFaultStuck));
  bench.Ticks(200 * kSampleClocks);
  ASSERT_NE(Cause(), 0u);
  Control(0);
  EXPECT_EQ(rig.Status() & kAlarm, 0u);
  for (int i = 0; i < 2; ++i) SamplesEqualGolden();
  EXPECT_NE(Cause(), 0u) << "and it stays latched";
  Control(kSelect);
  EXPECT_EQ(rig.Status() & kAlarm, kAlarm);
}

TEST(CoreWithoutRings, HasNothingToSelect) {
  CoreRig<Vtsu_core_small> rig(test::Seed());
  EXPECT_EQ(rig.bench.Read(kRegCaps) >> 4 & 15, 0u);
  rig.bench.Write(kRegEntropyControl, ~0u);
  EXPECT_EQ(rig.bench.Read(kRegEntropyControl), 0u);
  rig.bench.Ticks(200);
  EXPECT_EQ(rig.bench.Read(kRegEntropyStatus), 0u);
  EXPECT_EQ(rig.bench.Read(kRegEntropyRaw), 0u);
  EXPECT_EQ(rig.Status() >> 8 & 15, 0u);
}

}  // namespace
}  // namespace tsu::verif
