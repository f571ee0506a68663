// SPDX-License-Identifier: Apache-2.0
#include "cpu_tables.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <numeric>

#include "tsu/law.hpp"
#include "tsu/regs.hpp"

namespace tsu::cpu {
namespace {

Bytes RawBytes(std::size_t size) {
  Bytes p = hwy::AllocateAligned<std::uint8_t>(size);
  if (!p) throw std::bad_alloc();
  return p;
}

}  // namespace

#define TSU_TIMES_8(x) x, x, x, x, x, x, x, x
#define TSU_LINE(x) {TSU_TIMES_8(TSU_TIMES_8(x))}
#define TSU_4_LINES(x) TSU_LINE(x), TSU_LINE(x + 1), TSU_LINE(x + 2), TSU_LINE(x + 3)
#define TSU_16_LINES(x) TSU_4_LINES(x), TSU_4_LINES(x + 4), TSU_4_LINES(x + 8), TSU_4_LINES(x + 12)
#define TSU_64_LINES(x) TSU_16_LINES(x), TSU_16_LINES(x + 16), TSU_16_LINES(x + 32), TSU_16_LINES(x + 48)
alignas(kLine) const std::uint8_t kConstants[256][kLine] = {TSU_64_LINES(0), TSU_64_LINES(64), TSU_64_LINES(128), TSU_64_LINES(192)};

Bytes ZeroBytes(std::size_t size) {
  Bytes p = RawBytes(size);
  std::memset(p.get(), 0, size);
  return p;
}

Thresholds MakeThresholds(const Table& table) {
  using Reach = Thresholds::Reach;
  Thresholds out;
  for (int a = 0; a < kTableEntries; ++a) {
    out.code[a] = table[a];
    out.below[a] = static_cast<std::uint32_t>(std::lround(std::ldexp(CodeProbability(table[a]), regs::kNoiseWordBits)));
  }
  for (int odd = 0; odd < 2; ++odd) {
    for (int n = 0; n < kCells; ++n) out.cell[odd][n] = static_cast<std::uint8_t>(Cell(out.below[2 * n + odd]));
    for (int s = -kCells; s < kCells; ++s) {
      const std::uint32_t below = out.below[s < 0 ? -2 * s - odd : 2 * s + odd];
      out.rest[odd][s + kCells] = static_cast<std::uint16_t>(below - (Cell(below) << kCellDigits));
    }
  }
  const auto constant_from = [&](int a) {
    return std::all_of(out.below + a, out.below + kTableEntries,
                       [&](std::uint32_t below) { return Cell(below) == Cell(out.below[kTableEntries - 1]); });
  };
  out.reach = constant_from(kCells - 2) ? Reach::kShort : constant_from(2 * (kCells - 1)) ? Reach::kLong : Reach::kOpen;
  if (*std::max_element(table.begin(), table.end()) > regs::kThresholdHalf) out.reach = Reach::kExact;
  return out;
}

void NodeTables::Begin(std::size_t visits, int inputs, int group) {
  inputs_ = inputs;
  group_ = group;
  nodes_.clear();
  nodes_.reserve(visits);
  used_ = 0;
  const std::size_t size = visits * (static_cast<std::size_t>(inputs / group + 1) << group) * 2;  // all wide and coupled
  if (size_ != size) tables_ = RawBytes(size);
  size_ = size;
}

void NodeTables::Add(int bias, std::span<const std::int16_t> weights, int coupling) {
  const int groups = inputs_ / group_, entries = 1 << group_;
  const auto part = [&](int g) {
    const std::size_t first = std::min<std::size_t>(weights.size(), g * group_);
    return weights.subspan(first, std::min<std::size_t>(weights.size() - first, group_));
  };
  // Groups are centred; what is left over, half the bias, they share.
  const int all_up = std::accumulate(weights.begin(), weights.end(), bias + coupling);
  const auto centre = [&](int g) {
    return (std::accumulate(part(g).begin(), part(g).end(), g == 0 ? coupling : 0)) >> 1;
  };
  int rest = all_up >> 1;
  for (int g = 0; g < groups; ++g) rest -= centre(g);
  const auto first_entry = [&](int g) { return centre(g) + rest / groups + (g == 0 ? rest % groups : 0); };

  bool wide = false;
  for (int g = 0, low = 0, high = 0; g < groups; ++g) {
    int least = first_entry(g), most = least;
    const auto extend = [&](int weight) { (weight > 0 ? least : most) -= weight; };
    for (const int weight : part(g)) extend(weight);
    if (g == 0) extend(coupling);
    low += least, high += most;
    wide = wide || least < -128 || most > 127 || (g + 1 < groups && (low < -128 || high > 127));
  }
  nodes_.push_back({static_cast<std::uint32_t>(used_), (all_up & 1) != 0, coupling != 0, wide});

  for (int g = 0; g < groups; ++g) {
    sums_.assign(1, static_cast<std::int16_t>(first_entry(g)));
    const auto twice = [&](int weight) {
      const std::size_t size = sums_.size();
      sums_.resize(2 * size);
      for (std::size_t i = 0; i < size; ++i) sums_[size + i] = static_cast<std::int16_t>(sums_[i] - weight);
    };
    for (const int weight : part(g)) twice(weight);
    while (sums_.size() < static_cast<std::size_t>(entries)) twice(0);
    if (g == 0 && coupling != 0) twice(coupling);
    for (const std::int16_t sum : sums_) tables_[used_++] = static_cast<std::uint8_t>(sum & 255);
    if (!wide) continue;
    for (const std::int16_t sum : sums_) tables_[used_++] = static_cast<std::uint8_t>(sum >> 8 & 255);
  }
}

}  // namespace tsu::cpu
