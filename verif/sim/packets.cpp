// SPDX-License-Identifier: Apache-2.0
#include "verif/sim/packets.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace tsu::verif {
namespace {

// Packs fields from the low end of 32-bit words.
class BitPacker {
 public:
  explicit BitPacker(Packet& out) : out_(out) {}
  void Put(std::uint32_t value, int bits) {
    for (int i = 0; i < bits; ++i) {
      if (used_ == 0) out_.push_back(0);
      out_.back() |= ((value >> i) & 1u) << used_;
      used_ = (used_ + 1) % 32;
    }
  }
  void Align() { used_ = 0; }

 private:
  Packet& out_;
  int used_ = 0;
};

int SiteOf(const Geometry& g, int row, int colour, int pair) { return row * g.cols + 2 * pair + ((row + colour) & 1); }

// Site -> its position among the emitted, row-major; -1 when it is not emitted.
std::vector<int> EmittedPlaces(int sites, const std::vector<std::uint8_t>& site_class, bool all) {
  std::vector<int> place(sites, -1);
  for (int i = 0, next = 0; i < sites; ++i)
    if (all || site_class[i] > 0) place[i] = next++;
  return place;
}

// act(k, lane) for every bit of a sample packet in its order, k the emitted place of its site.
template <typename Act>
void ForEachSampleBit(const Geometry& g, const std::vector<int>& place, const Act& act) {
  for (int row = 0; row < g.rows; ++row)
    for (int colour = 0; colour < 2; ++colour)
      for (int pair = 0; pair < g.pairs(); ++pair) {
        const int k = place[SiteOf(g, row, colour, pair)];
        for (int lane = 0; k >= 0 && lane < g.lanes; ++lane) act(k, lane);
      }
}

}  // namespace

Packet PackHeader(std::uint32_t target, std::uint32_t index, int colour, int row) {
  return {target << 28, index << 16 | static_cast<std::uint32_t>(colour) << 15 | static_cast<std::uint32_t>(row)};
}

Packet PackProgram(const Program& program) {
  Packet packet = PackHeader(regs::kTargetProgram, 0, 0, 0);
  packet.insert(packet.end(), program.begin(), program.end());
  return packet;
}

Packet PackTable(int index, const Table& table) {
  Packet packet = PackHeader(regs::kTargetTable, index, 0, 0);
  packet.insert(packet.end(), table.begin(), table.end());
  return packet;
}

Packet PackCoupling(int layer, const LayerWeights& weights) {
  Packet packet = PackHeader(regs::kTargetCoupling, layer, 0, 0);
  for (const std::int16_t c : weights.c) packet.push_back(static_cast<std::uint32_t>(std::int32_t{c}));
  return packet;
}

Packet PackWeights(const Geometry& g, int layer, int colour, const LayerWeights& weights) {
  Packet packet = PackHeader(regs::kTargetWeight, layer, colour, 0);
  const int neighbours = 4 * static_cast<int>(g.pattern.size());
  BitPacker packer(packet);
  for (int row = 0; row < g.rows; ++row) {
    for (int pair = 0; pair < g.pairs(); ++pair) {
      const int site = SiteOf(g, row, colour, pair);
      for (int n = 0; n < neighbours; ++n)
        packer.Put(static_cast<std::uint32_t>(weights.j[site * neighbours + n]), g.weight_bits);
      packer.Put(static_cast<std::uint32_t>(weights.h[site]), regs::kBiasBits);
      packer.Align();
    }
  }
  return packet;
}

Packet PackSites(const Geometry& g, int colour, const Sites& sites) {
  Packet packet = PackHeader(regs::kTargetSite, 0, colour, 0);
  BitPacker packer(packet);
  for (int row = 0; row < g.rows; ++row) {
    for (int pair = 0; pair < g.pairs(); ++pair) {
      const int site = SiteOf(g, row, colour, pair);
      packer.Put(sites.site_class[site], 2);
      packer.Put(sites.clamp[site], 1);
    }
    packer.Align();
  }
  return packet;
}

Packet PackPlane(const Geometry& g, std::uint32_t target, int group, int colour, std::span<const std::uint8_t> bits) {
  Packet packet = PackHeader(target, group, colour, 0);
  const int n = g.rows * g.cols;
  BitPacker packer(packet);
  for (int row = 0; row < g.rows; ++row) {
    for (int pair = 0; pair < g.pairs(); ++pair) {
      for (int lane = 0; lane < g.lanes; ++lane)
        packer.Put(bits[(group * g.lanes + lane) * n + SiteOf(g, row, colour, pair)], 1);
    }
    packer.Align();
  }
  return packet;
}

Packet PackNoise(const Geometry& g, std::span<const NoiseState> streams) {
  Packet packet = PackHeader(regs::kTargetNoise, 0, 0, 0);
  for (int pair = 0; pair < g.pairs(); ++pair)
    for (int lane = 0; lane < g.lanes; ++lane) {
      BitPacker packer(packet);
      for (int step = 0; step < static_cast<int>(regs::kNoiseInjections) * g.groups; ++step) {
        const int chain = step % g.groups * g.lanes + lane;
        if (step % 2 == 0) packer.Align();
        packer.Put(InjectionsOf(streams[chain * g.pairs() + pair])[step / g.groups], regs::kNoiseShl);
      }
    }
  return packet;
}

std::vector<Packet> PackSamples(const Geometry& g, const Sites& sites, const Emission& emission) {
  const int n = g.rows * g.cols;
  const std::vector<int> place = EmittedPlaces(n, sites.site_class, emission.sites == n);
  std::vector<Packet> packets;
  for (int group = 0; group < g.groups; ++group) {
    packets.push_back({static_cast<std::uint32_t>(emission.index) << 16 | static_cast<std::uint32_t>(group)});
    BitPacker packer(packets.back());
    ForEachSampleBit(g, place, [&](int k, int lane) {
      packer.Put(emission.bits[static_cast<std::size_t>(group * g.lanes + lane) * emission.sites + k], 1);
    });
  }
  return packets;
}

Emission Unpack(const Geometry& g, const Sites& sites, bool all, std::span<const Packet> packets) {
  const auto check = [](bool ok, const std::string& what) {
    if (!ok) throw std::runtime_error("sample packet: " + what);
  };
  const int n = g.rows * g.cols;
  const std::vector<int> place = EmittedPlaces(n, sites.site_class, all);
  Emission emission;
  emission.sites = n - static_cast<int>(std::count(place.begin(), place.end(), -1));
  emission.bits.resize(static_cast<std::size_t>(g.chains()) * emission.sites);
  check(static_cast<int>(packets.size()) == g.groups, "one a lane group");
  emission.index = static_cast<int>(packets[0][0] >> 16);
  for (int group = 0; group < g.groups; ++group) {
    const Packet& packet = packets[group];
    check(packet[0] == (static_cast<std::uint32_t>(emission.index) << 16 | static_cast<std::uint32_t>(group)), "header");
    const std::size_t bits = static_cast<std::size_t>(emission.sites) * g.lanes;
    check(packet.size() == 1 + (bits + 31) / 32, "length " + std::to_string(packet.size()));
    std::size_t at = 0;
    const auto next = [&] {
      const std::uint8_t bit = packet[1 + at / 32] >> (at % 32) & 1;
      ++at;
      return bit;
    };
    ForEachSampleBit(g, place, [&](int k, int lane) {
      emission.bits[static_cast<std::size_t>(group * g.lanes + lane) * emission.sites + k] = next();
    });
    while (at % 32 != 0) check(next() == 0, "padding is not zero");
  }
  return emission;
}

}  // namespace tsu::verif
