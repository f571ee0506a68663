// SPDX-License-Identifier: Apache-2.0
#include "tsu/board_model.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core_packets.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"

namespace tsu {
namespace {

// Tables that a program copies: those of Beta and Preload that are in none of the two slots.
class Slots {
 public:
  bool Copies(std::uint32_t table) {
    if (held_[0] == table || held_[1] == table) return false;
    held_[other_] = table;
    other_ = !other_;
    return true;
  }

 private:
  std::uint32_t held_[2] = {~0u, ~0u};
  bool other_ = false;
};

}  // namespace

BoardFigures LoadBoardFigures(const std::string& path) {
  const Bytes bytes = ReadFile(path);
  try {
    const auto json = nlohmann::json::parse(bytes.begin(), bytes.end());
    const auto& core = json.at("core");
    BoardFigures figures;
    figures.title = json.at("title");
    figures.kind = json.at("kind");
    figures.fmax_hz = json.value("fmax_hz", 0.0);
    Geometry& g = figures.geometry;
    g.pattern = ParsePattern(core.at("pattern"));
    g.cols = core.at("Cols"), g.rows = core.at("Rows"), g.tiles = core.at("Tiles"), g.lanes = core.at("Lanes");
    g.groups = core.at("Groups"), g.layers = core.at("Layers"), g.weight_bits = core.at("WeightBits");
    g.table_bits = core.at("TableBits"), g.tables = core.at("Tables"), g.program_words = core.at("ProgramWords");
    g.clock_hz = json.at("core_hz");
    if (g.clock_hz == 0 || g.lanes < 1 || g.groups < 1 || g.rows < 1 || g.cols < 2) throw Error(Exit::kBadInput, "figures of an empty core", path, "");
    return figures;
  } catch (const nlohmann::json::exception& error) {
    throw Error(Exit::kBadInput, std::string("not the figures of a board: ") + error.what(), path, "give fpga/<board>/result.json, which make fpga writes");
  }
}

double BoardModel::LinkSeconds(double words) const {
  const double bytes = words * 4;
  return (bytes + kFrameOverhead * std::max(1.0, bytes / regs::kLinkMaxPayload)) * 10 / baud_;
}

Geometry BoardModel::Configure(const Shape& shape) {
  FitGrid(shape, figures_.geometry, url());
  shape_ = shape;
  return figures_.geometry;
}

void BoardModel::LoadSites(const Sites& sites) {
  sites_ = sites;
  const CoreGrid grid{figures_.geometry, shape_.rows, shape_.cols};
  for (int colour = 0; colour < 2; ++colour) times_.weights += LinkSeconds(SitePacket(grid, colour, sites).size());
}

void BoardModel::LoadLayer(int slot, const LayerWeights& layer) {
  const CoreGrid grid{figures_.geometry, shape_.rows, shape_.cols};
  times_.weights += LinkSeconds(CouplingPacket(slot, layer.c).size());
  for (int colour = 0; colour < 2; ++colour) times_.weights += LinkSeconds(WeightPacket(grid, slot, colour, layer).size());
}

void BoardModel::LoadTable(int index, const Table& table) { times_.weights += LinkSeconds(TablePacket(index, table).size()); }

void BoardModel::LoadSpins(std::span<const std::uint8_t> bits) {
  const CoreGrid grid{figures_.geometry, shape_.rows, shape_.cols};
  for (int group = 0; group < figures_.geometry.groups; ++group) {
    for (int colour = 0; colour < 2; ++colour) {
      times_.programs += LinkSeconds(SpinPacket(grid, regs::kTargetSpin, group, colour, bits).size());
    }
  }
}

void BoardModel::LoadConditioning(std::span<const std::uint8_t> bits) { LoadSpins(bits); }

void BoardModel::LoadNoise(std::span<const NoiseState> streams) {
  const CoreGrid grid{figures_.geometry, shape_.rows, shape_.cols};
  times_.noise += LinkSeconds(NoisePacket(grid, streams).size());
}

Counters BoardModel::Run(const Program& program, const EmissionSink& sink, std::chrono::milliseconds) {
  const Geometry& g = figures_.geometry;
  const std::uint64_t steps = static_cast<std::uint64_t>(shape_.rows) * g.groups;
  const std::uint64_t phase = std::max<std::uint64_t>(steps, static_cast<std::uint64_t>(Reach(g.pattern)) * g.groups + regs::kPipelineDepth + 2);
  Counters counters;
  counters.clocks = 2 * phase * ProgramSweeps(program);
  counters.sweep_clocks = counters.clocks;
  counters.row_steps = 2 * steps * ProgramSweeps(program);
  counters.flips = counters.row_steps * g.pairs() * g.lanes;
  Slots slots;
  int visible = 0;
  for (const auto site_class : sites_.site_class) visible += site_class > 0;
  int index = 0;
  ForEachInstruction(program, [&](std::uint32_t opcode, std::uint32_t argument) {
    if (opcode == regs::kOpBeta || opcode == regs::kOpPreload) {
      if (slots.Copies(argument)) counters.clocks += std::uint64_t{1} << g.table_bits;
    } else if (opcode == regs::kOpEmit) {
      const int sites = argument ? shape_.rows * shape_.cols : visible;
      sink({index++, sites, std::vector<std::uint8_t>(static_cast<std::size_t>(sites) * g.chains(), 0)});
      times_.readout += g.groups * LinkSeconds(1 + (static_cast<double>(sites) * g.lanes + 31) / 32);
      counters.samples += g.groups;
    }
  });
  times_.programs += LinkSeconds(ProgramPacket(program).size());
  times_.sampling += static_cast<double>(counters.clocks) / g.clock_hz;
  return counters;
}

}  // namespace tsu
