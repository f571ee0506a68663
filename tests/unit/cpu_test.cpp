// SPDX-License-Identifier: Apache-2.0
// The fast sampler against the golden core, bit for bit: every instruction set compiled here, every opcode, random models,
// patterns, grids, chain counts, thread counts, clamps and conditioning.
#include "tsu/cpu.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "sw/src/cpu_sampler.hpp"
#include "sw/src/cpu_targets.hpp"
#include "tests/support/seed.hpp"
#include "tsu/error.hpp"
#include "verif/golden/core.hpp"

namespace tsu {
namespace {

using namespace std::chrono_literals;
using Random = std::mt19937_64;

int Uniform(Random& r, int low, int high) { return std::uniform_int_distribution<int>(low, high)(r); }

struct Case {
  int rows, cols, chains, weight_bits;
  Pattern pattern;
  std::vector<LayerWeights> layers;
  std::vector<Table> tables;
  Sites sites;
  std::vector<std::uint8_t> spins, conditioning;
  std::vector<NoiseState> noise;
};

LayerWeights RandomLayer(Random& r, const Case& c, int scale) {
  LayerWeights w;
  const auto offsets = Offsets(c.pattern);
  const int most = std::min(scale, (1 << (c.weight_bits - 1)) - 1);
  w.j.assign(static_cast<std::size_t>(c.rows) * c.cols * offsets.size(), 0);
  for (int y = 0; y < c.rows; ++y)
    for (int x = 0; x < c.cols; ++x)
      for (std::size_t n = 0; n < offsets.size(); ++n) {
        const int nx = x + offsets[n].dx, ny = y + offsets[n].dy;
        if (nx < 0 || nx >= c.cols || ny < 0 || ny >= c.rows) continue;
        w.j[(static_cast<std::size_t>(y) * c.cols + x) * offsets.size() + n] =
            static_cast<std::int16_t>(Uniform(r, -most - 1, most));
      }
  for (int i = 0; i < c.rows * c.cols; ++i)
    w.h.push_back(static_cast<std::int16_t>(Uniform(r, 0, 9) ? Uniform(r, -scale, scale) : Uniform(r, -2048, 2047)));
  for (int k = 1; k < 4; ++k) w.c[k] = static_cast<std::int16_t>(Uniform(r, 0, 2) ? Uniform(r, -200, 200) : 0);
  return w;
}

std::vector<std::uint8_t> RandomBits(Random& r, std::size_t size) {
  std::vector<std::uint8_t> bits(size);
  for (auto& b : bits) b = r() & 1;
  return bits;
}

Case RandomCase(Random& r) {
  static const char* const kNames[] = {"G8", "G12", "G16", "G20", "G24", "0,1"};
  Case c;
  c.rows = Uniform(r, 1, 40);
  c.cols = 2 * Uniform(r, 1, 20);
  c.chains = Uniform(r, 0, 9) ? Uniform(r, 1, 200) : Uniform(r, 257, 1100);
  c.weight_bits = Uniform(r, 4, 10);
  c.pattern = ParsePattern(kNames[Uniform(r, 0, 5)]);
  for (int k = Uniform(r, 1, 3); k > 0; --k) c.layers.push_back(RandomLayer(r, c, 1 << Uniform(r, 1, 9)));
  for (int k = 0; k < 4; ++k) c.tables.push_back(MakeTable(0.05 + 0.01 * Uniform(r, 0, 400), 9));
  // A table is data: also one that no temperature gives.
  c.tables.emplace_back();
  for (int a = 0; a < 512; ++a) c.tables.back().push_back(static_cast<std::uint16_t>(Uniform(r, 1, 14336)));
  c.tables.emplace_back();  // probabilities above 1/2, up to 1
  for (int a = 0; a < 512; ++a) c.tables.back().push_back(static_cast<std::uint16_t>(Uniform(r, 1, 16383)));
  const std::size_t sites = static_cast<std::size_t>(c.rows) * c.cols;
  for (std::size_t i = 0; i < sites; ++i) {
    c.sites.site_class.push_back(static_cast<std::uint8_t>(Uniform(r, 0, 3)));
    c.sites.clamp.push_back(Uniform(r, 0, 3) == 0);
  }
  c.spins = RandomBits(r, sites * c.chains);
  c.conditioning = RandomBits(r, sites * c.chains);
  c.noise = NoiseStreams(r(), 0, c.chains, c.cols / 2);
  return c;
}

Program RandomProgram(Random& r, const Case& c) {
  Program p;
  int depth = 0;
  p.push_back(Instruction(regs::kOpBeta, static_cast<std::uint32_t>(Uniform(r, 0, 5))));
  for (int n = 0; n < 25; ++n) {
    const std::uint32_t table = static_cast<std::uint32_t>(Uniform(r, 0, 5));
    switch (Uniform(r, 0, 10)) {
      case 0: p.push_back(Instruction(regs::kOpLayer, static_cast<std::uint32_t>(Uniform(r, 0, static_cast<int>(c.layers.size()) - 1)))); break;
      case 1:
        p.push_back(Instruction(regs::kOpPreload, table));
        p.push_back(Instruction(regs::kOpSweep, 1));
        p.push_back(Instruction(regs::kOpBeta, table));
        break;
      case 2: p.push_back(Instruction(regs::kOpRandomise, r() & 1)); break;
      case 3: p.push_back(Instruction(regs::kOpCopy)); break;
      case 4: p.push_back(Instruction(regs::kOpEmit, r() & 1)); break;
      case 5: p.push_back(Instruction(regs::kOpClamp, r() & 1)); break;
      case 6:
        if (depth < 2) {
          p.push_back(Instruction(regs::kOpLoop, static_cast<std::uint32_t>(Uniform(r, 1, 3))));
          ++depth;
        }
        break;
      case 7:
        if (depth > 0) {
          p.push_back(Instruction(regs::kOpNext));
          --depth;
        }
        break;
      default: p.push_back(Instruction(regs::kOpSweep, static_cast<std::uint32_t>(Uniform(r, 0, 3)))); break;
    }
  }
  for (; depth > 0; --depth) p.push_back(Instruction(regs::kOpNext));
  p.push_back(Instruction(regs::kOpEmit, 1));
  p.push_back(Instruction(regs::kOpEnd));
  return p;
}

std::unique_ptr<Device> Load(const Case& c, int threads, const std::string& target) {
  auto device = MakeCpuDevice(threads, target);
  const Geometry g = device->Configure({c.rows, c.cols, c.pattern, c.weight_bits, static_cast<int>(c.layers.size()), c.chains});
  EXPECT_EQ(g.chains(), c.chains);
  for (std::size_t k = 0; k < c.layers.size(); ++k) device->LoadLayer(static_cast<int>(k), c.layers[k]);
  device->LoadSites(c.sites);
  for (std::size_t k = 0; k < c.tables.size(); ++k) device->LoadTable(static_cast<int>(k), c.tables[k]);
  device->LoadSpins(c.spins);
  device->LoadConditioning(c.conditioning);
  device->LoadNoise(c.noise);
  return device;
}

golden::Core LoadGolden(const Case& c) {
  golden::Core core(c.rows, c.cols, c.pattern, c.chains, 9);
  core.layers = c.layers;
  core.tables = c.tables;
  core.sites = c.sites;
  core.spins = c.spins;
  core.conditioning = c.conditioning;
  core.noise = c.noise;
  return core;
}

// Two programs in a row: state stays from one run to the next.
void Compare(Random& r, const Case& c, std::uint64_t seed, int threads, const std::string& target) {
  golden::Core core = LoadGolden(c);
  auto device = Load(c, threads, target);
  for (int run = 0; run < 2; ++run) {
    const Program program = RandomProgram(r, c);
    std::vector<Emission> want, got;
    core.Run(program, [&](const Emission& e) { want.push_back(e); });
    const std::uint64_t before = core.words_drawn;
    const Counters counters = device->Run(program, [&](const Emission& e) { got.push_back(e); }, 60s);
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < want.size(); ++i) {
      ASSERT_EQ(got[i].index, want[i].index);
      ASSERT_EQ(got[i].sites, want[i].sites);
      ASSERT_EQ(got[i].bits, want[i].bits)
          << "case " << seed << " run " << run << " emission " << i << " " << c.rows << "x" << c.cols << " "
          << PatternName(c.pattern) << " chains " << c.chains << " target " << target;
    }
    EXPECT_EQ(counters.samples, want.size());
    EXPECT_EQ(before, core.words_drawn);
  }
}

void Compare(std::uint64_t seed, int threads, const std::string& target) {
  Random r(seed);
  const Case c = RandomCase(r);
  Compare(r, c, seed, threads, target);
}

TEST(Cpu, EqualsGoldenOnEveryInstructionSet) {
  const auto targets = cpu::Targets();
  ASSERT_FALSE(targets.empty());
  for (const std::string& target : targets)
    for (std::uint64_t n = 0; n < (target == "EMU128" ? 4 : 12); ++n) {  // the fallback is slow
      Compare(test::Seed() * 1000 + n, 1, target);
      if (HasFatalFailure()) return;
    }
}

// The shipped shape at full size: weak to very strong weights (field sums beyond a byte), hot to cold tables (cells that
// change beyond every window, cells that are all zero), with and without conditioning.
TEST(Cpu, EqualsGoldenAtFullSize) {
  for (const int scale : {1, 12, 40, 127})
    for (const double beta : {0.2, 0.5, 1.0, 4.0}) {
      Random r(test::Seed() * 100 + static_cast<std::uint64_t>(scale + 10 * beta));
      Case c = RandomCase(r);
      c.rows = c.cols = 70;
      c.chains = 40;
      c.weight_bits = 8;
      c.pattern = ParsePattern("G12");
      c.layers = {RandomLayer(r, c, scale)};
      c.tables.assign(6, MakeTable(beta, 9));
      c.sites = {std::vector<std::uint8_t>(4900), std::vector<std::uint8_t>(4900)};
      for (int i = 0; i < 4900; ++i) c.sites.site_class[i] = c.sites.clamp[i] = Uniform(r, 0, 5) == 0;
      c.spins = RandomBits(r, 4900 * 40);
      c.conditioning = RandomBits(r, 4900 * 40);
      c.noise = NoiseStreams(r(), 0, c.chains, c.cols / 2);
      Compare(r, c, test::Seed(), 1, "");
      if (HasFatalFailure()) return;
    }
}

TEST(Cpu, EqualsGoldenForAnyThreadCount) {
  for (const int threads : {0, 2, 3, 7})
    for (std::uint64_t n = 0; n < 6; ++n) {
      Compare(test::Seed() * 1000 + 100 + n, threads, "");
      if (HasFatalFailure()) return;
    }
}

TEST(Cpu, CountsOnlyChainsInUse) {
  constexpr int kSide = 10, kChains = 300;
  Random r(test::Seed());
  constexpr std::size_t kSites = kSide * kSide;
  const auto bits = RandomBits(r, kSites * kChains);
  for (const std::string& target : cpu::Targets()) {
    ASSERT_TRUE(cpu::UseTarget(target));
    cpu::Sampler sampler(kSide, kSide, ParsePattern("0,1"), kChains, 2);
    sampler.SetSpins(bits);
    const auto line = [&](int site) { return static_cast<std::int32_t>(sampler.layout().Site(site % kSide, site / kSide)); };
    sampler.SetEdges({{line(3), line(77)}});
    cpu::Statistics counts;
    sampler.Run(std::vector<cpu::Step>{{cpu::Step::Kind::kCount}, {cpu::Step::Kind::kCount}}, nullptr, {&counts, 1});
    std::uint32_t unequal = 0, down = 0;
    for (int chain = 0; chain < kChains; ++chain) {
      unequal += bits[chain * kSites + 3] != bits[chain * kSites + 77];
      down += !bits[chain * kSites + 77];
    }
    EXPECT_EQ(counts.unequal[0], 2 * unequal) << target;
    EXPECT_EQ(counts.down[7 * kSide + 7], 2 * down) << target;
  }
  cpu::UseTarget("");
}

TEST(Cpu, CountsFlips) {
  Random r(test::Seed());
  const Case c = RandomCase(r);
  auto device = Load(c, 1, "");
  const Program program = {Instruction(regs::kOpBeta, 1), Instruction(regs::kOpLoop, 3), Instruction(regs::kOpSweep, 5),
                           Instruction(regs::kOpNext), Instruction(regs::kOpRandomise), Instruction(regs::kOpEnd)};
  const Counters counters = device->Run(program, nullptr, 60s);
  EXPECT_EQ(counters.row_steps, 16u * 2 * c.rows);
  EXPECT_EQ(counters.flips, 16ull * c.rows * c.cols * c.chains);
}

TEST(Cpu, BadProgramsAndUnloadedParametersAreErrors) {
  Random r(test::Seed());
  const Case c = RandomCase(r);
  auto device = Load(c, 1, "");
  const std::vector<Program> bad = {
      {},
      {Instruction(regs::kOpSweep, 1)},
      {Instruction(99), Instruction(regs::kOpEnd)},
      {Instruction(regs::kOpSweep, 1), Instruction(regs::kOpEnd)},  // no Beta yet
      {Instruction(regs::kOpBeta, 60), Instruction(regs::kOpSweep, 1), Instruction(regs::kOpEnd)},
      {Instruction(regs::kOpBeta, 0), Instruction(regs::kOpLayer, 60), Instruction(regs::kOpSweep, 1), Instruction(regs::kOpEnd)}};
  for (const Program& program : bad) {
    try {
      device->Run(program, nullptr, 60s);
      ADD_FAILURE() << "accepted a program of " << program.size() << " words";
    } catch (const Error& e) {
      EXPECT_EQ(e.exit(), Exit::kBadInput) << e.what();
    }
  }
}

TEST(Cpu, DeadlineEndsARun) {
  Random r(test::Seed());
  auto device = Load(RandomCase(r), 2, "");
  const Program program = {Instruction(regs::kOpBeta, 1), Instruction(regs::kOpSweep, 0xFFFFFF), Instruction(regs::kOpEnd)};
  EXPECT_THROW(device->Run(program, nullptr, 20ms), Error);
}

TEST(Cpu, UnknownInstructionSetIsAUsageError) {
  try {
    MakeCpuDevice(1, "PDP-11");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.exit(), Exit::kUsage);
  }
}

}  // namespace
}  // namespace tsu
