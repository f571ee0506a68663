// SPDX-License-Identifier: Apache-2.0
#include "core_packets.hpp"

#include "tsu/error.hpp"

#include "tsu/regs.hpp"

namespace tsu {
namespace {

// Collects fields of any width into 32-bit words from the low end.
class BitPacker {
 public:
  explicit BitPacker(Packet& packet) : packet_(packet) {}
  void Put(std::uint32_t value, int bits) {
    held_ |= (static_cast<std::uint64_t>(value) & ((std::uint64_t{1} << bits) - 1)) << count_;
    count_ += bits;
    for (; count_ >= 32; count_ -= 32, held_ >>= 32) packet_.push_back(static_cast<std::uint32_t>(held_));
  }
  // Ends a memory word: the last 32-bit word is filled up with zeros.
  void Flush() {
    if (count_ > 0) packet_.push_back(static_cast<std::uint32_t>(held_));
    held_ = 0;
    count_ = 0;
  }

 private:
  Packet& packet_;
  std::uint64_t held_ = 0;
  int count_ = 0;
};

Packet Head(std::uint32_t target, int index, int colour, int row) {
  return {target << 28, static_cast<std::uint32_t>(index) << 16 | static_cast<std::uint32_t>(colour) << 15 |
                            static_cast<std::uint32_t>(row)};
}

// Site index in the model of (pair, row, colour), or -1 outside its columns.
int SiteOf(const CoreGrid& grid, int pair, int row, int colour) {
  const int x = 2 * pair + ((row + colour) & 1);
  return x < grid.cols ? row * grid.cols + x : -1;
}

}  // namespace

CoreGrid FitGrid(const Shape& shape, const Geometry& core, const std::string& where) {
  const auto refuse = [&](const std::string& what) {
    throw Error(Exit::kIncompatible, what, where, "use cpu:, or a board built for this model");
  };
  if (shape.pattern != core.pattern) {
    refuse("the model's pattern is " + PatternName(shape.pattern) + ", the core's " + PatternName(core.pattern));
  }
  if (shape.rows > core.rows || shape.cols > core.cols) {
    refuse("the model's grid is " + std::to_string(shape.rows) + " x " + std::to_string(shape.cols) + ", the core's " +
           std::to_string(core.rows) + " x " + std::to_string(core.cols));
  }
  if (shape.rows < 1 || shape.cols < 2 || shape.cols % 2) refuse("a grid of " + std::to_string(shape.rows) + " x " + std::to_string(shape.cols));
  if (shape.weight_bits > core.weight_bits) {
    refuse("the model has " + std::to_string(shape.weight_bits) + "-bit weights, the core " + std::to_string(core.weight_bits));
  }
  return {core, shape.rows, shape.cols};
}

Packet ProgramPacket(const Program& program) {
  Packet packet = Head(regs::kTargetProgram, 0, 0, 0);
  packet.insert(packet.end(), program.begin(), program.end());
  return packet;
}

Packet TablePacket(int index, const Table& table) {
  Packet packet = Head(regs::kTargetTable, index, 0, 0);
  packet.insert(packet.end(), table.begin(), table.end());
  return packet;
}

Packet CouplingPacket(int layer, const std::array<std::int16_t, 4>& c) {
  Packet packet = Head(regs::kTargetCoupling, layer, 0, 0);
  for (const std::int16_t value : c) packet.push_back(static_cast<std::uint32_t>(static_cast<std::int32_t>(value)));
  return packet;
}

Packet WeightPacket(const CoreGrid& grid, int layer, int colour, const LayerWeights& weights) {
  Packet packet = Head(regs::kTargetWeight, layer, colour, 0);
  BitPacker bits(packet);
  const int neighbours = 4 * static_cast<int>(grid.core.pattern.size());
  for (int row = 0; row < grid.rows; ++row) {
    for (int pair = 0; pair < grid.core.pairs(); ++pair) {
      const int site = SiteOf(grid, pair, row, colour);
      for (int n = 0; n < neighbours; ++n) {
        const int j = site < 0 ? 0 : weights.j[static_cast<std::size_t>(site) * neighbours + n];
        bits.Put(static_cast<std::uint32_t>(j), grid.core.weight_bits);
      }
      bits.Put(static_cast<std::uint32_t>(site < 0 ? 0 : weights.h[site]), regs::kBiasBits);
      bits.Flush();
    }
  }
  return packet;
}

Packet SitePacket(const CoreGrid& grid, int colour, const Sites& sites) {
  Packet packet = Head(regs::kTargetSite, 0, colour, 0);
  BitPacker bits(packet);
  for (int row = 0; row < grid.rows; ++row) {
    for (int pair = 0; pair < grid.core.pairs(); ++pair) {
      const int site = SiteOf(grid, pair, row, colour);
      bits.Put(site < 0 ? 0u : sites.clamp[site] * 4u + sites.site_class[site], 3);
    }
    bits.Flush();
  }
  return packet;
}

Packet SpinPacket(const CoreGrid& grid, std::uint32_t target, int group, int colour,
                  std::span<const std::uint8_t> spins) {
  Packet packet = Head(target, group, colour, 0);
  BitPacker bits(packet);
  const std::size_t sites = static_cast<std::size_t>(grid.rows) * grid.cols;
  for (int row = 0; row < grid.rows; ++row) {
    for (int pair = 0; pair < grid.core.pairs(); ++pair) {
      const int site = SiteOf(grid, pair, row, colour);
      for (int lane = 0; lane < grid.core.lanes; ++lane) {
        const std::size_t chain = static_cast<std::size_t>(group) * grid.core.lanes + lane;
        bits.Put(site < 0 ? 0 : spins[chain * sites + site], 1);
      }
    }
    bits.Flush();
  }
  return packet;
}

Packet NoisePacket(const CoreGrid& grid, std::span<const NoiseState> streams) {
  constexpr NoiseState kBeyondGrid = {1, 2, 3, 4};
  std::vector<NoiseInjections> injections(grid.core.groups);
  const auto injected = [&](std::size_t step) {  // groups take turns
    return injections[step % injections.size()][step / injections.size()];
  };
  Packet packet = Head(regs::kTargetNoise, 0, 0, 0);
  const int model_pairs = grid.cols / 2;
  for (int pair = 0; pair < grid.core.pairs(); ++pair) {
    for (int lane = 0; lane < grid.core.lanes; ++lane) {
      for (int group = 0; group < grid.core.groups; ++group) {
        const std::size_t chain = static_cast<std::size_t>(group) * grid.core.lanes + lane;
        injections[group] = InjectionsOf(pair < model_pairs ? streams[chain * model_pairs + pair] : kBeyondGrid);
      }
      for (std::size_t step = 0; step < regs::kNoiseInjections * injections.size(); step += 2)
        packet.push_back(injected(step) | injected(step + 1) << regs::kNoiseShl);
    }
  }
  return packet;
}

}  // namespace tsu
