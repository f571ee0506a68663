// SPDX-License-Identifier: Apache-2.0
// Lockstep of a Verilated tsu_array with golden::Core: drives row steps and loads, compares every written row, every drawn
// word and, by scans, the whole state.
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "tsu/geometry.hpp"
#include "verif/golden/core.hpp"
#include "verif/sim/dut.hpp"
#include "verif/sim/packets.hpp"
#include "verif/sim/scoreboard.hpp"

namespace tsu::test {

// Bits [low, low + count) of a Verilated port, whatever its C++ type; count <= 32.
template <typename Port>
std::uint32_t Bits(const Port& port, int low, int count) {
  const std::uint32_t mask = count == 32 ? ~0u : (1u << count) - 1;
  if constexpr (std::is_integral_v<Port>) {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(port) >> low) & mask;
  } else {
    const int word = low / 32, shift = low % 32;
    std::uint64_t bits = port[word];
    if (shift + count > 32) bits |= static_cast<std::uint64_t>(port[word + 1]) << 32;
    return static_cast<std::uint32_t>(bits >> shift) & mask;
  }
}

// One colour phase as control would order it.
struct PhaseOrder {
  int layer = 0, slot = 0, colour = 0;
  golden::Mode mode = golden::Mode::kSweep;
  bool clamp = false;
};

template <typename Model>
class ArrayBench {
 public:
  // `rows` in use of the built ones; `gaps`: chance in 16 of an idle clock before a step.
  ArrayBench(const Geometry& geometry, int rows, std::uint64_t seed)
      : g_(geometry), rows_(rows), reach_(Reach(geometry.pattern)), dut_("top"),
        core_(rows, geometry.cols, geometry.pattern, geometry.chains(), geometry.table_bits), random_(seed) {
    core_.layers.resize(g_.layers);
    core_.tables.resize(g_.slots);
    dut_->step_valid_i = dut_->load_valid_i = dut_->scan_valid_i = dut_->table_we_i = 0;
    dut_.Reset();
    dut_.Tick();  // until reset has arrived
  }

