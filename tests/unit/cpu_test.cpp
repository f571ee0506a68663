// SPDX-License-Identifier: Apache-2.0
// The fast sampler against the golden core, bit for bit: every instruction set compiled here, every opcode, random models,
// patterns, grids, chain counts, thread counts, clamps and conditioning.
#include "tsu/cpu.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bitset>
#include <cmath>
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

// Quick noise: sites without couplings, so that every update is a draw at a known field; frequencies against the table.
TEST(Cpu, QuickNoiseFollowsTheThresholds) {
  constexpr int kRows = 32, kCols = 32, kChains = 256, kSweeps = 100;
  const Table table = MakeTable(1.0, 9);
  LayerWeights layer;
  layer.j.assign(kRows * kCols * 4, 0);
  for (int i = 0; i < kRows * kCols; ++i) layer.h.push_back(static_cast<std::int16_t>(i % 101 - 50));
  std::vector<std::vector<std::uint8_t>> finals;
  for (const std::string& target : cpu::Targets()) {
    ASSERT_TRUE(cpu::UseTarget(target));
    const bool best = finals.empty();
    cpu::Sampler sampler(kRows, kCols, ParsePattern("0,1"), kChains, 2);
    sampler.SetLayer(0, layer);
    sampler.SetTable(0, table);
    sampler.SetQuickNoise(test::Seed());
    std::vector<cpu::Step> steps = {{cpu::Step::Kind::kRandomiseAll}};
    steps.push_back({cpu::Step::Kind::kSweep, 2});
    sampler.Run(steps);
    finals.push_back(sampler.Bits(std::vector<std::int32_t>{0, 5, 77, 1023}));
    EXPECT_EQ(finals.back(), finals.front()) << target;
    if (!best) continue;  // the same samples need no second look
    steps.clear();
    for (int n = 0; n < kSweeps; ++n) {
      steps.push_back({cpu::Step::Kind::kSweep});
      steps.push_back({cpu::Step::Kind::kCount});
    }
    cpu::Statistics counts;
    sampler.Run(steps, nullptr, &counts);
    std::array<double, 101> down{}, sites{};
    for (int y = 0; y < kRows; ++y)
      for (int x = 0; x < kCols; ++x) {
        down[(y * kCols + x) % 101] += counts.down[x * kRows + y];
        sites[(y * kCols + x) % 101] += 1;
      }
    for (int v = 0; v < 101; ++v) {
      const double against = CodeProbability(table[std::abs(v - 50)]), p = v >= 50 ? against : 1 - against;
      const double n = sites[v] * kChains * kSweeps;
      EXPECT_NEAR(down[v] / n, p, 5 * std::sqrt(p * (1 - p) / n) + 1.0 / 65536) << "field " << v - 50 << " " << target;
    }
  }
  cpu::UseTarget("");
}

cpu::Sampler QuickSampler(int side, const std::string& pattern, int chains, int threads, const LayerWeights& layer) {
  cpu::Sampler sampler(side, side, ParsePattern(pattern), chains, threads);
  sampler.SetLayer(0, layer);
  sampler.SetTable(0, MakeTable(1.0, 9));
  sampler.SetQuickNoise(test::Seed());
  return sampler;
}

std::vector<std::int32_t> EverySite(int side) {
  std::vector<std::int32_t> sites(static_cast<std::size_t>(side) * side);
  for (std::size_t i = 0; i < sites.size(); ++i) sites[i] = static_cast<std::int32_t>(i);
  return sites;
}

