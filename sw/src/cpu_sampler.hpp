// SPDX-License-Identifier: Apache-2.0
// Many chains of one model on this machine's cores: state and parameters in the kernel's layouts, threads over blocks.
// Samples do not depend on the number of threads or on the instruction set.
#pragma once

#include <hwy/aligned_allocator.h>

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "cpu_kernel.hpp"
#include "cpu_tables.hpp"
#include "tsu/device.hpp"

namespace tsu::cpu {

struct Layout {
  int rows = 0, cols = 0;
  std::int64_t pad = 0;
  std::int64_t Site(int x, int y) const { return pad + std::int64_t{x} * rows + y; }
  std::int64_t sites() const { return 2 * pad + std::int64_t{rows} * cols; }
  std::size_t visits() const { return static_cast<std::size_t>(rows) * cols / 2; }
};

// Of one sampler's chains, where they are two groups: clamped and free chains of a training, say, that hold different sites.
enum Groups : std::uint8_t { kFirstGroup = 1, kSecondGroup = 2, kAllGroups = 3 };

// Part of a program without output: what every block can do on its own.
struct Step {
  enum class Kind { kSweep, kRandomiseAll, kRandomiseLatents, kCopy, kCount };
  Kind kind;
  std::uint32_t count = 1;  // sweeps
  int layer = 0, table = 0;
  bool clamp = false;
  Groups groups = kAllGroups;  // which take part
};

// Sums over a group's chains and kCount steps; spins differ / are down.
struct Statistics {
  std::vector<std::uint32_t> unequal;  // [edge]
  std::vector<std::uint32_t> down;     // [x * rows + y]
};

class Sampler {
 public:
  // Called before every sweep of every block, from any thread; what it throws ends the run and leaves the state unusable.
  using Poll = std::function<void()>;

  // Two groups: the first and the second half of the chains, which share vectors as wide as a line. They draw quick noise only.
  Sampler(int rows, int cols, const Pattern& pattern, int chains, int threads, int groups = 1);

  const Layout& layout() const { return layout_; }
  int chains() const { return chains_; }

  void SetSites(const Sites& sites);
  // Another clamp mask for the second group.
  void SetSecondClamp(std::span<const std::uint8_t> clamp);
  void SetLayer(std::size_t slot, const LayerWeights& layer);
  void SetTable(std::size_t index, const Table& table);
  void SetSpins(std::span<const std::uint8_t> bits);
  void SetConditioning(std::span<const std::uint8_t> bits);
  // The given sites (y * cols + x) only; bits [chain][site].
  void SetSpinsAt(std::span<const std::int32_t> sites, std::span<const std::uint8_t> bits);
  void SetConditioningAt(std::span<const std::int32_t> sites, std::span<const std::uint8_t> bits);
  void SetNoise(std::span<const NoiseState> streams);
  // Quick noise from here on: not the device's words but the same law, for training. The samples depend on the seed alone:
  // a sampler of chains first..first + n - 1 (first: a multiple of kLaneChains) draws what one of all chains draws for these.
  // A group draws what a sampler of its chains alone would.
  void SetQuickNoise(std::uint64_t seed, int first = 0, int group = 0);
  // Edges that kCount counts.
  void SetEdges(std::vector<Edge> edges) { edges_ = std::move(edges); }

  // Every block does all steps. Statistics are added up, of each group.
  void Run(std::span<const Step> steps, const Poll& poll = nullptr, std::span<Statistics> statistics = {});

  // Spins of the given sites (y * cols + x): [chain][site].
  std::vector<std::uint8_t> Bits(std::span<const std::int32_t> sites) const;

 private:
  struct Layer {
    LayerWeights weights;
    std::vector<NodeTables> nodes;  // [colour]; empty: not loaded
  };
  struct Block {
    Bytes spins, conditioning, noise, quick;
    using Line = std::array<std::uint8_t, kLine>;
    alignas(kLine) std::array<Line, 2> active{};  // [group] chains in use
    std::array<std::uint64_t, kLine / 16> quick_open{};
  };
  void Build(Layer& layer) const;
  void RunBlock(Block& block, std::span<const Step> steps, const Poll& poll, std::span<Statistics> counts) const;
  void SetPlane(Bytes Block::*plane, std::span<const std::int32_t> sites, std::span<const std::uint8_t> bits);
  // Where a chain is.
  struct Place {
    int block, byte, bit;
  };
  static void Expect(std::size_t size, std::size_t wanted, const char* what);
  std::uint8_t KeepOf(std::size_t site, unsigned mask) const;
  std::size_t Visit(int x, int y) const { return static_cast<std::size_t>(x / 2) * layout_.rows + y; }
  // Runs of chains whose bits are in one byte, from its lowest on: work(first, count).
  template <class Work>
  void ForEachByte(const Work& work) const;
  // Where the lines of sites (y * cols + x) begin.
  std::vector<std::int64_t> Lines(std::span<const std::int32_t> sites) const;
  std::size_t NoiseLine(std::size_t pair, std::size_t slot, std::size_t bit) const;

  Layout layout_;
  Pattern pattern_;
  int chains_, threads_, groups_;
  int lanes_;  // of a block
  std::vector<Place> places_;  // [chain]
  int group_inputs_;  // GroupInputs() the layers are built for
  std::vector<std::int64_t> offsets_;  // padded to whole groups
  Sites sites_;
  std::vector<std::int32_t> every_site_;
  std::vector<std::uint8_t> second_clamp_;  // empty: as the first group's
  // Sites that keep their spin, by colour: bit 0 of the index = clamp on, bit 1 = latents only, bits 2, 3 = groups without a part.
  std::array<std::array<std::vector<std::uint8_t>, 16>, 2> keep_;
  std::vector<Layer> layers_;
  std::vector<Thresholds> tables_;
  std::vector<bool> table_loaded_;
  std::vector<Edge> edges_;
  std::vector<Block> blocks_;
  unsigned words_ = 0;  // drawn by each stream
  bool quick_ = false;
};

}  // namespace tsu::cpu
