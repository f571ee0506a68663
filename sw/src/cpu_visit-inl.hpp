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
inline constexpr int kUsual = 12 / kGroup;  // groups of a pattern of degree 12

struct Visit {
  Node node;
  std::int64_t site;  // from site (0, 0) on
  int pair;
  unsigned t;
  std::uint8_t some;  // quadwords of `open` that are not zero
  alignas(kLine) std::uint64_t open[kLine / 8];  // chains still to be settled
  alignas(kLine) std::int8_t sum[8][kLine];  // S, held to a signed byte, in the arrangement of bytes
};

template <bool kCoupled, class D>
HWY_INLINE void Look(D d, const ColourTask& task, const Visit& visit, int group, int at, Index<D>& index) {
  const std::uint8_t* const* HWY_RESTRICT neighbours = task.neighbours + group * kGroup;
  const std::int64_t place = visit.site * kLine + at;
  hn::Vec<D> planes[kGroup + 1];
  TSU_UNROLL for (int k = 0; k < kGroup; ++k) planes[k] = hn::Load(d, neighbours[k] + place);
  index.template Set<kCoupled>(d, planes, kCoupled ? hn::Load(d, task.conditioning + place) : planes[0]);
}

// Adds kCount groups from `first` on to the sums, which begin with group 0. All their indices come before the first look-up:
// eight sums at a time are more than sixteen registers hold.
template <bool kCoupled, bool kBegin, int kCount, class D>
HWY_INLINE void AddGroups(D d, const ColourTask& task, Visit& visit, int first, int at) {
  const Signed<D> signed_bytes;
  const std::uint8_t* tables = task.tables + visit.node.tables + (kBegin ? 0 : (first + visit.node.coupled) * kEntries);
  Index<D> index[kCount];
  Look<kCoupled>(d, task, visit, first, at, index[0]);
  TSU_UNROLL for (int k = 1; k < kCount; ++k) Look<false>(d, task, visit, first + k, at, index[k]);
  const GroupTable<D, kCoupled> table(d, tables);  // all tables are read before the first sum is stored
  GroupTable<D, false> others[kCount];
  TSU_UNROLL for (int k = 1; k < kCount; ++k) others[k] = GroupTable<D, false>(d, tables + (k + kCoupled) * kEntries);
  TSU_UNROLL for (int j = 7; j >= 0; --j) {
    auto sum = hn::BitCast(signed_bytes, index[0].Find(d, table, j));
    if (!kBegin) sum = hn::SaturatedAdd(hn::Load(signed_bytes, visit.sum[j] + at), sum);
    TSU_UNROLL for (int k = 1; k < kCount; ++k)
      sum = hn::SaturatedAdd(sum, hn::BitCast(signed_bytes, index[k].Find(d, others[k], j)));
    hn::Store(sum, signed_bytes, visit.sum[j] + at);
  }
}

// Patterns of a degree other than 12.
template <class D>
HWY_NOINLINE void AddOtherGroups(D d, const ColourTask& task, Visit& visit, int at) {
  const int groups = task.inputs / kGroup;
  int group = 0;
  if (groups >= kUsual) {
    visit.node.coupled ? AddGroups<true, true, kUsual>(d, task, visit, 0, at) : AddGroups<false, true, kUsual>(d, task, visit, 0, at);
    group = kUsual;
  } else {
    visit.node.coupled ? AddGroups<true, true, 1>(d, task, visit, 0, at) : AddGroups<false, true, 1>(d, task, visit, 0, at);
    group = 1;
  }
  for (; group + 1 < groups; group += 2) AddGroups<false, false, 2>(d, task, visit, group, at);
  if (group < groups) AddGroups<false, false, 1>(d, task, visit, group, at);
}

