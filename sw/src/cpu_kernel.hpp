// SPDX-License-Identifier: Apache-2.0
// The seam of the fast sampler: one colour phase of one block of 64 chains.
//
// Everything above this file is plain C++; everything below it (cpu_kernel.cpp) is SIMD, compiled once per instruction
// set and chosen at run time. A faster kernel has to honour only the layouts stated here.
//
// * Spin plane: 64 bytes a site, one a chain: 0xFF = down (-1), 0x00 = up. Sites lie column by column, site (x, y) at
//   Layout::Site(x, y); Layout::pad sites on both sides make every neighbour offset readable (weights off the grid are 0).
// * Sites of a colour are visited pair by pair, rows rising within a pair: visit v = pair * rows + row. The order is
//   free because sites of one colour do not see each other; this one keeps a pair's noise state in the first cache.
// * Noise: [pair][slot 0..3][lane], word t of a stream in slot t mod 4, chain c at lane NoiseLane(c).
// * Quick noise (training only, not the device's): 64-bit generators, [a, b][lower, upper][8]; 16 bits an update of a chain,
//   one state a block, so an update costs a quarter of the instructions. Probabilities are rounded to 2^-15.
// * Field tables: 32 bytes a rule and visit: low bytes, then high bytes, of 16 partial fields. Bit r of the index = the
//   neighbour at rotation r is down. The bias is part of rule 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tsu::cpu {

inline constexpr int kBlock = 64;
inline constexpr int kTableEntries = 512;

// In-lane packing of 32-bit words to bytes keeps chain order exactly when lanes are dealt like this.
constexpr int NoiseLane(int chain) {
  return (chain % 16 / 4) * 16 + chain / 16 * 4 + chain % 4;
}

// Thresholds for the kernel: codes, see `kCodeShift`, or 2^15 times the probability for quick noise. `last` = lowest entry
// from which on all are equal.
struct Thresholds {
  alignas(64) std::uint8_t low[kTableEntries];
  alignas(64) std::uint8_t high[kTableEntries];
  alignas(64) std::int32_t wide[kTableEntries];
  int last;
};

// The kernel's codes of random words are this much larger than the law's (its exponent counts from the lowest bit of
// the word); the tables are shifted alike.
inline constexpr int kCodeShift = 9 << 10;
inline constexpr int kQuickWords = 32;

struct ColourTask {
  int rows, pairs, colour, rules;
  const std::int64_t* offsets;       // [4 * rules] neighbour offsets in sites
  const std::uint8_t* fields;        // [visit][rule][32]
  const std::int16_t* coupling;      // [visit] c of the site's class; nullptr when all are 0
  const std::uint8_t* keep;          // [visit] 1: the site keeps its spin; nullptr when none does
  const Thresholds* thresholds;      // unused by RandomiseColour
  std::uint8_t* spins;               // site 0 of the padded plane
  const std::uint8_t* conditioning;  // same layout
  std::uint32_t* noise;
  unsigned words;                    // words each stream has drawn so far
  std::uint64_t* quick;              // quick noise instead of `noise`; nullptr: the device's
  std::int64_t first_site;           // Layout::Site(0, 0)
};

// Updates every site of the colour; each stream draws `rows` words.
void SweepColour(const ColourTask& task);
// The same with the field forced to zero and probability 1/2.
void RandomiseColour(const ColourTask& task);

struct Edge {
  std::int32_t a, b;  // sites of the padded plane
};
// counts[e] += number of chains of the block in which the two ends differ.
void CountUnequal(const std::uint8_t* spins, const Edge* edges, std::size_t size, std::uint32_t* counts);
// counts[i] += number of chains in which site first + i is down.
void CountDown(const std::uint8_t* spins, std::int64_t first, std::size_t size, std::uint32_t* counts);

}  // namespace tsu::cpu
