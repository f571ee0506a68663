// SPDX-License-Identifier: Apache-2.0
// Visits: what one update of one site does for all chains of a block.
//
// Field: cpu_sums-inl.hpp. Decision: |f| selects a cell, the draw's byte lies above it (the chain follows its field), below it
// (against), or in it: then the chain goes to a list that is settled one chain at a time, exactly, some visits later (by then
// its branches do not wait for the vectors).
#if defined(TSU_CPU_VISIT_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TSU_CPU_VISIT_INL_HPP
#undef TSU_CPU_VISIT_INL_HPP
#else
#define TSU_CPU_VISIT_INL_HPP
#endif

#include <algorithm>

#include "cpu_noise-inl.hpp"
#include "cpu_sums-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tsu::cpu {
namespace HWY_NAMESPACE {

using Reach = Thresholds::Reach;

// What a decision says: spins, and who is still to be settled.
template <class D>
HWY_INLINE void Finish(D d, const ColourTask& task, const Answers<D>& answers, Visit& visit, int at) {
  const auto top = answers.Top(d), follows = hn::Or(answers.above.Line(d), top);
  hn::Store(hn::Not(hn::Xor(answers.negative.Line(d), follows)), d, visit.spins + at);
  auto left = hn::Load(d, task.active + at);
  if (HWY_LIKELY(task.thresholds->reach != Reach::kExact)) left = hn::And(left, hn::AndNot(top, answers.open.Line(d)));
  hn::Store(left, d, reinterpret_cast<std::uint8_t*>(visit.open) + at);
  visit.some = static_cast<std::uint8_t>(visit.some | NonzeroQuads(d, left) << (at / 8));
}
template <class D>
HWY_INLINE void FinishLate(D d, const ColourTask& task, Visit& visit, int at) {
  Finish(d, task, Answers<D>(d, visit.late, at), visit, at);
}

template <bool kShort, class D>
HWY_INLINE void Decide(D d, const ColourTask& task, const hn::Vec<D>* digits, hn::Vec<D> top, Visit& visit, int at) {
  const Thresholds& thresholds = *task.thresholds;
  Answers<D> answers(d, visit.late, at);
  answers.SetTop(d, top);
  const Signed<D> signed_bytes;
  const auto mirror = hn::Set(signed_bytes, static_cast<std::int8_t>(visit.node.odd ? -1 : 0));
  const bool edge = thresholds.reach == Reach::kOpen;
  const Cells<D, kShort> cells(d, thresholds.cell[visit.node.odd]);
  TSU_UNROLL for (int j = 7; j >= 0; --j) {
    const auto sum = hn::Load(signed_bytes, visit.sum[j] + at);
    answers.negative.Add(d, Negative(d, sum), j);
    const auto magnitude = hn::Min(hn::BitCast(d, sum), hn::BitCast(d, hn::SaturatedSub(mirror, sum)));
    const auto cell = cells.Find(d, magnitude);
    answers.above.Add(d, Above(d, digits[j], cell), j);
    auto is_open = hn::Eq(digits[j], cell);
    if (!kShort && HWY_UNLIKELY(edge)) is_open = hn::Or(is_open, hn::Eq(magnitude, Constant(d, kCells - 1)));
    answers.open.Add(d, is_open, j);
  }
  if (!kLate) Finish(d, task, answers, visit, at);
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

// Sums from 2 - kCells on, `known` of them, lie in cells that say something.
template <class Noise>
HWY_INLINE void SettleOne(const ColourTask& task, const Visit& visit, unsigned known, int byte, int bit) {
  const int odd = visit.node.odd, s = visit.sum[VectorOf(byte, bit)][ByteOf(byte, bit)];
  int down;
  if (HWY_LIKELY(static_cast<unsigned>(s + kCells - 2) < known)) {
    down = (s < 0) ^ Noise::Against(task, visit.pair, visit.t, byte, bit, s, odd);
  } else {
    down = SettleAny<Noise>(task, visit, byte, bit);
  }
  std::uint8_t& spins = visit.spins[byte];
  spins = static_cast<std::uint8_t>((spins & ~(1 << bit)) | down << bit);
}

// Open chains of some visits, in order. The number of quadwords is hard to foresee, but known at once; that one has a second
// open chain is rare.
template <class Noise>
HWY_NOINLINE void Settle(const ColourTask& task, Visit* visits) {
  const unsigned known = task.thresholds->reach == Reach::kExact ? 0 : 2 * kCells - 3;
  std::uint64_t some = 0;  // quadwords
  for (unsigned k = 0; k < Noise::kBatch; ++k) some |= std::uint64_t{visits[k].some} << (8 * k);
  for (; some; some &= some - 1) {
    const unsigned which = static_cast<unsigned>(hwy::Num0BitsBelowLS1Bit_Nonzero64(some)), quad = which % 8;
    Visit& visit = visits[which / 8];
    std::uint64_t open = visit.open[quad];
    do {
      const int place = static_cast<int>(hwy::Num0BitsBelowLS1Bit_Nonzero64(open));
      SettleOne<Noise>(task, visit, known, static_cast<int>(8 * quad) + place / 8, place % 8);
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
      act(noise, v, x * task.rows + row, task.keep ? task.keep[v] : 0u, pair, t);
    }
}

using HalfLine = hn::CappedTag<std::uint8_t, kLine / 2>;

// A site that keeps its spin somewhere in the line.
template <class Noise>
HWY_NOINLINE void UpdateSome(const ColourTask& task, const Noise& noise, Visit& visit) {
  for (int at = 0; at < 16 * task.lanes; at += static_cast<int>(hn::MaxLanes(HalfLine())))
    visit.begin <= at && at < visit.end ? Update(HalfLine(), task, noise, visit, at) : noise.Skip(HalfLine(), at);
}
HWY_NOINLINE void FinishSome(const ColourTask& task, Visit& visit) {
  for (int at = visit.begin; at < visit.end; at += static_cast<int>(hn::MaxLanes(HalfLine()))) FinishLate(HalfLine(), task, visit, at);
}

template <class Noise, class D>
HWY_NOINLINE void Sweep(D d, const ColourTask& task) {
  constexpr int kBytes = static_cast<int>(hn::MaxLanes(D()));
  constexpr std::size_t kBatch = Noise::kBatch, kRing = 2 * kBatch;
  alignas(4096) static thread_local Visit own_ring[kRing];  // a page of its own: near the planes, loads would wait for its stores
  Visit* const ring = own_ring;
  const int size = 16 * task.lanes;
  const auto finish = [&](Visit& visit) HWY_ATTR __attribute__((always_inline)) {
    if (HWY_UNLIKELY(visit.end - visit.begin != size)) return FinishSome(task, visit);
    for (int at = 0; at < size; at += kBytes) FinishLate(d, task, visit, at);
  };
  std::size_t done = 0;
  const auto act = [&](const Noise& noise, std::size_t v, std::int64_t site, unsigned keep, int pair, unsigned t)
                       HWY_ATTR __attribute__((always_inline)) {
    Visit& visit = ring[v % kRing];
    visit.node = task.nodes[v];
    visit.site = site;
    visit.spins = task.spins + site * kLine;
    visit.pair = pair;
    visit.t = t;
    visit.some = 0;
    visit.begin = keep & kKeepLower ? kLine / 2 : 0;
    visit.end = static_cast<std::uint8_t>(keep & kKeepUpper ? kLine / 2 : size);
    if (HWY_UNLIKELY(keep != 0)) {
      UpdateSome(task, noise, visit);
    } else {
      for (int at = 0; at < size; at += kBytes) Update(d, task, noise, visit, at);
    }
    if (kLate && v > 0) finish(ring[(v - 1) % kRing]);
    done = v + 1;
    if (done % kBatch == 0) Settle<Noise>(task, ring + done % kRing);  // the batch before this one
  };
  ForEachSite<Noise>(task, act);
  if (kLate && done > 0) finish(ring[(done - 1) % kRing]);
  done -= done % kBatch;
  Settle<Noise>(task, ring + (done + kBatch) % kRing);
  Settle<Noise>(task, ring + done % kRing);
}

template <class Noise, class D>
HWY_NOINLINE void Randomise(D d, const ColourTask& task) {
  ForEachSite<Noise>(task, [&](const Noise& noise, std::size_t, std::int64_t site, unsigned keep, int, unsigned) HWY_ATTR {
    for (int at = 0; at < 16 * task.lanes; at += static_cast<int>(hn::MaxLanes(D()))) {
      if (keep >> (at / (kLine / 2)) & 1) {
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
