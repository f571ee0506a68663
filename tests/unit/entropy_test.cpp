// SPDX-License-Identifier: Apache-2.0
// Rings and health tests: RTL equal to golden bit for bit, cut-offs, alarms on every injected fault within the stated number of
// raw bits (rtl/entropy/README.md) and none in good ones, raw words.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>

#include "Vtsu_entropy_r3.h"
#include "Vtsu_entropy_r4.h"
#include "Vtsu_health.h"
#include "tests/support/seed.hpp"
#include "tsu/regs.hpp"
#include "verif/golden/health.hpp"
#include "verif/golden/rings.hpp"
#include "verif/sim/dut.hpp"

namespace tsu::verif {
namespace {

using namespace regs;
using golden::HealthTests;
using golden::RingBank;
using test::Seed;

constexpr int kWindow = kHealthWindow, kRun = kRepetitionCutoff, kHits = kProportionCutoff;

// Raw bits after a fault begins within which the alarm comes.
struct Fault {
  std::uint32_t code;
  const char* name;
  int within;
};
constexpr Fault kFaults[] = {{kRingFaultStuck, "stuck", kRun},
                             {kRingFaultBiased, "biased", 2 * kWindow},
                             {kRingFaultPeriodic, "periodic", (static_cast<int>(kHealthLags) + 1) * kWindow},
                             {kRingFaultNeighbour, "locked to the neighbour", 2 * kWindow},
                             {kRingFaultClock, "locked to the clock", 2 * kWindow}};

TEST(Cutoffs, AreThoseOfTheStandardByTwoWays) {
  const double claim = kEntropyClaimMilli / 1000.0;
  EXPECT_EQ(golden::RepetitionCutoff(claim, kHealthAlphaLog2), kRun);
  EXPECT_EQ(golden::ProportionCutoff(claim, kHealthAlphaLog2, kWindow), kHits);
  EXPECT_GE(kHealthAlphaLog2, 20u);
  EXPECT_GE(kHealthWindow, 1024u);
  // The standard's own example: H = 1, alpha = 2^-20 gives 589 hits in a window of 1024 binary samples, and runs of 21.
  EXPECT_EQ(golden::RepetitionCutoff(1, 20), 21);
  EXPECT_EQ(golden::ProportionCutoff(1, 20, 1024), 589);
}

// The health tests alone, a bit a clock.
class Health {
 public:
  Health() : dut_("health") { Restart(); }
  void Restart() {
    dut_->restart_i = 1;
    dut_->valid_i = 0;
    dut_.Tick();
    dut_->restart_i = 0;
    golden_ = {};
  }
  void Take(bool bit) {
    dut_->valid_i = 1;
    dut_->bit_i = bit;
    dut_.Tick();
    golden_.Take(bit);
    ASSERT_EQ(dut_->cause_o, golden_.cause()) << "bit " << taken_;
    ASSERT_EQ(dut_->ready_o, golden_.ready()) << "bit " << taken_;
    ++taken_;
  }
  void Pause(int clocks) {
    dut_->valid_i = 0;
    for (; clocks > 0; --clocks) dut_.Tick();
  }
  std::uint32_t cause() { return dut_->cause_o; }
  bool ready() { return dut_->ready_o; }

 private:
  Dut<Vtsu_health> dut_;
  HealthTests golden_;
  std::uint64_t taken_ = 0;
};

// A stream that no test minds: neither runs, nor one value, nor a lag stand out.
class Fair {
 public:
  explicit Fair(std::uint64_t seed) : random_(seed) {}
  bool operator()() { return random_() >> 63; }

