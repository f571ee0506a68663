// SPDX-License-Identifier: Apache-2.0
// Bit-exact twin of tsu_core (rtl/README.md): state, noise, program. Integers only: no floating
// point, no I/O.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "tsu/device.hpp"
#include "verif/golden/noise_source.hpp"

namespace tsu::golden {

enum class Mode { kSweep, kRandomiseAll, kRandomiseLatents };

// All state is plain and public, so that a test may set or read any of it between steps.
class Core {
 public:
  Core(int rows, int cols, Pattern pattern, int chains, int table_bits);

  int rows() const { return rows_; }
  int cols() const { return cols_; }
  int pairs() const { return cols_ / 2; }
  int chains() const { return chains_; }
  int table_bits() const { return table_bits_; }
  const Pattern& pattern() const { return pattern_; }

  // One row step of one colour in all chains: each pair draws one word and decides one site.
  void Row(int layer, int table, int colour, int row, Mode mode, bool clamp);
  // All rows of a colour, rising.
  void Phase(int layer, int table, int colour, Mode mode, bool clamp);
  // A program to its End. A program begins with layer 0, Clamp off and no table: it must say Beta
  // before Sweep. Throws Error(kBadInput) on a broken program or a layer or table that is not
  // loaded. `tick` is called after every sweep; it may throw to end the run.
  void Run(const Program& program, const EmissionSink& sink,
           const std::function<void()>& tick = {});

  // The field of a site, units of 1/32, as its next update will see it.
  int Field(int layer, int chain, int site) const;

  std::vector<std::uint8_t> spins, conditioning;  // [chain * rows * cols + i], 0/1
  std::vector<NoiseState> noise;                  // [chain * pairs + pair]
  NoiseSource source;                             // tables and noise are of its kind
  std::vector<std::uint32_t> last_words;          // [chain * pairs + pair], of the last row step
  std::vector<LayerWeights> layers;
  Sites sites;
  std::vector<Table> tables;
  std::uint64_t words_drawn = 0;  // by each stream = row steps done

 private:
  // What decides a site, apart from spins: its neighbours on the grid, their weights, bias and
  // coupling.
  struct SiteLaw {
    int neighbours = 0;
    std::array<int, 4 * regs::kMaxRules> at, weight;
    int bias = 0, coupling = 0;
    int Field(const std::uint8_t* spin, std::uint8_t conditioning_bit) const;
  };
  SiteLaw LawOf(int layer, int site) const;
  Emission Emit(int index, bool all) const;

  int rows_, cols_, chains_, table_bits_;
  Pattern pattern_;
  std::vector<Offset> offsets_;
};

}  // namespace tsu::golden
