// SPDX-License-Identifier: Apache-2.0
// A Verilated tsu_core beside its golden twin: the same random model, state and programs for both, compared at every Emit.
#pragma once

#include <algorithm>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "verif/golden/core.hpp"
#include "verif/sim/axi.hpp"
#include "verif/sim/packets.hpp"

namespace tsu::verif {

template <typename Model>
class CoreRig {
 public:
  explicit CoreRig(std::uint64_t seed) : bench(seed), random(seed), golden(0, 2, {{0, 1}}, 1, 8) {
    built = ReadGeometry();
    Use(built.rows);
  }

  // Takes this many rows in use and makes a new golden twin for them.
  void Use(int rows) {
    geometry = built;
    geometry.rows = rows;
    bench.Write(regs::kRegRows, rows);
    golden = golden::Core(rows, geometry.cols, geometry.pattern, geometry.chains(), geometry.table_bits);
  }

  // New random weights, sites, tables, planes and noise in both twins.
  void LoadRandom() {
    RandomState();
    Load();
  }

  void Load() {
    for (std::size_t t = 0; t < golden.tables.size(); ++t) bench.Queue(PackTable(t, golden.tables[t]));
    for (std::size_t k = 0; k < golden.layers.size(); ++k) {
      bench.Queue(PackCoupling(k, golden.layers[k]));
      for (int colour = 0; colour < 2; ++colour) bench.Queue(PackWeights(geometry, k, colour, golden.layers[k]));
    }
    for (int colour = 0; colour < 2; ++colour) bench.Queue(PackSites(geometry, colour, golden.sites));
    LoadPlanes();
  }

  // Spins, conditioning plane, noise.
  void LoadPlanes() {
    for (int colour = 0; colour < 2; ++colour) {
      for (int group = 0; group < geometry.groups; ++group) {
        bench.Queue(PackPlane(geometry, regs::kTargetSpin, group, colour, golden.spins));
        bench.Queue(PackPlane(geometry, regs::kTargetConditioning, group, colour, golden.conditioning));
      }
    }
    bench.Send(PackNoise(geometry, golden.noise));
  }

  void Start(const Program& program) {
    bench.Send(PackProgram(program));
    bench.Write(regs::kRegControl, 1 | 4);
  }

  std::uint32_t Status() { return bench.Read(regs::kRegStatus); }

  // Polls until the core is not busy and the sample stream has run empty; gives the last status.
  std::uint32_t WaitIdle(int most_clocks) {
    for (int clocks = 0; clocks < most_clocks; clocks += 50) {
      bench.Ticks(50);
      const std::uint32_t status = Status();
      if (status & 1) continue;
      for (std::size_t before = ~std::size_t{0}; before != bench.received.size();) {
        before = bench.received.size();
        bench.Ticks(100);
      }
      return status;
    }
    throw std::runtime_error("still busy, program counter " + std::to_string(bench.Read(regs::kRegProgramCounter)));
  }

  // Runs the program on both; the first difference throws. Gives the number of emissions compared.
  int RunBoth(const Program& program, int most_clocks) {
    bench.received.clear();
    Start(program);
    const std::uint32_t status = WaitIdle(most_clocks);
    if ((status & 0xF) != 2) throw std::runtime_error("status " + std::to_string(status) + " after the run");
    const std::vector<Packet> packets = Packets();
    std::size_t at = 0;
    int emissions = 0;
    const std::vector<int> kinds = EmitKinds(program);
    golden.Run(program, [&](const Emission& expected) {
      if (at + geometry.groups > packets.size()) throw std::runtime_error("too few sample packets");
      const Emission got = Unpack(geometry, golden.sites, kinds.at(emissions) != 0,
                                  std::span(packets).subspan(at, geometry.groups));
      at += geometry.groups;
      ++emissions;
      if (got.index != expected.index || got.sites != expected.sites) throw std::runtime_error("emission header");
      for (std::size_t i = 0; i < got.bits.size(); ++i) {
        if (got.bits[i] != expected.bits[i])
          throw std::runtime_error("emission " + std::to_string(got.index) + " differs first at chain " +
                                   std::to_string(i / got.sites) + ", site number " + std::to_string(i % got.sites));
      }
    });
    if (at != packets.size()) throw std::runtime_error("too many sample packets");
    return emissions;
  }

  // The received words as packets; throws on an unfinished one.
  std::vector<Packet> Packets() const {
    std::vector<Packet> packets;
    bool open = false;
    for (const StreamWord& word : bench.received) {
      if (!open) packets.emplace_back();
      packets.back().push_back(word.data);
      open = !word.last;
    }
    if (open) throw std::runtime_error("sample packet without TLAST");
    return packets;
  }

  int Uniform(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); }

