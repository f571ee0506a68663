// SPDX-License-Identifier: Apache-2.0
// The host's side of ring oscillators: estimates against the standard's own examples, the conditioner, seeds for every program, alarms.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <random>

#include "tests/support/fake_core.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/seed.hpp"
#include "tsu/core_device.hpp"
#include "tsu/driver.hpp"
#include "tsu/entropy.hpp"
#include "tsu/files.hpp"
#include "verif/golden/whole_model.hpp"

namespace tsu {
namespace {

using test::FakeCore;
using test::Refusal;

EntropySource::Deadline Soon() { return std::chrono::steady_clock::now() + std::chrono::milliseconds(200); }

TEST(Estimates, MostCommonValue) {
  // p = 0.6, upper bound 0.6 + 2.576 sqrt(0.24 / 19).
  std::vector<std::uint8_t> bits(20, 0);
  for (int i = 0; i < 12; ++i) bits[i] = 1;
  EXPECT_NEAR(MostCommonValueEstimate(bits), -std::log2(0.6 + 2.576 * std::sqrt(0.24 / 19)), 1e-12);
  EXPECT_EQ(MostCommonValueEstimate(std::vector<std::uint8_t>(1000, 1)), 0);
  EXPECT_EQ(MostCommonValueEstimate(std::vector<std::uint8_t>(1000, 0)), 0);
}

TEST(Estimates, MarkovOfTheStandardsExample) {
  // SP 800-90B 6.3.3: 40 samples, min-entropy 0.761.
  const std::vector<std::uint8_t> bits = {1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 0,
                                          1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0};
  EXPECT_NEAR(MarkovEstimate(bits, bits.size()), 0.761, 5e-4);
}

TEST(Estimates, MarkovSeesWhatRepeats) {
  std::vector<std::uint8_t> bits(4096), pairs(4096), words(4096);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    bits[i] = i % 2;                  // 0101...
    pairs[i] = i / 64 % 2;            // long runs
    words[i] = i % 32 == 31 ? 1 : 0;  // the only 1 ends a stretch
  }
  EXPECT_LT(MarkovEstimate(bits, 32), 0.01);
  EXPECT_LT(MarkovEstimate(pairs, 4096), 0.05);
  EXPECT_LT(MarkovEstimate(words, 32), 0.06) << "0 is always followed by 0, but in the last place";
  EXPECT_EQ(MarkovEstimate(std::vector<std::uint8_t>(4096, 1), 32), 0);
}

TEST(Estimates, NoTransitionCrossesAGap) {
  // Within stretches of two a 0 is always followed by a 1, and a 1 begins none: across them 1 would be followed by 0.
  std::vector<std::uint8_t> bits(2000);
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = i % 2;
  EXPECT_NE(MarkovEstimate(bits, 2), MarkovEstimate(bits, 2000));
}

TEST(Conditioner, IsSha256) {
  // SHA-256 of "abcd" + "efgh", the words little-endian.
  const std::string digest = Sha256(Bytes{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'});
  const NoiseState state = ConditionSeed(std::vector<std::uint32_t>{0x64636261, 0x68676665});
  for (std::size_t i = 0; i < 4; ++i) {
    char word[8];
    std::snprintf(word, sizeof word, "%06x", state[i]);
    EXPECT_EQ(word, digest.substr(6 * i, 6));
  }
}

Geometry Built() {
  Geometry g;
  g.rows = 12;
  g.cols = 16;
  g.lanes = 4;
  g.layers = 2;
  g.tables = 8;
  g.program_words = 64;
  g.pattern = ParsePattern("G8");
  return g;
}

// A device of a FakeCore whose rings are good and have given random words.
struct Rig {
  FakeCore* core;
  std::unique_ptr<Device> device;
  std::vector<std::uint32_t> raw;
  Rig() {
    auto fake = std::make_unique<FakeCore>(Built());
    core = fake.get();
    device = MakeCoreDevice(std::move(fake));
    std::mt19937 random(static_cast<std::uint32_t>(test::Seed()));
    for (int i = 0; i < 200; ++i) raw.push_back(static_cast<std::uint32_t>(random()));
    core->raw.assign(raw.begin(), raw.end());
    core->registers[regs::kRegEntropyStatus] = 4u << 16 | 1;
  }
  NoiseState SeedOf(int program) const { return ConditionSeed(std::span(raw).subspan(static_cast<std::size_t>(program) * 32, 32)); }
};

TEST(EntropySource, EveryProgramGetsAFreshSeed) {
  Rig rig;
  const Model model = golden::RandomModel({12, 16, ParsePattern("G8"), 8, 2, 4}, test::Seed(), 3);
  RunOptions options;
  options.count = 12;
  options.ring_seed = true;
  rig.core->noise_loads.clear();
  const RunResult run = RunModel(*rig.device, model, options);
  EXPECT_EQ(rig.device->noise(), "simulation model");
  ASSERT_EQ(run.passes, 3);
  ASSERT_EQ(rig.core->noise_loads.size(), 3u);
  for (int pass = 0; pass < 3; ++pass) {
    EXPECT_EQ(rig.core->noise_loads[pass], NoiseStreams(rig.SeedOf(pass), static_cast<std::uint64_t>(4 * pass), 4, 8)) << "program " << pass;
  }
  // A fixed seed afterwards: the rings rest.
  options.ring_seed = false;
  RunModel(*rig.device, model, options);
  EXPECT_EQ(rig.device->noise(), "pseudo-random");
  EXPECT_EQ(rig.core->registers[regs::kRegEntropyControl] & 1, 0u);
  EXPECT_EQ(rig.core->raw.size(), 200u - 96) << "nothing drawn";
}

TEST(EntropySource, SeedsComeOnlyFromGoodRings) {
  Rig rig;
  EntropySource& entropy = *rig.device->entropy();
  std::uint32_t& status = rig.core->registers[regs::kRegEntropyStatus];
  entropy.Select(true);
  EXPECT_EQ(entropy.Seed(Soon()), rig.SeedOf(0));
  status = 4u << 16;
  EXPECT_NE(Refusal(Exit::kLink, [&] { entropy.Seed(Soon()); }).find("start-up"), std::string::npos) << "never ready";
  status = 4u << 16 | regs::kCauseProportion << 4;
  EXPECT_NE(Refusal(Exit::kHealth, [&] { entropy.Seed(Soon()); }).find("adaptive proportion"), std::string::npos);
  // While the words are read.
  status = 4u << 16 | 1;
  rig.core->alarm_after_raw = 20;
  EXPECT_NE(Refusal(Exit::kHealth, [&] { entropy.Seed(Soon()); }).find("lag"), std::string::npos);
  status = 4u << 16 | 1;
  rig.core->raw.clear();
  EXPECT_NE(Refusal(Exit::kLink, [&] { entropy.Seed(Soon()); }).find("raw bits"), std::string::npos);
}

TEST(EntropySource, AFaultStaysUntilAnotherIsInjected) {
  Rig rig;
  EntropySource& entropy = *rig.device->entropy();
  const auto control = [&] { return rig.core->registers[regs::kRegEntropyControl]; };
  entropy.Inject(regs::kRingFaultBiased);
  entropy.Select(true);
  EXPECT_EQ(control(), 1 | regs::kRingFaultBiased << 4);
  entropy.ClearAlarm();
  EXPECT_EQ(control(), 3 | regs::kRingFaultBiased << 4);
  entropy.Select(false);
  EXPECT_EQ(control(), regs::kRingFaultBiased << 4);
  // Another program opens the core: fixed seeds are selected, the fault is as it was.
  auto fake = std::make_unique<FakeCore>(Built());
  FakeCore& core = *fake;
  core.registers[regs::kRegEntropyControl] = 1 | regs::kRingFaultStuck << 4;
  const auto device = MakeCoreDevice(std::move(fake));
  EXPECT_EQ(core.registers[regs::kRegEntropyControl], regs::kRingFaultStuck << 4);
}

TEST(EntropySource, RealRingsTakeNoFaults) {
  auto fake = std::make_unique<FakeCore>(Built());
  std::uint32_t& caps = fake->registers[regs::kRegCaps];
  caps = (caps & ~0xF0u) | 1u << 4;
  const auto device = MakeCoreDevice(std::move(fake));
  EXPECT_EQ(device->entropy()->source(), "ring oscillator");
  Refusal(Exit::kIncompatible, [&] { device->entropy()->Inject(1); });
}

TEST(EntropySource, CausesInWords) {
  EXPECT_EQ(CauseText(0), "none");
  EXPECT_EQ(CauseText(15), "repetition count, adaptive proportion, lag in the start-up test");
}

}  // namespace
}  // namespace tsu
