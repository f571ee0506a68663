// SPDX-License-Identifier: Apache-2.0
#include "verif/golden/core.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "tsu/error.hpp"

namespace tsu::golden {

Core::Core(int rows, int cols, Pattern pattern, int chains, int table_bits)
    : rows_(rows),
      cols_(cols),
      chains_(chains),
      table_bits_(table_bits),
      pattern_(std::move(pattern)),
      offsets_(Offsets(pattern_)) {
  const std::size_t n = static_cast<std::size_t>(rows) * cols;
  spins.assign(n * chains, 0);
  conditioning.assign(n * chains, 0);
  noise.assign(static_cast<std::size_t>(pairs()) * chains, NoiseState{});
  last_words.assign(noise.size(), 0);
  sites.site_class.assign(n, 0);
  sites.clamp.assign(n, 0);
}

Core::SiteLaw Core::LawOf(int layer, int site) const {
  const LayerWeights& w = layers[layer];
  const int x = site % cols_, y = site / cols_;
  SiteLaw law;
  law.bias = w.h[site];
  law.coupling = w.c[sites.site_class[site]];
  for (std::size_t n = 0; n < offsets_.size(); ++n) {
    const int nx = x + offsets_[n].dx, ny = y + offsets_[n].dy;
    if (nx < 0 || nx >= cols_ || ny < 0 || ny >= rows_) continue;
    law.at[law.neighbours] = ny * cols_ + nx;
    law.weight[law.neighbours++] = w.j[site * offsets_.size() + n];
  }
  return law;
}

int Core::SiteLaw::Field(const std::uint8_t* spin, std::uint8_t conditioning_bit) const {
  int f = bias + coupling * (2 * conditioning_bit - 1);
  for (int n = 0; n < neighbours; ++n) f += weight[n] * (2 * spin[at[n]] - 1);
  return f;
}

int Core::Field(int layer, int chain, int site) const {
  const std::size_t base = static_cast<std::size_t>(chain) * rows_ * cols_;
  return LawOf(layer, site).Field(&spins[base], conditioning[base + site]);
}

void Core::Row(int layer, int table, int colour, int row, Mode mode, bool clamp) {
  const int first = row * cols_ + ((row + colour) & 1);
  const int last_entry = (1 << table_bits_) - 1;
  for (int pair = 0; pair < pairs(); ++pair) {
    const int site = first + 2 * pair;
    const bool kept = (clamp && sites.clamp[site]) ||
                      (mode == Mode::kRandomiseLatents && sites.site_class[site] > 0);
    const bool decides = mode == Mode::kSweep && !kept;
    const SiteLaw law = decides ? LawOf(layer, site) : SiteLaw{};
    for (int chain = 0; chain < chains_; ++chain) {
      const std::uint32_t word = source.step(noise[chain * pairs() + pair]);
      last_words[chain * pairs() + pair] = word;
      if (kept) continue;
      std::uint8_t* plane = &spins[static_cast<std::size_t>(chain) * rows_ * cols_];
      int f = 0;
      std::uint16_t threshold = source.half;
      if (decides) {
        f = law.Field(plane, conditioning[static_cast<std::size_t>(chain) * rows_ * cols_ + site]);
        threshold = tables[table][std::min(std::abs(f), last_entry)];
      }
      const bool against = source.code(word) < threshold;
      plane[site] = (f >= 0) != against;
    }
  }
  ++words_drawn;
}

void Core::Phase(int layer, int table, int colour, Mode mode, bool clamp) {
  for (int row = 0; row < rows_; ++row) Row(layer, table, colour, row, mode, clamp);
}

Emission Core::Emit(int index, bool all) const {
  Emission emission;
  emission.index = index;
  const std::size_t n = sites.site_class.size();
  for (int chain = 0; chain < chains_; ++chain) {
    for (std::size_t i = 0; i < n; ++i) {
      if (all || sites.site_class[i] > 0) emission.bits.push_back(spins[chain * n + i]);
    }
  }
  emission.sites = static_cast<int>(emission.bits.size()) / chains_;
  return emission;
}

void Core::Run(const Program& program, const EmissionSink& sink,
               const std::function<void()>& tick) {
  ProgramSweeps(program);  // throws on what no sequencer could run
  struct Block {
    std::size_t first;
    std::uint32_t left;
  };
  std::vector<Block> blocks;
  int layer = 0, table = -1, emissions = 0;
  bool clamp = false;
  const auto sweep = [&](Mode mode) {
    for (int colour = 0; colour < 2; ++colour) Phase(layer, table, colour, mode, clamp);
    if (tick) tick();
  };
  for (std::size_t pc = 0;; ++pc) {
    const std::uint32_t opcode = program[pc] >> 24, argument = program[pc] & 0xFFFFFFu;
    const auto bad = [pc](const std::string& what) {
      return Error(Exit::kBadInput, what, "program word " + std::to_string(pc), "");
    };
    switch (opcode) {
      case regs::kOpEnd:
        return;
      case regs::kOpLayer:
        if (argument >= layers.size()) throw bad("layer is not loaded");
        layer = static_cast<int>(argument);
        break;
      case regs::kOpPreload:
      case regs::kOpBeta:
        if (argument >= tables.size() || tables[argument].empty()) throw bad("table is not loaded");
        if (opcode == regs::kOpBeta) table = static_cast<int>(argument);
        break;
      case regs::kOpRandomise:
        sweep(argument ? Mode::kRandomiseLatents : Mode::kRandomiseAll);
        break;
      case regs::kOpSweep:
        if (table < 0) throw bad("Sweep before the first Beta");
        if (layers.empty()) throw bad("layer is not loaded");
        for (std::uint32_t n = 0; n < argument; ++n) sweep(Mode::kSweep);
        break;
      case regs::kOpCopy:
        conditioning = spins;
        break;
      case regs::kOpEmit:
        if (sink) sink(Emit(emissions, argument != 0));
        ++emissions;
        break;
      case regs::kOpClamp:
        clamp = argument != 0;
        break;
      case regs::kOpLoop:
        blocks.push_back({pc, argument});
        break;
      case regs::kOpNext:
        if (--blocks.back().left > 0) {
          pc = blocks.back().first;
        } else {
          blocks.pop_back();
        }
        break;
    }
  }
}

}  // namespace tsu::golden
