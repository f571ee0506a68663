// SPDX-License-Identifier: Apache-2.0
// Lockstep of a Verilated tsu_array with golden on random models: what the test programs of all shapes share.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "tests/support/seed.hpp"
#include "tests/unit/array_bench.hpp"

namespace tsu::test {

// The parameters of a model in tests/models.cmake, in the same words.
template <typename Model>
Geometry Shape();

inline Geometry Make(const char* pattern, int cols, int rows, int tiles, int lanes, int groups, int layers, int weight_bits,
                     int table_bits) {
  Geometry g;
  g.pattern = ParsePattern(pattern);
  g.cols = cols;
  g.rows = rows;
  g.tiles = tiles;
  g.lanes = lanes;
  g.groups = groups;
  g.layers = layers;
  g.weight_bits = weight_bits;
  g.table_bits = table_bits;
  return g;
}

template <typename Model>
class Lockstep : public testing::Test {
 protected:
  using Bench = ArrayBench<Model>;

  // Weights of one scale a layer, from a few units to the whole range, extremes included; zero off the grid.
  static void RandomLayer(Bench& b, const Geometry& g, int rows, int layer) {
    LayerWeights& w = b.core().layers[layer];
    const auto offsets = Offsets(g.pattern);
    const int sites = rows * g.cols;
    const int lowest = -(1 << (g.weight_bits - 1));
    const int scale = b.Random(0, 1) ? lowest : -4;
    w.j.assign(sites * offsets.size(), 0);
    w.h.resize(sites);
    for (int i = 0; i < sites; ++i) {
      const int x = i % g.cols, y = i / g.cols;
      w.h[i] = b.Random(0, 9) == 0 ? b.Random(-2048, 2047) : b.Random(-32, 31);
      for (std::size_t n = 0; n < offsets.size(); ++n) {
        const int nx = x + offsets[n].dx, ny = y + offsets[n].dy;
        if (nx < 0 || nx >= g.cols || ny < 0 || ny >= rows) continue;
        w.j[i * offsets.size() + n] = b.Random(0, 15) == 0 ? lowest : b.Random(scale, -scale - 1);
      }
    }
    for (int k = 1; k < 4; ++k) w.c[k] = b.Random(0, 7) == 0 ? -2048 : b.Random(-100, 100);
  }

  // A temperature's table, or a table of any codes at all.
  static Table RandomTable(Bench& b, const Geometry& g) {
    if (b.Random(0, 3) != 0) return MakeTable(b.Random(1, 30) * 0.1, g.table_bits);
    Table table(std::size_t{1} << g.table_bits);
    for (auto& code : table) code = b.Random(1, regs::kThresholdHalf);
    return table;
  }

  static void RandomPlane(Bench& b, std::vector<std::uint8_t>& plane) {
    for (auto& bit : plane) bit = b.Random(0, 1);
  }

  // One random model, loaded, then phases in random order of layers, tables, modes, clamps, gaps, scans and reloads.
  // Returns the flips compared.
  std::uint64_t RunModel(std::uint64_t seed, std::uint64_t flips) {
    const Geometry g = Shape<Model>();
    std::mt19937_64 pick(seed);
    const int rows = pick() % 4 == 0 ? 1 + static_cast<int>(pick() % g.rows) : g.rows;
    Bench b(g, rows, seed);
    for (int i = 0; i < rows * g.cols; ++i) {
      b.core().sites.site_class[i] = b.Random(0, 1) ? b.Random(1, 3) : 0;
      b.core().sites.clamp[i] = b.Random(0, 3) == 0;
    }
    b.core().noise = NoiseStreams(seed, b.Random(0, 1000), g.chains(), g.pairs());
    RandomPlane(b, b.core().spins);
    RandomPlane(b, b.core().conditioning);
    b.LoadNoise();
    b.LoadSites();
    b.LoadPlane(regs::kTargetSpin, b.core().spins);
    b.LoadPlane(regs::kTargetConditioning, b.core().conditioning);
    for (int k = 0; k < g.layers; ++k) {
      RandomLayer(b, g, rows, k);
      b.LoadLayer(k);
    }
    for (int slot = 0; slot < g.slots; ++slot) b.LoadTable(slot, RandomTable(b, g));
    b.FlushTables();

    PhaseOrder order;
    while (b.flips() < flips && b.score().mismatches() == 0) {
      // A rewritten slot becomes current only when written; the other one is then free once its last phase has left.
      const bool switched = b.tables_written() && b.Random(0, 3) == 0;
      if (switched) order.slot ^= 1;
      order.layer = b.Random(0, g.layers - 1);
      order.clamp = b.Random(0, 2) == 0;
      const int kind = b.Random(0, 11);
      order.mode = kind == 0   ? golden::Mode::kRandomiseAll
                   : kind == 1 ? golden::Mode::kRandomiseLatents
                               : golden::Mode::kSweep;
      b.set_gaps(b.Random(0, 3) == 0 ? b.Random(1, 8) : 0);
      for (int sweeps = b.Random(1, 4); sweeps > 0; --sweeps) {
        for (order.colour = 0; order.colour < 2; ++order.colour) b.Phase(order);
      }
      if (switched && b.Random(0, 1)) b.LoadTable(order.slot ^ 1, RandomTable(b, g));
      if (b.Random(0, 7) == 0) {
        b.Drain();
        b.Scan(b.Random(0, 1));
        if (b.Random(0, 3) == 0) {
          RandomPlane(b, b.core().spins);
          b.LoadPlane(regs::kTargetSpin, b.core().spins);
        }
        if (b.Random(0, 3) == 0) {
          const int layer = b.Random(0, g.layers - 1);
          RandomLayer(b, g, rows, layer);
          b.LoadLayer(layer);
        }
      }
    }
    b.Drain();
    b.Scan(false);
    EXPECT_TRUE(b.score().passed()) << "seed " << seed << ", " << rows << " rows\n" << b.score().report();
    EXPECT_FALSE(b.rtl_error());
    return b.flips();
  }

  // Fresh models until so many flips were compared.
  void Compare(std::uint64_t wanted, std::uint64_t a_model) {
    std::uint64_t flips = 0;
    for (std::uint64_t model = 0; flips < wanted && !HasFailure(); ++model) {
      flips += RunModel(Seed() * 1'000'003 + model, a_model);
    }
    std::printf("REPORT lockstep %s: %.3g flips equal\n",
                testing::UnitTest::GetInstance()->current_test_info()->test_suite_name(), static_cast<double>(flips));
  }
};

class ModelName {
 public:
  template <typename Model>
  static std::string GetName(int) {
    const Geometry g = Shape<Model>();
    std::string name = PatternName(g.pattern) == "0,1" ? "G4" : PatternName(g.pattern);
    return name + "_" + std::to_string(g.cols) + "x" + std::to_string(g.rows) + "_t" + std::to_string(g.tiles) + "_l" +
           std::to_string(g.lanes) + "_g" + std::to_string(g.groups) + "_w" + std::to_string(g.weight_bits);
  }
};

}  // namespace tsu::test
