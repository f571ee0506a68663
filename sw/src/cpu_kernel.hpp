// SPDX-License-Identifier: Apache-2.0
// The seam of the fast sampler: one colour phase of one block of 512 chains.
//
// Everything above this file is plain C++; everything below it (cpu_kernel.cpp and cpu_*-inl.hpp) is SIMD, compiled once
// per instruction set and chosen at run time. A faster kernel has to honour only the layouts stated here.
//
// * Line: 64 bytes, one bit a chain: chain n of the block in byte n / 8, bit n mod 8. Lines are worked on in lanes of
//   16 bytes = 128 chains that never mix, so a block may use fewer than four.
// * Spin plane: a line a site, 1 = down (-1). Sites lie column by column, site (x, y) at Layout::Site(x, y); Layout::pad
//   lines on both sides make every neighbour offset readable (weights off the grid are 0).
// * Sites of a colour are visited pair by pair, rows rising within a pair: visit v = pair * rows + row. The order is
//   free because sites of one colour do not see each other; this one keeps a pair's noise state in the first cache.
// * Noise: [pair][slot 0..3][bit 0..23] lines, word t of a stream in slot t mod 4: a shift of the words is another line.
// * Quick noise (training only, not the device's): kQuickLines lines of generator state; see QuickNoise in cpu_noise-inl.hpp.
// * Node: field f = 2 S + odd; S = sum of one entry a group of GroupInputs() neighbours (in the order of `neighbours`), bit k of
//   the index = the k-th neighbour of the group is down; group 0 of a coupled node has a second table for conditioning
//   down. Entries are signed bytes; those of a wide node have a second table of the upper bytes right behind. Bytes of a
//   sum of the first groups do not overflow unless the node is wide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tsu::cpu {

inline constexpr int kLine = 64;
inline constexpr int kLaneChains = 128;
inline constexpr int kBlock = 8 * kLine;  // chains
inline constexpr int kTableEntries = 512;
inline constexpr int kCells = 128;
inline constexpr int kQuickLines = 2;

// A line of every byte. Constants in memory: as literals, compilers make them anew for every site.
alignas(kLine) extern const std::uint8_t kConstants[256][kLine];

// A table as the kernel wants it. A word is `against` when its code is below the threshold, that is with probability
// below / 2^24. A threshold's cell tells it from words by one byte, up to the lowest kCellDigits binary digits.
inline constexpr int kCellDigits = 15;
constexpr std::uint32_t Cell(std::uint32_t below) { return below >> kCellDigits < 255 ? below >> kCellDigits : 255; }
struct Thresholds {
  alignas(64) std::uint8_t cell[2][kCells];  // [odd][n], |f| = 2 n + odd
  std::uint16_t rest[2][2 * kCells];         // [odd][S + kCells] the same threshold's digits below its cell
  std::uint16_t code[kTableEntries];
  std::uint32_t below[kTableEntries];
  // From which n on the cells are all equal: 63, 127, or none; kExact: some threshold is above 1/2, so cells say nothing.
  enum class Reach { kShort, kLong, kOpen, kExact } reach;
};

struct Node {
  std::uint32_t tables;  // offset of group 0's
  bool odd, coupled, wide;
};

// Halves of a line, in which the same site may be held and free: clamped and free chains of a training side by side.
enum Keep : std::uint8_t { kKeepLower = 1, kKeepUpper = 2 };

struct ColourTask {
  int rows, pairs, colour;
  int inputs;                        // a multiple of GroupInputs()
  int lanes;                         // in use
  const std::uint8_t* const* neighbours;  // [inputs] `spins`, moved on to the neighbour
  const Node* nodes;                 // [visit]
  const std::uint8_t* tables;
  const std::uint8_t* keep;          // [visit] bits of Keep: where the site keeps its spin; nullptr when none does
  const std::uint8_t* active;        // line: chains in use
  const Thresholds* thresholds;      // unused by RandomiseColour, like nodes and tables
  std::uint8_t* spins;               // line of site (0, 0)
  const std::uint8_t* conditioning;  // same layout
  std::uint8_t* noise;
  unsigned words;                    // words each stream has drawn so far
  std::uint8_t* quick;               // quick noise instead of `noise`; nullptr: the device's
  std::uint64_t* quick_open;         // [lane] the same, for chains settled one at a time
};

// AES rounds of 32-byte vectors, which AVX2 alone does not promise. UseTarget() chooses.
extern bool have_vaes;

// Inputs of a group of neighbours: the kernel of this instruction set looks up tables of 2^that entries.
int GroupInputs();
// Updates every site of the colour; each stream draws `rows` words.
void SweepColour(const ColourTask& task);
// The same with the field forced to zero and probability 1/2.
void RandomiseColour(const ColourTask& task);

struct Edge {
  std::int32_t a, b;  // sites of the padded plane
};
// counts[e] += number of active chains in which the two ends differ.
void CountUnequal(const std::uint8_t* spins, const std::uint8_t* active, const Edge* edges, std::size_t size,
                  std::uint32_t* counts);
// counts[i] += number of active chains in which site first + i is down.
void CountDown(const std::uint8_t* spins, const std::uint8_t* active, std::int64_t first, std::size_t size,
               std::uint32_t* counts);

}  // namespace tsu::cpu
