// SPDX-License-Identifier: Apache-2.0
// What goes into a core and what must come out, for test benches that are not written in C++ (verif/bus_models):
//   bus-vectors SEED ROUNDS
// One fact a line on standard output, numbers in hexadecimal:
//   parameter NAME VALUE      build parameter of the core
//   register OFFSET VALUE     what a register that never changes reads
//   round                     load, program, start, then the samples in this order; the state of the round before stays
//   load WORD ...             a load packet
//   program WORD ...          the load packet of the program
//   sample WORD ...           a sample packet, from the golden model
#include <cstdio>
#include <cstdlib>
#include <string>

#include "verif/golden/core.hpp"
#include "verif/sim/random_core.hpp"

namespace tsu::verif {
namespace {

constexpr int kSweeps = 30;         // of a program, about
constexpr int kSampleWords = 16;    // less than one Emit of every site: a reader that stalls makes the core wait
constexpr std::uint32_t kNoiseSource = 0;

Geometry SmallCore() {
  Geometry g;
  g.cols = 8, g.rows = 9, g.tiles = 2, g.lanes = 4, g.groups = 2, g.layers = 2;
  g.weight_bits = 6, g.table_bits = 8, g.tables = 3, g.program_words = 64;
  g.pattern = ParsePattern("G8");   // begins as G12 does, the core's default
  g.build_id = 0xB1D0000D, g.clock_hz = 12345678;
  return g;
}

void Line(const char* kind, const Packet& words) {
  std::fputs(kind, stdout);
  for (const std::uint32_t word : words) std::printf(" %x", word);
  std::fputc('\n', stdout);
}

void PrintParameters(const Geometry& g) {
  const auto parameter = [](const std::string& name, std::uint32_t value) { Line(("parameter " + name).c_str(), {value}); };
  parameter("Cols", g.cols), parameter("Rows", g.rows), parameter("Tiles", g.tiles), parameter("Lanes", g.lanes);
  parameter("Groups", g.groups), parameter("Layers", g.layers), parameter("WeightBits", g.weight_bits);
  parameter("TableBits", g.table_bits), parameter("Tables", g.tables), parameter("ProgramWords", g.program_words);
  parameter("NumRules", g.pattern.size()), parameter("SampleWords", kSampleWords);
  parameter("ClockHz", g.clock_hz), parameter("BuildId", g.build_id);
}

void PrintRegisters(const Geometry& g) {
  const auto bytes = [](std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    return a | b << 8 | c << 16 | d << 24;
  };
  std::uint32_t log2_program = 0;
  while (1 << log2_program < g.program_words) ++log2_program;
  Line("register", {regs::kRegId, regs::kMagic});
  Line("register", {regs::kRegVersion, regs::kCoreVersion});
  Line("register", {regs::kRegMapHash, regs::kMapHash});
  Line("register", {regs::kRegBuildId, g.build_id});
  Line("register", {regs::kRegGridSize, bytes(g.cols, 0, g.rows, 0)});
  Line("register", {regs::kRegLanes, bytes(g.lanes, g.groups, g.tiles, g.layers)});
  Line("register", {regs::kRegFormats, bytes(g.weight_bits, g.table_bits, g.tables, g.slots)});
  Line("register", {regs::kRegCaps, bytes(g.pattern.size() | kNoiseSource << 4, log2_program, 0, 0)});
  for (std::uint32_t k = 0; k < regs::kMaxRules; ++k) {
    const Rule rule = k < g.pattern.size() ? g.pattern[k] : Rule{};
    const std::uint32_t a = static_cast<std::uint16_t>(rule.a), b = static_cast<std::uint16_t>(rule.b);
    Line("register", {regs::kRegRule + 4 * k, a | b << 16});
  }
  Line("register", {regs::kRegClockHz, g.clock_hz});
}

// Even rounds load everything anew, odd ones go on with the state of the one before.
void PrintRounds(const Geometry& g, std::uint64_t seed, int rounds) {
  std::mt19937_64 random(seed);
  golden::Core core(g.rows, g.cols, g.pattern, g.chains(), g.table_bits);
  for (int round = 0; round < rounds; ++round) {
    std::puts("round");
    if (round % 2 == 0) {
      RandomState(g, core, random);
      for (const Packet& packet : PackState(g, core)) Line("load", packet);
    }
    const Program program = RandomProgram(g, kSweeps, random);
    Line("program", PackProgram(program));
    core.Run(program, [&](const Emission& emission) {
      for (const Packet& packet : PackSamples(g, core.sites, emission)) Line("sample", packet);
    });
  }
}

}  // namespace
}  // namespace tsu::verif

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: bus-vectors SEED ROUNDS\n", stderr);
    return 2;
  }
  const tsu::Geometry geometry = tsu::verif::SmallCore();
  tsu::verif::PrintParameters(geometry);
  tsu::verif::PrintRegisters(geometry);
  tsu::verif::PrintRounds(geometry, std::strtoull(argv[1], nullptr, 0), std::atoi(argv[2]));
  return std::fflush(stdout) == 0 ? 0 : 8;
}