// Quick noise on the full graph, against the law in double precision. After a sweep the second colour's sites have been
// drawn given the others as they stand. Events against the field are counted in classes of |f|, down to p = 2^-17.
TEST(Cpu, QuickNoiseFollowsTheLawIntoTheTails) {
  constexpr int kSide = 70, kChains = 512, kSweeps = 30, kClass = 16, kClasses = 12, kMost = 256;
  Random r(test::Seed());
  Case c;
  c.rows = c.cols = kSide;
  c.weight_bits = 8;
  c.pattern = ParsePattern("G12");
  LayerWeights layer = RandomLayer(r, c, 40);
  for (auto& h : layer.h) h = static_cast<std::int16_t>(Uniform(r, -60, 60));
  const auto offsets = Offsets(c.pattern);
  cpu::Sampler sampler = QuickSampler(kSide, "G12", kChains, 2, layer);
  const std::vector<std::int32_t> sites = EverySite(kSide);
  std::array<double, kClasses> expected{}, variance{}, seen{};
  sampler.Run(std::vector<cpu::Step>{{cpu::Step::Kind::kRandomiseAll}});
  for (int n = 0; n < kSweeps; ++n) {
    sampler.Run(std::vector<cpu::Step>{{cpu::Step::Kind::kSweep}});
    const auto bits = sampler.Bits(sites);
    for (int y = 0; y < kSide; ++y)
      for (int x = 1 - y % 2; x < kSide; x += 2) {
        const int site = y * kSide + x;
        for (int chain = 0; chain < kChains; ++chain) {
          const std::uint8_t* spin = &bits[static_cast<std::size_t>(chain) * kSide * kSide];
          int f = layer.h[site];
          for (std::size_t k = 0; k < offsets.size(); ++k) {
            const int weight = layer.j[site * offsets.size() + k];
            if (weight) f += spin[site + offsets[k].dy * kSide + offsets[k].dx] ? weight : -weight;
          }
          if (f == 0 || std::abs(f) >= kMost) continue;
          const double p = 1 / (1 + std::exp(2 * std::abs(f) / 32.0));
          const int bin = std::min(std::abs(f) / kClass, kClasses - 1);
          expected[bin] += p;
          variance[bin] += p * (1 - p);
          seen[bin] += (f > 0) != (spin[site] != 0);
        }
      }
  }
  for (int bin = 0; bin < kClasses; ++bin) {
    EXPECT_GT(expected[bin], 2) << "class " << bin << " says nothing";
    EXPECT_NEAR(seen[bin], expected[bin], 5 * std::sqrt(variance[bin]) + expected[bin] / 1024) << "|f| from " << bin * kClass;
  }
}

// Quick noise at fixed fields far out, to the smallest probability a table can say.
TEST(Cpu, QuickNoiseHas24BitTails) {
  constexpr int kSide = 32, kChains = 1024, kSweeps = 1500;
  constexpr std::array<int, 5> kFields = {150, 180, 220, 256, 400};
  LayerWeights layer;
  layer.j.assign(kSide * kSide * 4, 0);
  for (int i = 0; i < kSide * kSide; ++i) layer.h.push_back(static_cast<std::int16_t>(kFields[i % 5]));
  cpu::Sampler sampler = QuickSampler(kSide, "0,1", kChains, 2, layer);
  std::vector<cpu::Step> steps;
  for (int n = 0; n < kSweeps; ++n) {
    steps.push_back({cpu::Step::Kind::kSweep});
    steps.push_back({cpu::Step::Kind::kCount});
  }
  cpu::Statistics counts;
  sampler.Run(steps, nullptr, &counts);
  for (int k = 0; k < 5; ++k) {
    double down = 0, n = 0;
    for (int i = k; i < kSide * kSide; i += 5, n += 1.0 * kChains * kSweeps) down += counts.down[i % kSide * kSide + i / kSide];
    const double p = CodeProbability(MakeTable(1.0, 9)[kFields[k]]);
    EXPECT_GT(n * p, 15);
    EXPECT_NEAR(down, n * p, 5 * std::sqrt(n * p)) << "field " << kFields[k];
  }
}

// Quick noise: rare events of any two chains of a block coincide as often as independent ones.
TEST(Cpu, QuickNoiseChainsAreIndependentInTheTail) {
  constexpr int kSide = 16, kChains = 512, kRounds = 150;
  LayerWeights layer;
  layer.j.assign(kSide * kSide * 4, 0);
  layer.h.assign(kSide * kSide, 44);  // p(down) = 1/16.6
  cpu::Sampler sampler = QuickSampler(kSide, "0,1", kChains, 1, layer);
  const double p = CodeProbability(MakeTable(1.0, 9)[44]);
  const auto sites = EverySite(kSide);
  std::array<double, kChains> together{};
  double samples = 0;
  for (int n = 0; n < kRounds; ++n) {
    sampler.Run(std::vector<cpu::Step>{{cpu::Step::Kind::kSweep}});
    const auto bits = sampler.Bits(sites);
    for (std::size_t i = 0; i < sites.size(); ++i, ++samples) {
      std::bitset<kChains> down;
      for (int chain = 0; chain < kChains; ++chain) down[chain] = !bits[chain * sites.size() + i];
      for (int apart = 1; apart < kChains; ++apart) together[apart] += static_cast<double>((down & (down >> apart)).count());
    }
  }
  for (int apart = 1; apart < kChains; ++apart) {
    const double pairs = samples * (kChains - apart), q = p * p;
    // Pairs share chains: the variance of their number is a little above the binomial one.
    EXPECT_NEAR(together[apart], pairs * q, 5.5 * std::sqrt(pairs * q * (1 + 2 * p))) << apart << " chains apart";
  }
}