 private:
  std::mt19937_64 random_;
};

TEST(Health, RepetitionFiresAtItsCutoffAndNotBefore) {
  Health health;
  Fair fair(Seed());
  for (int i = 0; i < kWindow; ++i) health.Take(fair());
  ASSERT_TRUE(health.ready());
  health.Take(true);
  for (int i = 0; i < kRun - 1; ++i) health.Take(false);
  EXPECT_EQ(health.cause(), 0u);
  EXPECT_TRUE(health.ready());
  health.Take(true);
  for (int i = 0; i < kRun - 1; ++i) health.Take(false);
  EXPECT_EQ(health.cause(), 0u);
  health.Pause(3);
  health.Take(false);
  EXPECT_EQ(health.cause(), kCauseRepetition);
  EXPECT_FALSE(health.ready());
  for (int i = 0; i < 3 * kWindow; ++i) health.Take(fair());
  EXPECT_EQ(health.cause(), kCauseRepetition) << "an alarm stays";
  health.Restart();
  EXPECT_EQ(health.cause(), 0u);
}

// A window with so many bits equal to its first, which is `first`, and no run near the cut-off.
std::vector<bool> WindowOf(int equal, bool first, std::mt19937_64& random) {
  while (true) {
    std::vector<bool> window(kWindow, !first);
    for (int i = 0; i < equal; ++i) window[i] = first;
    std::shuffle(window.begin() + 1, window.end(), random);
    int run = 0, longest = 0;
    for (int i = 0; i < kWindow; ++i) longest = std::max(longest, run = i > 0 && window[i] == window[i - 1] ? run + 1 : 1);
    if (longest < kRun / 2) return window;
  }
}

TEST(Health, ProportionFiresAtItsCutoffAndNotBefore) {
  std::mt19937_64 random(Seed());
  for (const bool first : {false, true}) {
    Health health;
    for (int window = 0; window < 5; ++window) {
      for (const bool bit : WindowOf(kHits - 1, first, random)) health.Take(bit);
    }
    EXPECT_EQ(health.cause(), 0u);
    for (const bool bit : WindowOf(kHits, first, random)) health.Take(bit);
    EXPECT_EQ(health.cause(), kCauseProportion);
  }
}

TEST(Health, LagFindsEveryPeriod) {
  for (int period = 2; period <= static_cast<int>(kHealthLags); ++period) {
    Health health;
    Fair fair(Seed() + static_cast<std::uint64_t>(period));
    std::vector<bool> pattern(period);
    do {  // neither of the other two tests sees it
      for (int i = 0; i < period; ++i) pattern[i] = fair();
    } while (std::abs(2 * std::count(pattern.begin(), pattern.end(), true) - period) > 1);
    int bits = 0;
    while (health.cause() == 0 && bits < (static_cast<int>(kHealthLags) + 1) * kWindow) health.Take(pattern[bits++ % period]);
    EXPECT_EQ(health.cause() & ~kCauseStartUp, kCauseLag) << "period " << period;
    EXPECT_LE(bits, period * kWindow) << "at the latest when its own lag comes";
  }
}

TEST(Health, StartUpTestWantsAWholeGoodWindow) {
  Health health;
  Fair fair(Seed());
  for (int i = 0; i < kWindow; ++i) {
    EXPECT_FALSE(health.ready());
    health.Take(fair());
  }
  EXPECT_TRUE(health.ready());
  health.Restart();
  EXPECT_FALSE(health.ready());
  for (int i = 0; i < kWindow; ++i) health.Take(i < kWindow - kRun ? fair() : false);
  EXPECT_EQ(health.cause(), kCauseRepetition | kCauseStartUp);
  EXPECT_FALSE(health.ready()) << "the last bit of the window decided";
}

TEST(Health, StreamsOfEveryKindEqualGolden) {
  std::mt19937_64 random(Seed());
  std::uint32_t seen = 0;
  for (int stream = 0; stream < 60; ++stream) {
    Health health;
    const double p = 0.5 + static_cast<double>(random() % 500) / 1000;   // of a 1, or of repeating the bit `lag` before
    const int lag = static_cast<int>(random() % 20);
    std::vector<bool> bits(32);
    for (int i = 0; i < 20 * kWindow; ++i) {
      const bool likely = static_cast<double>(random() >> 11) * 0x1p-53 < p;
      const bool bit = lag == 0 ? likely : likely == bits[bits.size() - static_cast<std::size_t>(lag)];
      health.Take(bit);
      bits.push_back(bit);
      if (random() % 5000 == 0) health.Restart();
      if (random() % 50 == 0) health.Pause(1);
    }
    seen |= health.cause();
  }
  EXPECT_EQ(seen, 15u) << "every cause occurs";
}

// The whole source beside its golden twin.
template <typename Model, int kRings, int kSampleClocks, std::uint32_t kSeed>
class Source {
 public:
  Source() : dut_("entropy"), bank_(kRings, kSampleClocks, kSeed) {
    dut_->enable_i = dut_->restart_i = dut_->fault_i = dut_->take_i = 0;
    dut_.Reset();
    dut_->enable_i = 1;
  }
  // One raw bit of both.
  void Next() {
    for (int clocks = 0;; ++clocks) {
      dut_->clk_i = 0;
      dut_.Settle();
      const bool valid = dut_->raw_valid_o, bit = dut_->raw_bit_o;
      dut_.Tick();
      if (!valid) {
        ASSERT_LT(clocks, kSampleClocks);
        continue;
      }
      const bool expected = bank_.Next();
      health_.Take(expected);
      ASSERT_EQ(bit, expected) << "raw bit " << taken_;
      ASSERT_EQ(dut_->cause_o, health_.cause()) << "raw bit " << taken_;
      ASSERT_EQ(dut_->ready_o, health_.ready()) << "raw bit " << taken_;
      ++taken_;
      return;
    }
  }
  void Inject(std::uint32_t fault) { dut_->fault_i = bank_.fault = fault; }
  Dut<Model>& dut() { return dut_; }
  std::uint32_t cause() const { return health_.cause(); }