  golden::Core& core() { return core_; }
  verif::Scoreboard& score() { return score_; }
  bool rtl_error() const { return dut_.rtl_error(); }
  std::mt19937_64& random() { return random_; }
  int Random(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  void set_gaps(int gaps) { gaps_ = gaps; }
  std::uint64_t flips() const { return flips_; }
  std::uint64_t clocks() const { return dut_.clocks(); }

  // ---- Loads: golden's state into the array ------------------------------------
  void LoadLayer(int layer) {
    const LayerWeights& w = core_.layers[layer];
    for (int i = 0; i < 4; ++i) {
      Load(regs::kTargetCoupling, layer, 0, 0, 0, 0, i, i == 3, static_cast<std::uint32_t>(w.c[i]));
    }
    const int neighbours = 4 * static_cast<int>(g_.pattern.size());
    const int words = PairWords();
    for (int colour = 0; colour < 2; ++colour) {
      for (int y = 0; y < rows_; ++y) {
        for (int p = 0; p < g_.pairs(); ++p) {
          const int site = Site(colour, y, p);
          std::vector<std::uint32_t> packed(words, 0);
          for (int n = 0; n < neighbours; ++n) Pack(packed, n * g_.weight_bits, g_.weight_bits, w.j[site * neighbours + n]);
          Pack(packed, neighbours * g_.weight_bits, regs::kBiasBits, w.h[site]);
          for (int k = 0; k < words; ++k) Load(regs::kTargetWeight, layer, colour, y, p, 0, k, k == words - 1, packed[k]);
        }
      }
    }
  }

  void LoadSites() {
    for (int colour = 0; colour < 2; ++colour) {
      for (int y = 0; y < rows_; ++y) {
        std::vector<std::uint32_t> packed((3 * g_.pairs() + 31) / 32, 0);
        for (int p = 0; p < g_.pairs(); ++p) {
          const int site = Site(colour, y, p);
          Pack(packed, 3 * p, 3, core_.sites.clamp[site] << 2 | core_.sites.site_class[site]);
        }
        LoadRow(regs::kTargetSite, 0, colour, y, packed);
      }
    }
  }

  void LoadPlane(std::uint32_t target, const std::vector<std::uint8_t>& plane) {
    for (int group = 0; group < g_.groups; ++group) {
      for (int colour = 0; colour < 2; ++colour) {
        for (int y = 0; y < rows_; ++y) {
          std::vector<std::uint32_t> packed((g_.pairs() * g_.lanes + 31) / 32, 0);
          for (int p = 0; p < g_.pairs(); ++p) {
            for (int l = 0; l < g_.lanes; ++l) {
              Pack(packed, p * g_.lanes + l, 1, plane[Chain(group, l) * PlaneSize() + Site(colour, y, p)]);
            }
          }
          LoadRow(target, group, colour, y, packed);
        }
      }
    }
  }

  void LoadNoise() {
    const verif::Packet packet = verif::PackNoise(g_, core_.noise);
    auto data = packet.begin() + 2;  // behind target and place
    for (int p = 0; p < g_.pairs(); ++p) {
      for (int l = 0; l < g_.lanes; ++l) {
        const int words = static_cast<int>(regs::kNoiseWords) * g_.groups;
        for (int word = 0; word < words; ++word)
          Load(regs::kTargetNoise, word % g_.groups, 0, 0, p, l, word / g_.groups, word == words - 1, *data++);
      }
    }
  }

  // Rewrites a threshold slot, one entry a clock, while steps go on; it must not be in use.
  void LoadTable(int slot, const Table& table) {
    core_.tables[slot] = table;
    for (std::size_t a = 0; a < table.size(); ++a) table_writes_.push_back({slot, static_cast<int>(a), table[a]});
  }
  bool tables_written() const { return table_writes_.empty(); }
  void FlushTables() {
    while (!table_writes_.empty()) Tick();
  }

  // ---- Steps ---------------------------------------------------------------------
  void Phase(const PhaseOrder& order) {
    const int min_phase = reach_ * g_.groups + kPipelineDepth + 2;
    const int steps = rows_ * g_.groups;
    for (int y = 0; y < rows_; ++y) {
      for (int group = 0; group < g_.groups; ++group) {
        Step(true, order, y, group);
        awaited_.push_back({order, y, group});
      }
    }
    for (int i = steps; i < min_phase; ++i) Step(false, order, 0, 0);
    if (gaps_ > 0 && Random(0, 15) == 0) {
      for (int i = Random(1, 5); i > 0; --i) Step(false, order, 0, 0);
    }
  }

  // Pushes the last rows out, waits until the array says it is idle and reads everything back.
  void Drain() {
    for (int i = 0; i < reach_ * g_.groups; ++i) Step(false, {}, 0, 0);
    for (int i = 0; i < 4 * kPipelineDepth && !dut_->idle_o; ++i) Tick();
    if (!dut_->idle_o) score_.Fault("array not idle after its last row was pushed out");
    if (!awaited_.empty()) score_.Fault(std::to_string(awaited_.size()) + " rows were never written");
    awaited_.clear();
  }

  // Compares all spins and classes; with `copy` the spins also become the conditioning plane.
  void Scan(bool copy) {
    for (int colour = 0; colour < 2; ++colour) {
      for (int y = 0; y < rows_; ++y) {
        for (int group = 0; group < g_.groups; ++group) {
          dut_->scan_valid_i = 1;
          dut_->scan_copy_i = copy;
          dut_->scan_colour_i = colour;
          dut_->scan_row_i = y;
          dut_->scan_group_i = group;
          Tick();
          dut_->scan_valid_i = 0;
          for (int i = 1; i < kScanLatency; ++i) Tick();
          if (!dut_->scan_valid_o) score_.Fault("scan gave no answer");
          CompareRow("scan", colour, y, group, dut_->scan_spins_o);
          for (int p = 0; p < g_.pairs(); ++p) {
            score_.Compare<std::uint32_t>(core_.sites.site_class[Site(colour, y, p)], Bits(dut_->scan_class_o, 2 * p, 2),
                                          [&] { return "class" + Place(colour, y, group, p, 0); });
          }
        }
      }
    }
    if (copy) core_.conditioning = core_.spins;
    Tick();
  }

 private:
  static constexpr int kPipelineDepth = regs::kPipelineDepth, kScanLatency = regs::kScanLatency;
  struct TableWrite {
    int slot, address;
    std::uint16_t data;
  };
  struct Awaited {
    PhaseOrder order;
    int row, group;
  };

  int PlaneSize() const { return rows_ * g_.cols; }
  int PairWords() const {
    return (4 * static_cast<int>(g_.pattern.size()) * g_.weight_bits + static_cast<int>(regs::kBiasBits) + 31) / 32;
  }
  int Chain(int group, int lane) const { return group * g_.lanes + lane; }
  int Site(int colour, int y, int p) const { return y * g_.cols + 2 * p + ((y + colour) & 1); }
  static void Pack(std::vector<std::uint32_t>& words, int low, int count, int value) {
    for (int i = 0; i < count; ++i) words[(low + i) / 32] |= static_cast<std::uint32_t>(value >> i & 1) << ((low + i) % 32);
  }

  void LoadRow(std::uint32_t target, int index, int colour, int y, const std::vector<std::uint32_t>& packed) {
    const int words = static_cast<int>(packed.size());
    for (int k = 0; k < words; ++k) Load(target, index, colour, y, 0, 0, k, k == words - 1, packed[k]);
  }

  void Load(std::uint32_t target, int index, int colour, int row, int pair, int lane, int word, bool last, std::uint32_t data) {
    dut_->load_valid_i = 1;
    dut_->load_target_i = target;
    dut_->load_index_i = index;
    dut_->load_colour_i = colour;
    dut_->load_row_i = row;
    dut_->load_pair_i = pair;
    dut_->load_lane_i = lane;
    dut_->load_word_i = word;
    dut_->load_last_i = last;
    dut_->load_data_i = data;
    dut_.Settle();
    // A noise word behind the clearing, or the parts of a pair word: at most two in a word of the load.
    const int longest = static_cast<int>(regs::kNoiseWords) * g_.groups + 2 * PairWords() + 2;
    for (int wait = 0; !dut_->load_ready_o; ++wait) {
      if (wait > longest) {
        score_.Fault("load bus stuck");
        break;
      }
      Tick();
    }
    Tick();
    dut_->load_valid_i = 0;
    loaded_ = true;
  }

  void Step(bool real, const PhaseOrder& order, int row, int group) {
    if (loaded_) {  // the last word needs five clocks to arrive, slices a clock each
      for (int i = 0; i < 5 + g_.groups; ++i) Tick();
      loaded_ = false;
    }
    while (gaps_ > 0 && Random(0, 15) < gaps_) Tick();
    dut_->step_valid_i = 1;
    dut_->step_real_i = real;
    if (real) {
      dut_->step_colour_i = order.colour;
      dut_->step_row_i = row;
      dut_->step_group_i = group;
      dut_->step_layer_i = order.layer;
      dut_->step_slot_i = order.slot;
      dut_->step_random_i = order.mode != golden::Mode::kSweep;
      dut_->step_latents_i = order.mode == golden::Mode::kRandomiseLatents;
      dut_->step_clamp_i = order.clamp;
    } else {  // the array must ignore all the rest
      dut_->step_colour_i = Random(0, 1);
      dut_->step_row_i = Random(0, rows_ - 1);
      dut_->step_group_i = Random(0, g_.groups - 1);
      dut_->step_layer_i = Random(0, g_.layers - 1);
      dut_->step_slot_i = Random(0, g_.slots - 1);
      dut_->step_random_i = Random(0, 1);
      dut_->step_latents_i = Random(0, 1);
      dut_->step_clamp_i = Random(0, 1);
    }
    Tick();
    dut_->step_valid_i = 0;
  }

  void Tick() {
    dut_->table_we_i = !table_writes_.empty();
    if (!table_writes_.empty()) {
      dut_->table_slot_i = table_writes_.front().slot;
      dut_->table_addr_i = table_writes_.front().address;
      dut_->table_data_i = table_writes_.front().data;
      table_writes_.pop_front();
    }
    dut_.Tick();
    if (dut_->wb_valid_o) Written();
  }

  // A row was written: golden takes the same row step with its first group.
  void Written() {
    if (awaited_.empty()) {
      score_.Fault("a row was written that nobody ordered");
      return;
    }
    const Awaited a = awaited_.front();
    awaited_.pop_front();
    const int at = dut_->wb_row_o << 16 | dut_->wb_group_o << 1 | dut_->wb_colour_o;
    score_.Compare(a.row << 16 | a.group << 1 | a.order.colour, at, [&] { return std::string("place of a written row"); });
    if (a.group == 0) core_.Row(a.order.layer, a.order.slot, a.order.colour, a.row, a.order.mode, a.order.clamp);
    CompareRow("spin", a.order.colour, a.row, a.group, dut_->wb_spins_o);
    for (int p = 0; p < g_.pairs(); ++p) {
      for (int l = 0; l < g_.lanes; ++l) {
        score_.Compare(core_.last_words[Chain(a.group, l) * g_.pairs() + p], Bits(dut_->wb_words_o, 24 * (p * g_.lanes + l), 24),
                       [&] { return "word" + Place(a.order.colour, a.row, a.group, p, l); });
      }
    }
    flips_ += static_cast<std::uint64_t>(g_.pairs()) * g_.lanes;
  }

  template <typename Port>
  void CompareRow(const char* what, int colour, int y, int group, const Port& port) {
    for (int l = 0; l < g_.lanes; ++l) {
      const std::uint8_t* plane = &core_.spins[static_cast<std::size_t>(Chain(group, l)) * PlaneSize()];
      for (int p = 0; p < g_.pairs(); ++p) {
        score_.Compare<std::uint32_t>(plane[Site(colour, y, p)], Bits(port, p * g_.lanes + l, 1),
                                      [&] { return what + Place(colour, y, group, p, l); });
      }
    }
  }

  std::string Place(int colour, int y, int group, int p, int l) const {
    return " at x " + std::to_string(2 * p + ((y + colour) & 1)) + " y " + std::to_string(y) + " colour " +
           std::to_string(colour) + " group " + std::to_string(group) + " lane " + std::to_string(l) + ", sweep " +
           std::to_string(core_.words_drawn / (2 * rows_)) + ", clock " + std::to_string(dut_.clocks());
  }

  Geometry g_;
  int rows_, reach_;
  verif::Dut<Model> dut_;
  golden::Core core_;
  verif::Scoreboard score_;
  std::mt19937_64 random_;
  std::deque<Awaited> awaited_;
  std::deque<TableWrite> table_writes_;
  int gaps_ = 0;
  bool loaded_ = false;
  std::uint64_t flips_ = 0;
};

}  // namespace tsu::test