TEST(Cpu, QuickNoiseDoesNotDependOnThreads) {
  Random r(test::Seed());
  Case c;
  c.rows = c.cols = 20;
  c.weight_bits = 8;
  c.pattern = ParsePattern("G12");
  const LayerWeights layer = RandomLayer(r, c, 30);
  std::vector<std::uint8_t> first;
  for (const int threads : {1, 2, 3, 8}) {
    cpu::Sampler sampler = QuickSampler(20, "G12", 900, threads, layer);
    sampler.Run(std::vector<cpu::Step>{{cpu::Step::Kind::kRandomiseAll}, {cpu::Step::Kind::kSweep, 7}});
    const auto bits = sampler.Bits(EverySite(20));
    if (first.empty()) first = bits;
    EXPECT_EQ(bits, first) << threads << " threads";
  }
}

TEST(Cpu, CountsOnlyChainsInUse) {
  constexpr int kSide = 10, kChains = 300;
  Random r(test::Seed());
  const auto sites = EverySite(kSide);
  const auto bits = RandomBits(r, sites.size() * kChains);
  for (const std::string& target : cpu::Targets()) {
    ASSERT_TRUE(cpu::UseTarget(target));
    cpu::Sampler sampler(kSide, kSide, ParsePattern("0,1"), kChains, 2);
    sampler.SetSpins(bits);
    const auto line = [&](int site) { return static_cast<std::int32_t>(sampler.layout().Site(site % kSide, site / kSide)); };
    sampler.SetEdges({{line(3), line(77)}});
    cpu::Statistics counts;
    sampler.Run(std::vector<cpu::Step>{{cpu::Step::Kind::kCount}, {cpu::Step::Kind::kCount}}, nullptr, &counts);
    std::uint32_t unequal = 0, down = 0;
    for (int chain = 0; chain < kChains; ++chain) {
      unequal += bits[chain * sites.size() + 3] != bits[chain * sites.size() + 77];
      down += !bits[chain * sites.size() + 77];
    }
    EXPECT_EQ(counts.unequal[0], 2 * unequal) << target;
    EXPECT_EQ(counts.down[7 * kSide + 7], 2 * down) << target;
  }
  cpu::UseTarget("");
}

// Quick noise: no two chains and no two sites move together, and no site remembers.
TEST(Cpu, QuickNoiseIsIndependent) {
  constexpr int kSide = 16, kChains = 128, kRounds = 400;
  cpu::Sampler sampler(kSide, kSide, ParsePattern("0,1"), kChains, 1);
  sampler.SetQuickNoise(test::Seed() + 1);
  std::vector<std::int32_t> sites(kSide * kSide);
  for (int i = 0; i < kSide * kSide; ++i) sites[i] = i;
  const std::vector<cpu::Step> step = {{cpu::Step::Kind::kRandomiseAll}};
  std::vector<std::vector<std::uint8_t>> rounds;
  for (int n = 0; n < kRounds; ++n) {
    sampler.Run(step);
    rounds.push_back(sampler.Bits(sites));
  }
  const std::size_t size = rounds[0].size();
  const auto agreement = [&](std::size_t shift, int lag) {  // in sigmas
    double sum = 0, n = 0;
    for (int t = lag; t < kRounds; ++t)
      for (std::size_t i = 0; i + shift < size; i += 3, ++n) sum += rounds[t][i] == rounds[t - lag][i + shift] ? 1 : -1;
    return std::abs(sum) / std::sqrt(n);
  };
  for (const std::size_t chain : {1, 2, 3, 4, 8, 16, 32, 64}) EXPECT_LT(agreement(chain * kSide * kSide, 0), 5) << chain;
  for (const std::size_t site : {1, 2, 16, 17, 32}) EXPECT_LT(agreement(site, 0), 5) << site;
  for (const int lag : {1, 2, 3}) EXPECT_LT(agreement(0, lag), 5) << lag;
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
