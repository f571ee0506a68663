// SPDX-License-Identifier: Apache-2.0
// First part of a visit: S of one site for all chains of a block. Planes of neighbours become table indices, tables give S in
// saturating bytes; nodes whose sums do not fit a byte go through words.
#if defined(TSU_CPU_SUMS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TSU_CPU_SUMS_INL_HPP
#undef TSU_CPU_SUMS_INL_HPP
#else
#define TSU_CPU_SUMS_INL_HPP
#endif

#include "cpu_bits-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tsu::cpu {
namespace HWY_NAMESPACE {

inline constexpr int kEntries = 1 << kGroup;
inline constexpr int kUsual = 12 / kGroup;  // groups of a pattern of degree 12

struct Visit {
  Node node;
  std::int64_t site;    // from site (0, 0) on
  std::uint8_t* spins;  // its line
  int pair;
  unsigned t;
  std::uint8_t begin, end;  // bytes of the line that are decided but not finished
  std::uint8_t some;        // quadwords of `open` that are not zero
  LateAnswers late;
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

}  // namespace HWY_NAMESPACE
}  // namespace tsu::cpu
HWY_AFTER_NAMESPACE();

#endif
