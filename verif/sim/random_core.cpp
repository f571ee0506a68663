// SPDX-License-Identifier: Apache-2.0
#include "verif/sim/random_core.hpp"

#include <algorithm>

namespace tsu::verif {

int Uniform(std::mt19937_64& random, int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); }

void RandomState(const Geometry& geometry, golden::Core& core, std::mt19937_64& random) {
  const int n = geometry.rows * geometry.cols;
  const std::vector<Offset> offsets = Offsets(geometry.pattern);
  const int weight_top = (1 << (geometry.weight_bits - 1)) - 1;
  core.layers.assign(geometry.layers, {});
  for (LayerWeights& layer : core.layers) {
    const int span = std::max(1, weight_top >> Uniform(random, 0, 3));  // weak and strong models
    layer.j.assign(n * offsets.size(), 0);
    layer.h.resize(n);
    for (int i = 0; i < n; ++i) {
      layer.h[i] = static_cast<std::int16_t>(Uniform(random, -2 * span, 2 * span));
      for (std::size_t k = 0; k < offsets.size(); ++k) {
        const int x = i % geometry.cols + offsets[k].dx, y = i / geometry.cols + offsets[k].dy;
        if (x >= 0 && x < geometry.cols && y >= 0 && y < geometry.rows)
          layer.j[i * offsets.size() + k] = static_cast<std::int16_t>(Uniform(random, -span - 1, span));
      }
    }
    for (int k = 1; k < 4; ++k) layer.c[k] = static_cast<std::int16_t>(Uniform(random, -60, 60));
  }
  core.sites.site_class.resize(n);
  core.sites.clamp.resize(n);
  for (auto& c : core.sites.site_class) c = Uniform(random, 0, 1) ? Uniform(random, 1, 3) : 0;
  for (auto& c : core.sites.clamp) c = Uniform(random, 0, 4) == 0;
  core.tables.resize(geometry.tables);
  for (Table& table : core.tables) table = MakeTable(0.2 * Uniform(random, 1, 12), geometry.table_bits);
  for (auto& bit : core.spins) bit = Uniform(random, 0, 1);
  for (auto& bit : core.conditioning) bit = Uniform(random, 0, 1);
  for (NoiseState& state : core.noise)
    for (std::uint32_t& word : state) word = random() & 0xFFFFFF;
}

Program RandomProgram(const Geometry& geometry, int sweeps, std::mt19937_64& random) {
  Program program{Instruction(regs::kOpBeta, Uniform(random, 0, geometry.tables - 1))};
  int depth = 0, budget = sweeps, repeat[3] = {1, 1, 1};
  bool swept = true;  // the open block has an instruction
  while (budget > 0 && program.size() + 6 < static_cast<std::size_t>(geometry.program_words)) {
    const int factor = repeat[0] * repeat[1] * repeat[2];
    const bool last_words = program.size() + 16 > static_cast<std::size_t>(geometry.program_words);
    switch (last_words ? 9 : Uniform(random, 0, 11)) {
      case 0: program.push_back(Instruction(regs::kOpLayer, Uniform(random, 0, geometry.layers - 1))); break;
      case 1: program.push_back(Instruction(regs::kOpPreload, Uniform(random, 0, geometry.tables - 1))); break;
      case 2: program.push_back(Instruction(regs::kOpBeta, Uniform(random, 0, geometry.tables - 1))); break;
      case 3:
        program.push_back(Instruction(regs::kOpRandomise, Uniform(random, 0, 1)));
        budget -= factor;
        break;
      case 4: program.push_back(Instruction(regs::kOpCopy)); break;
      case 5:
        if (factor <= 3) program.push_back(Instruction(regs::kOpEmit, Uniform(random, 0, 1)));
        break;
      case 6: program.push_back(Instruction(regs::kOpClamp, Uniform(random, 0, 1))); break;
      case 7:
        if (depth == 2 || last_words) break;
        repeat[++depth] = Uniform(random, 1, 3);
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
        const int n = Uniform(random, 0, 4);
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

std::vector<Packet> PackPlanes(const Geometry& geometry, const golden::Core& core) {
  std::vector<Packet> packets;
  for (int colour = 0; colour < 2; ++colour) {
    for (int group = 0; group < geometry.groups; ++group) {
      packets.push_back(PackPlane(geometry, regs::kTargetSpin, group, colour, core.spins));
      packets.push_back(PackPlane(geometry, regs::kTargetConditioning, group, colour, core.conditioning));
    }
  }
  packets.push_back(PackNoise(geometry, core.noise));
  return packets;
}

std::vector<Packet> PackState(const Geometry& geometry, const golden::Core& core) {
  std::vector<Packet> packets;
  for (std::size_t t = 0; t < core.tables.size(); ++t) packets.push_back(PackTable(static_cast<int>(t), core.tables[t]));
  for (int k = 0; k < static_cast<int>(core.layers.size()); ++k) {
    packets.push_back(PackCoupling(k, core.layers[k]));
    for (int colour = 0; colour < 2; ++colour) packets.push_back(PackWeights(geometry, k, colour, core.layers[k]));
  }
  for (int colour = 0; colour < 2; ++colour) packets.push_back(PackSites(geometry, colour, core.sites));
  const std::vector<Packet> planes = PackPlanes(geometry, core);
  packets.insert(packets.end(), planes.begin(), planes.end());
  return packets;
}

}  // namespace tsu::verif