  // A legal program with every opcode; about `sweeps` sweeps.
  Program RandomProgram(int sweeps) {
    Program program{Instruction(regs::kOpBeta, AnyTable())};
    int depth = 0, budget = sweeps, repeat[3] = {1, 1, 1};
    bool swept = true;  // the open block has an instruction
    while (budget > 0 && program.size() + 6 < static_cast<std::size_t>(built.program_words)) {
      const int factor = repeat[0] * repeat[1] * repeat[2];
      const bool last_words = program.size() + 16 > static_cast<std::size_t>(built.program_words);
      switch (last_words ? 9 : Uniform(0, 11)) {
        case 0: program.push_back(Instruction(regs::kOpLayer, Uniform(0, built.layers - 1))); break;
        case 1: program.push_back(Instruction(regs::kOpPreload, AnyTable())); break;
        case 2: program.push_back(Instruction(regs::kOpBeta, AnyTable())); break;
        case 3:
          program.push_back(Instruction(regs::kOpRandomise, Uniform(0, 1)));
          budget -= factor;
          break;
        case 4: program.push_back(Instruction(regs::kOpCopy)); break;
        case 5:
          if (factor <= 3) program.push_back(Instruction(regs::kOpEmit, Uniform(0, 1)));
          break;
        case 6: program.push_back(Instruction(regs::kOpClamp, Uniform(0, 1))); break;
        case 7:
          if (depth == 2 || last_words) break;
          repeat[++depth] = Uniform(1, 3);
          program.push_back(Instruction(regs::kOpLoop, repeat[depth]));
          swept = false;
          break;
        case 8:
        case 9:
          if (depth == 0 || !swept) break;
          program.push_back(Instruction(regs::kOpNext));
          repeat[depth--] = 1;
          break;
        default: {
          const int n = Uniform(0, 4);
          program.push_back(Instruction(regs::kOpSweep, n));
          budget -= n * factor;
          swept = true;
        }
      }
      if (last_words) budget = 0;
    }
    while (depth-- > 0) program.push_back(Instruction(regs::kOpNext));
    program.push_back(Instruction(regs::kOpEmit, 1));
    program.push_back(Instruction(regs::kOpEnd));
    return program;
  }

  // Sweeps that show the whole state: spins at once, conditioning and noise by what follows from them.
  Program ProbeProgram() {
    return {Instruction(regs::kOpBeta, 0), Instruction(regs::kOpEmit, 1), Instruction(regs::kOpSweep, 2),
            Instruction(regs::kOpEmit, 1), Instruction(regs::kOpEnd)};
  }

  AxiBench<Model> bench;
  std::mt19937_64 random;
  Geometry built, geometry;  // as built; with the rows in use
  golden::Core golden;

 private:
  int AnyTable() { return Uniform(0, built.tables - 1); }

  Geometry ReadGeometry() {
    Geometry g;
    const std::uint32_t grid = bench.Read(regs::kRegGridSize), lanes = bench.Read(regs::kRegLanes),
                        formats = bench.Read(regs::kRegFormats), caps = bench.Read(regs::kRegCaps);
    g.cols = grid & 0xFFFF, g.rows = grid >> 16;
    g.lanes = lanes & 0xFF, g.groups = lanes >> 8 & 0xFF, g.tiles = lanes >> 16 & 0xFF, g.layers = lanes >> 24;
    g.weight_bits = formats & 0xFF, g.table_bits = formats >> 8 & 0xFF, g.tables = formats >> 16 & 0xFF;
    g.slots = formats >> 24;
    g.program_words = 1 << (caps >> 8 & 0xFF);
    for (std::uint32_t k = 0; k < (caps & 0xF); ++k) {
      const std::uint32_t rule = bench.Read(regs::kRegRule + 4 * k);
      g.pattern.push_back({static_cast<std::int16_t>(rule & 0xFFFF), static_cast<std::int16_t>(rule >> 16)});
    }
    return g;
  }

  void RandomState() {
    const int n = geometry.rows * geometry.cols;
    const std::vector<Offset> offsets = Offsets(geometry.pattern);
    const int weight_top = (1 << (geometry.weight_bits - 1)) - 1;
    golden.layers.assign(geometry.layers, {});
    for (LayerWeights& layer : golden.layers) {
      const int span = std::max(1, weight_top >> Uniform(0, 3));  // weak and strong models
      layer.j.assign(n * offsets.size(), 0);
      layer.h.resize(n);
      for (int i = 0; i < n; ++i) {
        layer.h[i] = static_cast<std::int16_t>(Uniform(-2 * span, 2 * span));
        for (std::size_t k = 0; k < offsets.size(); ++k) {
          const int x = i % geometry.cols + offsets[k].dx, y = i / geometry.cols + offsets[k].dy;
          if (x >= 0 && x < geometry.cols && y >= 0 && y < geometry.rows)
            layer.j[i * offsets.size() + k] = static_cast<std::int16_t>(Uniform(-span - 1, span));
        }
      }
      for (int k = 1; k < 4; ++k) layer.c[k] = static_cast<std::int16_t>(Uniform(-60, 60));
    }
    golden.sites.site_class.resize(n);
    golden.sites.clamp.resize(n);
    for (auto& c : golden.sites.site_class) c = Uniform(0, 1) ? Uniform(1, 3) : 0;
    for (auto& c : golden.sites.clamp) c = Uniform(0, 4) == 0;
    golden.tables.resize(geometry.tables);
    for (Table& table : golden.tables) table = MakeTable(0.2 * Uniform(1, 12), geometry.table_bits);
    for (auto& bit : golden.spins) bit = Uniform(0, 1);
    for (auto& bit : golden.conditioning) bit = Uniform(0, 1);
    for (NoiseState& state : golden.noise)
      for (std::uint32_t& word : state) word = random() & 0xFFFFFF;
  }

  // Arguments of the Emit instructions in the order in which they execute.
  static std::vector<int> EmitKinds(const Program& program) {
    std::vector<int> kinds;
    std::vector<std::pair<std::size_t, std::uint32_t>> loops;
    for (std::size_t pc = 0; program[pc] >> 24 != regs::kOpEnd; ++pc) {
      const std::uint32_t argument = program[pc] & 0xFFFFFF;
      switch (program[pc] >> 24) {
        case regs::kOpEmit: kinds.push_back(static_cast<int>(argument)); break;
        case regs::kOpLoop: loops.push_back({pc, argument}); break;
        case regs::kOpNext:
          if (--loops.back().second > 0) {
            pc = loops.back().first;
          } else {
            loops.pop_back();
          }
          break;
        default: break;
      }
    }
    return kinds;
  }
};

}  // namespace tsu::verif