 private:
  Dut<Model> dut_;
  RingBank bank_;
  HealthTests health_;
  std::uint64_t taken_ = 0;
};
using FourRings = Source<Vtsu_entropy_r4, 4, 32, 1>;
using ThreeRings = Source<Vtsu_entropy_r3, 3, 7, 12345>;

template <typename S>
void Lockstep(int bits) {
  S source;
  for (int i = 0; i < bits && !testing::Test::HasFatalFailure(); ++i) source.Next();
  EXPECT_EQ(source.cause(), 0u) << "an alarm of good rings";
}
TEST(Rings, AMillionGoodBitsEqualGoldenAndRaiseNoAlarm) { Lockstep<FourRings>(1'000'000); }
TEST(Rings, AnOddNumberOfRingsEqualsGolden) { Lockstep<ThreeRings>(100'000); }

TEST(Rings, EveryFaultIsAlarmedWithinTheStatedBits) {
  for (const Fault& fault : kFaults) {
    FourRings source;
    for (int i = 0; i < 3000; ++i) source.Next();
    ASSERT_EQ(source.cause(), 0u);
    source.Inject(fault.code);
    int bits = 0;
    for (; source.cause() == 0 && bits <= fault.within && !testing::Test::HasFatalFailure(); ++bits) source.Next();
    EXPECT_LE(bits, fault.within + 1) << fault.name;  // one bit was in the flip-flops before
    EXPECT_NE(source.cause(), 0u) << fault.name;
    std::cout << "REPORT " << fault.name << ": alarm " << source.cause() << " after " << bits << " raw bits, stated " << fault.within << "\n";
    source.Inject(kRingFaultNone);
    for (int i = 0; i < 2000; ++i) source.Next();
    EXPECT_NE(source.cause(), 0u) << "an alarm stays";
  }
}

// Golden alone: other starts, and the length that a simulation of RTL would take too long for.
TEST(Rings, EveryFaultOfManyStartsIsAlarmed) {
  for (std::uint32_t start = 0; start < 40; ++start) {
    for (const Fault& fault : kFaults) {
      RingBank bank(4, 32, static_cast<std::uint32_t>(Seed()) * 1000 + 8 * start + 1);
      HealthTests health;
      for (std::uint32_t i = 0; i < 1200 + 17 * start; ++i) health.Take(bank.Next());
      ASSERT_EQ(health.cause(), 0u);
      bank.fault = fault.code;
      int bits = 0;
      for (; health.cause() == 0 && bits <= fault.within; ++bits) health.Take(bank.Next());
      EXPECT_NE(health.cause(), 0u) << fault.name << ", start " << start;
    }
  }
}

TEST(Rings, GoodBitsRaiseNoAlarmSoak) {
  const char* text = std::getenv("TSU_SOAK_BITS");
  const auto bits = static_cast<std::uint64_t>(text ? std::strtod(text, nullptr) : 3e6);
  RingBank bank(4, 32, static_cast<std::uint32_t>(Seed()) * 8 + 1);
  HealthTests health;
  std::uint64_t ones = 0, taken = 0;
  for (; taken < bits && health.cause() == 0; ++taken) {
    const bool bit = bank.Next();
    ones += bit;
    health.Take(bit);
  }
  EXPECT_EQ(health.cause(), 0u) << "after " << taken << " bits";
  EXPECT_NEAR(static_cast<double>(ones) / static_cast<double>(bits), 0.5, 0.01);
  // At the claimed min-entropy the chance is at most alpha a bit and twice alpha a window; at that of the model far less.
  const double chance = static_cast<double>(bits) * std::exp2(-static_cast<double>(kHealthAlphaLog2)) * (1 + 2.0 / kWindow);
  std::cout << "REPORT " << static_cast<double>(taken) << " good raw bits, no alarm; false alarms expected at the claimed min-entropy: at most "
            << chance << "\n";
}

TEST(Rings, WordsHoldTheRawBitsInOrder) {
  ThreeRings source;
  auto& dut = source.dut();
  RingBank bank(3, 7, 12345);
  const auto word = [&bank] {
    std::uint32_t bits = 0;
    for (int i = 0; i < 32; ++i) bits |= static_cast<std::uint32_t>(bank.Next()) << i;
    return bits;
  };
  const auto take = [&dut] {
    dut->take_i = 1;
    dut.Settle();
    const std::uint32_t data = dut->data_o;
    dut.Tick();
    dut->take_i = 0;
    return data;
  };
  EXPECT_EQ(dut->waiting_o, 0u);
  take();  // nothing is there, nothing goes
  // Full: 32 words in a row, then whole words are missing.
  for (int i = 0; i < 32 * 40; ++i) source.Next();
  dut.Tick();
  ASSERT_EQ(dut->waiting_o, kRawWords);
  for (std::uint32_t i = 0; i < kRawWords; ++i) {
    ASSERT_EQ(dut->waiting_o, kRawWords - i);
    ASSERT_EQ(take(), word()) << i;
  }
  EXPECT_EQ(dut->waiting_o, 0u);
  dut->restart_i = 1;
  dut.Tick();
  dut->restart_i = 0;
  dut.Settle();
  EXPECT_EQ(dut->waiting_o, 0u);
  EXPECT_EQ(dut->ready_o, 0);
}

}  // namespace
}  // namespace tsu::verif