template <bool kCoupled, class D>
HWY_INLINE void AddWide(D d, const Index<D>& index, const std::uint8_t* table, hn::Vec<Words16<D>>* lower,
                        hn::Vec<Words16<D>>* upper) {
  const Words16<D> d16;
  const GroupTable<D, kCoupled> lows(d, table), highs(d, table + (kEntries << kCoupled));
  TSU_UNROLL for (int j = 0; j < 8; ++j) {
    const auto low = index.Find(d, lows, j), high = index.Find(d, highs, j);
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
HWY_NOINLINE void WideSums(D d, const ColourTask& task, Visit& visit, int at) {
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
  for (int j = 0; j < 8; ++j) hn::Store(hn::BitCast(Signed<D>(), Narrow(d, lower[j], upper[j])), Signed<D>(), visit.sum[j] + at);
}

// S of every chain, held to a signed byte, in visit.sum.
template <class D>
HWY_INLINE void Sums(D d, const ColourTask& task, Visit& visit, int at) {
  if (HWY_UNLIKELY(visit.node.wide)) {
    visit.node.coupled ? WideSums<true>(d, task, visit, at) : WideSums<false>(d, task, visit, at);
  } else if (HWY_UNLIKELY(task.inputs != kUsual * kGroup)) {
    AddOtherGroups(d, task, visit, at);
  } else if (visit.node.coupled) {
    AddGroups<true, true, kUsual>(d, task, visit, 0, at);
  } else {
    AddGroups<false, true, kUsual>(d, task, visit, 0, at);
  }
}

// Decides and stores.
template <bool kShort, class D>
HWY_INLINE void Decide(D d, const ColourTask& task, const hn::Vec<D>* digits, hn::Vec<D> top, Visit& visit, int at) {
  const Thresholds& thresholds = *task.thresholds;
  Packer<D> negative(d), above(d), open(d);
  const Signed<D> signed_bytes;
  const auto mirror = hn::Set(signed_bytes, static_cast<std::int8_t>(visit.node.odd ? -1 : 0));
  const bool edge = thresholds.reach == Reach::kOpen;
  const Cells<D, kShort> cells(d, thresholds.cell[visit.node.odd]);
  TSU_UNROLL for (int j = 7; j >= 0; --j) {
    const auto sum = hn::Load(signed_bytes, visit.sum[j] + at);
    negative.Add(d, hn::RebindMask(d, hn::Lt(sum, hn::Zero(signed_bytes))), j);
    const auto magnitude = hn::Min(hn::BitCast(d, sum), hn::BitCast(d, hn::SaturatedSub(mirror, sum)));
    const auto cell = cells.Find(d, magnitude);
    above.Add(d, Above(d, digits[j], cell), j);
    auto is_open = hn::Eq(digits[j], cell);
    if (!kShort && HWY_UNLIKELY(edge)) is_open = hn::Or(is_open, hn::Eq(magnitude, Constant(d, kCells - 1)));
    open.Add(d, is_open, j);
  }
  const auto follows = hn::Or(above.Line(d), top);
  hn::Store(hn::Not(hn::Xor(negative.Line(d), follows)), d, task.spins + visit.site * kLine + at);
  auto left = hn::Load(d, task.active + at);
  if (HWY_LIKELY(thresholds.reach != Reach::kExact)) left = hn::And(left, hn::AndNot(top, open.Line(d)));
  hn::Store(left, d, reinterpret_cast<std::uint8_t*>(visit.open) + at);
  visit.some = static_cast<std::uint8_t>(visit.some | NonzeroQuads(d, left) << (at / 8));
}

template <class Noise, class D>
HWY_INLINE void Update(D d, const ColourTask& task, const Noise& noise, Visit& visit, int at) {
  hn::Vec<D> digits[8];
  const auto top = noise.Digits(d, at, digits);
  Sums(d, task, visit, at);
  if (HWY_LIKELY(task.thresholds->reach == Reach::kShort)) {
    Decide<true>(d, task, digits, top, visit, at);
  } else {
    Decide<false>(d, task, digits, top, visit, at);
  }
}

// S of one chain, exactly.
HWY_INLINE int Sum(const ColourTask& task, const Visit& visit, int byte, int bit) {
  const std::uint8_t* table = task.tables + visit.node.tables;
  const auto is_down = [&](const std::uint8_t* plane) { return plane[visit.site * kLine + byte] >> bit & 1; };
  int sum = 0;
  for (int group = 0; group < task.inputs / kGroup; ++group) {
    int index = 0, size = kEntries;
    TSU_UNROLL for (int k = 0; k < kGroup; ++k)
      index |= is_down(task.neighbours[group * kGroup + k]) << k;
    if (group == 0 && visit.node.coupled) {
      index |= is_down(task.conditioning) << kGroup;
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

// Settles a chain that is not simply in its threshold's cell: S is beyond a byte or a cell, or cells say nothing.
template <class Noise>
HWY_NOINLINE int SettleAny(const ColourTask& task, const Visit& visit, int byte, int bit) {
  const int odd = visit.node.odd, s = Sum(task, visit, byte, bit), n = s < 0 ? -s - odd : s;
  const Reach reach = task.thresholds->reach;
  constexpr int kAll = static_cast<int>(regs::kNoiseWordBits);
  const int open = reach == Reach::kExact ? kAll : reach == Reach::kOpen && n >= kCells - 1 ? kAll - 1 : kCellDigits;
  const int magnitude = std::min(2 * n + odd, kTableEntries - 1);
  return (s < 0) ^ Noise::AgainstAny(task, visit.pair, visit.t, byte, bit, magnitude, open);
}

template <class Noise>
HWY_INLINE void SettleOne(const ColourTask& task, const Visit& visit, int byte, int bit) {
  const int odd = visit.node.odd, s = visit.sum[VectorOf(byte, bit)][ByteOf(byte, bit)];
  int down;
  if (HWY_LIKELY(1 - kCells < s && s < kCells - 1 && task.thresholds->reach != Reach::kExact)) {
    down = (s < 0) ^ Noise::Against(task, visit.pair, visit.t, byte, bit, s < 0 ? -s - odd : s, odd);
  } else {
    down = SettleAny<Noise>(task, visit, byte, bit);
  }
  std::uint8_t& spins = task.spins[visit.site * kLine + byte];
  spins = static_cast<std::uint8_t>((spins & ~(1 << bit)) | down << bit);
}

// Open chains of some visits, in order. The number of quadwords is hard to foresee, but known at once; that one has a second
// open chain is rare.
template <class Noise>
HWY_NOINLINE void Settle(const ColourTask& task, Visit* visits) {
  std::uint64_t some = 0;  // quadwords
  for (unsigned k = 0; k < Noise::kBatch; ++k) some |= std::uint64_t{visits[k].some} << (8 * k);
  for (; some; some &= some - 1) {
    const unsigned which = static_cast<unsigned>(hwy::Num0BitsBelowLS1Bit_Nonzero64(some)), quad = which % 8;
    Visit& visit = visits[which / 8];
    std::uint64_t open = visit.open[quad];
    do {
      const int place = static_cast<int>(hwy::Num0BitsBelowLS1Bit_Nonzero64(open));
      SettleOne<Noise>(task, visit, static_cast<int>(8 * quad) + place / 8, place % 8);
      open &= open - 1;
    } while (HWY_UNLIKELY(open));
  }
  for (unsigned k = 0; k < Noise::kBatch; ++k) visits[k].some = 0;
}

// Every site of the colour in order, after the source of noise has moved on for it. A site that keeps its spin, too.
template <class Noise, class Act>
HWY_INLINE void ForEachSite(const ColourTask& task, const Act& act) {
  Noise noise(task);
  std::size_t v = 0;
  for (int pair = 0; pair < task.pairs; ++pair)
    for (int row = 0; row < task.rows; ++row, ++v) {
      const unsigned t = task.words + static_cast<unsigned>(row);
      noise.Begin(pair, t);
      const std::int64_t x = 2 * pair + ((row + task.colour) & 1);
      act(noise, v, x * task.rows + row, task.keep && task.keep[v], pair, t);
    }
}

template <class Noise, class D>
HWY_NOINLINE void Sweep(D d, const ColourTask& task) {
  constexpr std::size_t kBatch = Noise::kBatch, kRing = 2 * kBatch;
  alignas(4096) static thread_local Visit own_ring[kRing];  // a page of its own: near the planes, loads would wait for its stores
  Visit* const ring = own_ring;
  const int size = 16 * task.lanes;
  std::size_t done = 0;
  const auto act = [&](const Noise& noise, std::size_t v, std::int64_t site, bool kept, int pair, unsigned t) HWY_ATTR __attribute__((always_inline)) {
    Visit& visit = ring[v % kRing];
    visit.node = task.nodes[v];
    visit.site = site;
    visit.pair = pair;
    visit.t = t;
    visit.some = 0;
    if (HWY_UNLIKELY(kept)) {
      for (int at = 0; at < size; at += static_cast<int>(hn::MaxLanes(D()))) noise.Skip(d, at);
    } else {
      for (int at = 0; at < size; at += static_cast<int>(hn::MaxLanes(D()))) Update(d, task, noise, visit, at);
    }
    done = v + 1;
    if (done % kBatch == 0) Settle<Noise>(task, ring + done % kRing);  // the batch before this one
  };
  ForEachSite<Noise>(task, act);
  done -= done % kBatch;
  Settle<Noise>(task, ring + (done + kBatch) % kRing);
  Settle<Noise>(task, ring + done % kRing);
}

template <class Noise, class D>
HWY_NOINLINE void Randomise(D d, const ColourTask& task) {
  ForEachSite<Noise>(task, [&](const Noise& noise, std::size_t, std::int64_t site, bool kept, int, unsigned) HWY_ATTR {
    for (int at = 0; at < 16 * task.lanes; at += static_cast<int>(hn::MaxLanes(D()))) {
      if (kept) {
        noise.Skip(d, at);
      } else {
        hn::Store(hn::Not(noise.Top(d, at)), d, task.spins + site * kLine + at);
      }
    }
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace tsu::cpu
HWY_AFTER_NAMESPACE();

#endif
