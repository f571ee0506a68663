// SPDX-License-Identifier: Apache-2.0
// Visits: what one update of one site does for all chains of a block.
//
// Field: inputs become table indices, tables give S in saturating bytes. Decision: |f| selects a cell, the draw's byte lies
// above it (the chain follows its field), below it (against), or in it: then the chain goes to a list that is settled one
// chain at a time, exactly, two visits later (by then its branches do not wait for the vectors).
#if defined(TSU_CPU_VISIT_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TSU_CPU_VISIT_INL_HPP
#undef TSU_CPU_VISIT_INL_HPP
#else
#define TSU_CPU_VISIT_INL_HPP
#endif

#include <algorithm>
#include <cstring>

#include "cpu_noise-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tsu::cpu {
namespace HWY_NAMESPACE {

using Reach = Thresholds::Reach;
inline constexpr int kEntries = 1 << kGroup;

struct Visit {
  Node node;
  std::int64_t site;
  int pair;
  unsigned t;
  alignas(kLine) std::uint8_t open[kLine];  // chains still to be settled
};

template <bool kCoupled, class D>
HWY_INLINE void Look(D d, const ColourTask& task, const Visit& visit, int group, int at, Index<D>& index) {
  const std::int64_t* offsets = task.offsets + group * kGroup;
  hn::Vec<D> planes[kGroup + 1];
  TSU_UNROLL for (int k = 0; k < kGroup; ++k) planes[k] = hn::Load(d, task.spins + (visit.site + offsets[k]) * kLine + at);
  index.template Set<kCoupled>(d, planes, kCoupled ? hn::Load(d, task.conditioning + visit.site * kLine + at) : planes[0]);
}

// S of every chain, held to a signed byte.
template <bool kCoupled, class D>
HWY_INLINE void Sums(D d, const ColourTask& task, const Visit& visit, int at, hn::Vec<D>* sum) {
  const Signed<D> signed_bytes;
  const std::uint8_t* table = task.tables + visit.node.tables;
  Index<D> index;
  Look<kCoupled>(d, task, visit, 0, at, index);
  TSU_UNROLL for (int j = 0; j < 8; ++j) sum[j] = index.template Find<kCoupled>(d, table, j);
  table += kEntries << kCoupled;
  for (int group = 1; group < task.inputs / kGroup; ++group, table += kEntries) {
    Look<false>(d, task, visit, group, at, index);
    TSU_UNROLL for (int j = 0; j < 8; ++j)
      sum[j] = hn::BitCast(d, hn::SaturatedAdd(hn::BitCast(signed_bytes, sum[j]),
                                               hn::BitCast(signed_bytes, index.template Find<false>(d, table, j))));
  }
}

template <bool kCoupled, class D>
HWY_INLINE void AddWide(D d, const Index<D>& index, const std::uint8_t* table, hn::Vec<Words16<D>>* lower,
                        hn::Vec<Words16<D>>* upper) {
  const Words16<D> d16;
  TSU_UNROLL for (int j = 0; j < 8; ++j) {
    const auto low = index.template Find<kCoupled>(d, table, j);
    const auto high = index.template Find<kCoupled>(d, table + (kEntries << kCoupled), j);
    lower[j] = hn::Add(lower[j], hn::BitCast(d16, hn::InterleaveLower(d, low, high)));
    upper[j] = hn::Add(upper[j], hn::BitCast(d16, hn::InterleaveUpper(d, low, high)));
  }
}

// Two vectors of words in the order of InterleaveLower and InterleaveUpper, held to signed bytes.
template <class D, class V16>
HWY_INLINE hn::Vec<D> Narrow(D d, V16 lower, V16 upper) {
#if HWY_TARGET <= HWY_AVX2
  if constexpr (hn::MaxLanes(D()) == 32) return hn::Vec<D>{_mm256_packs_epi16(lower.raw, upper.raw)};
#endif
#if HWY_TARGET <= HWY_AVX3
  if constexpr (hn::MaxLanes(D()) == 64) return hn::Vec<D>{_mm512_packs_epi16(lower.raw, upper.raw)};
#endif
  if constexpr (hn::MaxLanes(D()) == 16) {
    const hn::Repartition<std::int16_t, D> d16;
    const hn::Half<Signed<D>> half;
    return hn::BitCast(d, hn::Combine(Signed<D>(), hn::DemoteTo(half, hn::BitCast(d16, upper)),
                                      hn::DemoteTo(half, hn::BitCast(d16, lower))));
  }
}

template <bool kCoupled, class D>
HWY_NOINLINE void WideSums(D d, const ColourTask& task, const Visit& visit, int at, hn::Vec<D>* sum) {
  const std::uint8_t* table = task.tables + visit.node.tables;
  hn::Vec<Words16<D>> lower[8], upper[8];
  for (int j = 0; j < 8; ++j) lower[j] = upper[j] = hn::Zero(Words16<D>());
  Index<D> index;
  Look<kCoupled>(d, task, visit, 0, at, index);
  AddWide<kCoupled>(d, index, table, lower, upper);
  table += kEntries << kCoupled << 1;
  for (int group = 1; group < task.inputs / kGroup; ++group, table += kEntries << 1) {
    Look<false>(d, task, visit, group, at, index);
    AddWide<false>(d, index, table, lower, upper);
  }
  for (int j = 0; j < 8; ++j) sum[j] = Narrow(d, lower[j], upper[j]);
}

template <class Noise, class D>
HWY_INLINE void Decide(D d, const ColourTask& task, const Noise& noise, Visit& visit, int at) {
  const Thresholds& thresholds = *task.thresholds;
  hn::Vec<D> v[8];  // S, then cells
  if (HWY_UNLIKELY(visit.node.wide)) {
    visit.node.coupled ? WideSums<true>(d, task, visit, at, v) : WideSums<false>(d, task, visit, at, v);
  } else if (HWY_UNLIKELY(visit.node.coupled)) {
    Sums<true>(d, task, visit, at, v);
  } else {
    Sums<false>(d, task, visit, at, v);
  }
  Packer<D> negative(d), above(d), open(d), edge(d);
  const auto last = hn::Set(d, static_cast<std::uint8_t>(kCells - 1));
  const auto mirror = hn::Set(d, static_cast<std::uint8_t>(visit.node.odd ? -1 : 0));
  TSU_UNROLL for (int j = 0; j < 8; ++j) {
    negative.Add(d, hn::RebindMask(d, hn::Lt(hn::BitCast(Signed<D>(), v[j]), hn::Zero(Signed<D>()))), j);
    v[j] = hn::Min(v[j], hn::Sub(mirror, v[j]));
  }
  const std::uint8_t* cells = thresholds.cell[visit.node.odd];
  if (HWY_LIKELY(thresholds.reach == Reach::kShort)) {
    TSU_UNROLL for (int j = 0; j < 8; ++j) v[j] = Lookup64(d, cells, hn::Min(v[j], hn::Set(d, 63)));
  } else {
    if (thresholds.reach == Reach::kOpen)
      for (int j = 0; j < 8; ++j) edge.Add(d, hn::Eq(hn::Min(v[j], last), last), j);
    TSU_UNROLL for (int j = 0; j < 8; ++j) v[j] = Lookup128(d, cells, hn::Min(v[j], last));
  }
  const auto top = noise.Top(d, at);
  hn::Vec<D> digits[8];
  noise.Digits(d, at, digits);
  TSU_UNROLL for (int j = 0; j < 8; ++j) {
    above.Add(d, Above(d, digits[j], v[j]), j);
    open.Add(d, hn::Eq(digits[j], v[j]), j);
  }
  const auto follows = hn::Or(above.Line(d), top);
  hn::Store(hn::Not(hn::Xor(negative.Line(d), follows)), d, task.spins + visit.site * kLine + at);
  auto left = hn::Load(d, task.active + at);
  if (HWY_LIKELY(thresholds.reach != Reach::kExact)) left = hn::And(left, hn::AndNot(top, hn::Or(edge.Line(d), open.Line(d))));
  hn::Store(left, d, visit.open + at);
}

// S of one chain, exactly.
HWY_INLINE int Sum(const ColourTask& task, const Visit& visit, int byte, int bit) {
  const std::uint8_t* table = task.tables + visit.node.tables;
  const auto is_down = [&](const std::uint8_t* plane, std::int64_t site) { return plane[site * kLine + byte] >> bit & 1; };
  int sum = 0;
  for (int group = 0; group < task.inputs / kGroup; ++group) {
    int index = 0, size = kEntries;
    TSU_UNROLL for (int k = 0; k < kGroup; ++k)
      index |= is_down(task.spins, visit.site + task.offsets[group * kGroup + k]) << k;
    if (group == 0 && visit.node.coupled) {
      index |= is_down(task.conditioning, visit.site) << kGroup;
      size *= 2;
    }
    if (visit.node.wide) {
      sum += static_cast<std::int16_t>(table[index] | table[size + index] << 8);
      size *= 2;
    } else {
      sum += static_cast<std::int8_t>(table[index]);
    }
    table += size;
  }
  return sum;
}

template <class Noise>
HWY_INLINE void Settle(const ColourTask& task, const Visit& visit) {
  for (int quad = 0; quad < 2 * task.lanes; ++quad) {
    std::uint64_t left;
    std::memcpy(&left, visit.open + 8 * quad, sizeof left);
    for (; HWY_UNLIKELY(left); left &= left - 1) {
      const int place = static_cast<int>(hwy::Num0BitsBelowLS1Bit_Nonzero64(left));
      const int byte = 8 * quad + place / 8, bit = place % 8;
      const int s = Sum(task, visit, byte, bit), odd = visit.node.odd;
      const int n = s < 0 ? -s - odd : s;
      const Reach reach = task.thresholds->reach;
      const int digits = reach == Reach::kExact ? kCellDigits + 9 : reach == Reach::kOpen && n >= kCells - 1 ? kCellDigits + 8 : kCellDigits;
      const bool against = Noise::Against(task, visit.pair, visit.t, byte, bit, std::min(2 * n + odd, kTableEntries - 1), digits);
      std::uint8_t& spins = task.spins[visit.site * kLine + byte];
      spins = static_cast<std::uint8_t>((spins & ~(1 << bit)) | ((s < 0) != against) << bit);
    }
  }
}

// Every site of the colour in order, after the source of noise has moved on for it. A site that keeps its spin, too.
template <class Noise, class D, class Act>
HWY_INLINE void ForEachSite(D d, const ColourTask& task, const Act& act) {
  Noise noise(task);
  std::size_t v = 0;
  for (int pair = 0; pair < task.pairs; ++pair)
    for (int row = 0; row < task.rows; ++row, ++v) {
      const unsigned t = task.words + static_cast<unsigned>(row);
      noise.Begin(pair, t);
      for (int at = 0; at < 16 * task.lanes; at += static_cast<int>(hn::MaxLanes(D()))) noise.Draw(d, at);
      const std::int64_t x = 2 * pair + ((row + task.colour) & 1);
      act(noise, v, task.first_site + x * task.rows + row, task.keep && task.keep[v], pair, t);
    }
}

template <class Noise, class D>
HWY_NOINLINE void Sweep(D d, const ColourTask& task) {
  constexpr std::size_t kDelay = 2, kRing = 4;  // a word stays for four visits
  Visit ring[kRing];
  std::memset(ring, 0, sizeof ring);
  std::size_t done = 0;
  ForEachSite<Noise>(d, task, [&](const Noise& noise, std::size_t v, std::int64_t site, bool kept, int pair, unsigned t) HWY_ATTR {
    Visit& visit = ring[v % kRing];
    visit.node = task.nodes[v];
    visit.site = site;
    visit.pair = pair;
    visit.t = t;
    for (int at = 0; at < 16 * task.lanes; at += static_cast<int>(hn::MaxLanes(D()))) {
      if (kept) {
        hn::Store(hn::Zero(d), d, visit.open + at);
      } else {
        Decide(d, task, noise, visit, at);
      }
    }
    Settle<Noise>(task, ring[(v - kDelay) % kRing]);
    done = v + 1;
  });
  for (std::size_t k = kDelay; k > 0; --k) Settle<Noise>(task, ring[(done - k) % kRing]);
}

template <class Noise, class D>
HWY_NOINLINE void Randomise(D d, const ColourTask& task) {
  ForEachSite<Noise>(d, task, [&](const Noise& noise, std::size_t, std::int64_t site, bool kept, int, unsigned) HWY_ATTR {
    for (int at = 0; at < 16 * task.lanes && !kept; at += static_cast<int>(hn::MaxLanes(D())))
      hn::Store(hn::Not(noise.Top(d, at)), d, task.spins + site * kLine + at);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace tsu::cpu
HWY_AFTER_NAMESPACE();

#endif
