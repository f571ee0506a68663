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
#include "verif/sim/random_core.hpp"

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
    RandomState(geometry, golden, random);
    Load();
  }

  void Load() { Send(PackState(geometry, golden)); }
  // Spins, conditioning plane, noise.
  void LoadPlanes() { Send(PackPlanes(geometry, golden)); }

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
      for (std::size_t before = ~std::size_t{0}; clocks < most_clocks; clocks += 100) {
        if (before == bench.received.size()) return status;
        before = bench.received.size();
        bench.Ticks(100);
      }
      throw std::runtime_error("the sample stream does not run empty");
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

  int Uniform(int low, int high) { return verif::Uniform(random, low, high); }

  Program RandomProgram(int sweeps) { return verif::RandomProgram(built, sweeps, random); }

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
  void Send(const std::vector<Packet>& packets) {
    for (const Packet& packet : packets) bench.Queue(packet);
    bench.Send({});
  }

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
