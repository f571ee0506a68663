// SPDX-License-Identifier: Apache-2.0
// Colour phases in SIMD. Field: the four neighbours of a rule form a 4-bit index into a 16-entry table (two byte shuffles),
// partial fields are added as 16-bit words. Decision: code of the random word against the threshold of |f|.
#define HWY_WANT_AVX3_DL
// Highway distrusts this fallback with older compilers; ours is tested like every other target (cpu_test).
#define HWY_BROKEN_EMU128 0
#include "cpu_kernel.hpp"

#include "tsu/regs.hpp"

// Scalable vectors do not have a fixed layout; SSSE3 adds nothing over SSE4.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tsu::cpu {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D8 = hn::CappedTag<std::uint8_t, kBlock>;
using D16 = hn::Repartition<std::int16_t, D8>;
using D32 = hn::Repartition<std::uint32_t, D8>;
using D64 = hn::Repartition<std::uint64_t, D8>;
using DI32 = hn::Repartition<std::int32_t, D8>;
using DF32 = hn::Repartition<float, D8>;
using V8 = hn::Vec<D8>;
using V16 = hn::Vec<D16>;
using V32 = hn::Vec<D32>;
constexpr D8 d8;
constexpr D16 d16;
constexpr D32 d32;
constexpr D64 d64;
constexpr DI32 di32;
constexpr DF32 df32;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(D8()));
constexpr int kQuarter = kLanes / 4;  // chains of one vector of words

// Two vectors of words 0 / -1 (bytes) or small numbers (words) into one, each 128-bit block by itself.
HWY_INLINE V8 PackBytes(V16 lower, V16 upper) {
#if HWY_TARGET <= HWY_AVX3
  return V8{_mm512_packs_epi16(lower.raw, upper.raw)};
#elif HWY_TARGET == HWY_AVX2
  return V8{_mm256_packs_epi16(lower.raw, upper.raw)};
#else
  static_assert(kLanes == 16);
  return hn::ConcatEven(d8, hn::BitCast(d8, upper), hn::BitCast(d8, lower));
#endif
}
HWY_INLINE V16 PackWords(V32 lower, V32 upper) {
#if HWY_TARGET <= HWY_AVX3
  return V16{_mm512_packs_epi32(lower.raw, upper.raw)};
#elif HWY_TARGET == HWY_AVX2
  return V16{_mm256_packs_epi32(lower.raw, upper.raw)};
#else
  static_assert(kLanes == 16);
  return hn::ConcatEven(d16, hn::BitCast(d16, upper), hn::BitCast(d16, lower));
#endif
}

// One step of kQuarter noise streams; slots of the ring are kBlock words apart.
HWY_INLINE V32 Draw(std::uint32_t* HWY_RESTRICT state, unsigned t) {
  using namespace regs;
  const V32 old = hn::Load(d32, state + (t & 3) * kBlock);
  const V32 rot = hn::Load(d32, state + ((t + 4 - kNoiseRotLag) & 3) * kBlock);
  const V32 shl = hn::Load(d32, state + ((t + 4 - kNoiseShlLag) & 3) * kBlock);
  const V32 a = hn::Xor3(old, hn::ShiftLeft<kNoiseShiftOld>(old), hn::ShiftRight<kNoiseRot>(rot));
  const V32 b = hn::Xor3(a, hn::ShiftLeft<kNoiseWordBits - kNoiseRot>(rot), hn::ShiftLeft<kNoiseShl>(shl));
  const V32 word = hn::And(b, hn::Set(d32, (1u << kNoiseWordBits) - 1));
  hn::Store(word, d32, state + (t & 3) * kBlock);
  return word;
}

// Bits of `yes` where the mask has ones, of `no` elsewhere.
HWY_INLINE V32 Select(V32 mask, V32 yes, V32 no) {
#if HWY_TARGET <= HWY_AVX3
  return hn::IfVecThenElse(mask, yes, no);  // one instruction; on older targets it would select whole bytes
#else
  return hn::OrAnd(hn::AndNot(mask, no), mask, yes);
#endif
}

// Code of a word plus kCodeShift. The exponent of the word as a float is the place of its highest bit; with bit 9 set it
// never falls below the denormal range.
HWY_INLINE V32 Code(V32 word) {
  const auto exponent = hn::ConvertTo(df32, hn::BitCast(di32, hn::Or(word, hn::Set(d32, 1u << 9))));
  const V32 high = hn::Sub(hn::ShiftRight<13>(hn::BitCast(d32, exponent)), hn::Set(d32, 127u << 10));
  return Select(hn::Set(d32, (1u << regs::kThresholdManBits) - 1), word, high);
}

// Codes of the next words of kLanes chains, as two vectors in the order of InterleaveLower / InterleaveUpper.
HWY_INLINE void DrawCodes(std::uint32_t* HWY_RESTRICT noise, unsigned t, V16& lower, V16& upper) {
  const V32 c0 = Code(Draw(noise, t)), c1 = Code(Draw(noise + 16, t));
  const V32 c2 = Code(Draw(noise + 32, t)), c3 = Code(Draw(noise + 48, t));
  lower = PackWords(c0, c1);
  upper = PackWords(c2, c3);
}

// One step of the quick generators (xorshift128+) of 16-bit numbers for half the chains; 15 bits of each are used.
HWY_INLINE V16 DrawQuick(std::uint64_t* HWY_RESTRICT state) {
  const auto y = hn::Load(d64, state + 16);
  auto x = hn::Load(d64, state);
  x = hn::Xor(x, hn::ShiftLeft<23>(x));
  const auto next = hn::Xor(hn::Xor3(x, y, hn::ShiftRight<17>(x)), hn::ShiftRight<26>(y));
  hn::Store(y, d64, state);
  hn::Store(next, d64, state + 16);
  return hn::And(hn::BitCast(d16, hn::Add(next, y)), hn::Set(d16, 0x7FFF));
}

// Thresholds of two vectors of entries.
#if HWY_TARGET <= HWY_AVX3_DL
// A two-register byte permutation looks up 128 entries at once.
struct Lookup {
  explicit Lookup(const Thresholds& t) {
    for (int i = 0; i < 8; ++i) {
      low[i] = _mm512_load_si512(t.low + 64 * i);
      high[i] = _mm512_load_si512(t.high + 64 * i);
    }
    quarters = t.last / 128 + 1;
  }
  template <int kQuarters>
  static HWY_INLINE __m512i Find(const __m512i* table, __m512i index, __mmask64 odd, __mmask64 upper) {
    __m512i r = _mm512_permutex2var_epi8(table[0], index, table[1]);
    if constexpr (kQuarters > 1)
      r = _mm512_mask_mov_epi8(r, odd, _mm512_permutex2var_epi8(table[2], index, table[3]));
    if constexpr (kQuarters > 2) {
      __m512i u = _mm512_permutex2var_epi8(table[4], index, table[5]);
      if constexpr (kQuarters > 3)
        u = _mm512_mask_mov_epi8(u, odd, _mm512_permutex2var_epi8(table[6], index, table[7]));
      r = _mm512_mask_mov_epi8(r, upper, u);
    }
    return r;
  }
  template <int kQuarters>
  HWY_INLINE void Go(V16& a, V16& b) const {
    const __m512i byte = _mm512_set1_epi16(255);
    const __m512i index = _mm512_packus_epi16(_mm512_and_si512(a.raw, byte), _mm512_and_si512(b.raw, byte));
    const __mmask64 odd = _mm512_movepi8_mask(index);
    __mmask64 upper = 0;
    if constexpr (kQuarters > 2)
      upper = _mm512_movepi8_mask(_mm512_packus_epi16(_mm512_srli_epi16(a.raw, 1), _mm512_srli_epi16(b.raw, 1)));
    const __m512i l = Find<kQuarters>(low, index, odd, upper), h = Find<kQuarters>(high, index, odd, upper);
    a = V16{_mm512_unpacklo_epi8(l, h)};
    b = V16{_mm512_unpackhi_epi8(l, h)};
  }
  __m512i low[8], high[8];
  int quarters;
};
#else
struct Lookup {
  explicit Lookup(const Thresholds& t) : table(t.wide) {}
  HWY_INLINE V16 One(V16 a) const {
    const V16 zero = hn::Zero(d16);
    const auto lower = hn::GatherIndex(di32, table, hn::BitCast(di32, hn::InterleaveLower(d16, a, zero)));
    const auto upper = hn::GatherIndex(di32, table, hn::BitCast(di32, hn::InterleaveUpper(d16, a, zero)));
    return PackWords(hn::BitCast(d32, lower), hn::BitCast(d32, upper));
  }
  template <int>
  HWY_INLINE void Go(V16& a, V16& b) const {
    a = One(a);
    b = One(b);
  }
  const std::int32_t* table;
  int quarters = 1;
};
#endif

HWY_INLINE void Fields(const ColourTask& task, std::int64_t site, std::size_t visit, int part, V16& lower, V16& upper) {
  const std::uint8_t* HWY_RESTRICT fields = task.fields + visit * task.rules * 32;
  const std::uint8_t* HWY_RESTRICT spins = task.spins + site * kBlock + part;
  lower = upper = hn::Zero(d16);
  for (int k = 0; k < task.rules; ++k) {
    const std::int64_t* o = task.offsets + 4 * k;
    V8 index = hn::And(hn::Load(d8, spins + o[0] * kBlock), hn::Set(d8, 1));
    index = hn::OrAnd(index, hn::Load(d8, spins + o[1] * kBlock), hn::Set(d8, 2));
    index = hn::OrAnd(index, hn::Load(d8, spins + o[2] * kBlock), hn::Set(d8, 4));
    index = hn::OrAnd(index, hn::Load(d8, spins + o[3] * kBlock), hn::Set(d8, 8));
    const V8 low = hn::TableLookupBytes(hn::LoadDup128(d8, fields + 32 * k), index);
    const V8 high = hn::TableLookupBytes(hn::LoadDup128(d8, fields + 32 * k + 16), index);
    lower = hn::Add(lower, hn::BitCast(d16, hn::InterleaveLower(d8, low, high)));
    upper = hn::Add(upper, hn::BitCast(d16, hn::InterleaveUpper(d8, low, high)));
  }
  if (task.coupling && task.coupling[visit] != 0) {
    const V16 c = hn::Set(d16, task.coupling[visit]);
    const V8 u = hn::Load(d8, task.conditioning + site * kBlock + part);
    const V16 ul = hn::BitCast(d16, hn::InterleaveLower(d8, u, u)), uu = hn::BitCast(d16, hn::InterleaveUpper(d8, u, u));
    lower = hn::Add(lower, hn::Sub(hn::Xor(c, ul), ul));  // u = -1 is all ones: (c ^ u) - u = -c
    upper = hn::Add(upper, hn::Sub(hn::Xor(c, uu), uu));
  }
}

template <bool kRandom, bool kQuick, int kQuarters>
HWY_NOINLINE void Visit(const ColourTask& task) {
  [[maybe_unused]] const Lookup lookup(*task.thresholds);
  [[maybe_unused]] const V16 last = hn::Set(d16, static_cast<std::int16_t>(task.thresholds->last));
  [[maybe_unused]] const V16 half = hn::Set(d16, static_cast<std::int16_t>(kQuick ? 1 << 14 : regs::kThresholdHalf + kCodeShift));
  std::size_t visit = 0;
  for (int pair = 0; pair < task.pairs; ++pair) {
    std::uint32_t* noise = task.noise + static_cast<std::size_t>(pair) * 4 * kBlock;
    for (int row = 0; row < task.rows; ++row, ++visit) {
      const unsigned t = task.words + static_cast<unsigned>(row);
      const std::int64_t x = 2 * pair + ((row + task.colour) & 1);
      const std::int64_t site = task.first_site + x * task.rows + row;
      const bool keep = task.keep && task.keep[visit];
      for (int part = 0; part < kBlock; part += kLanes) {
        V16 code_l, code_u;
        if constexpr (kQuick) {
          code_l = DrawQuick(task.quick + part / 8);
          code_u = DrawQuick(task.quick + 8 + part / 8);
        } else {
          DrawCodes(noise + part / 4, t, code_l, code_u);
        }
        if (keep) continue;
        V16 x_l, x_u;  // sign bit set = down: sign of the field, flipped when code < threshold
        if constexpr (kRandom) {
          x_l = hn::Sub(code_l, half);
          x_u = hn::Sub(code_u, half);
        } else {
          V16 f_l, f_u;
          Fields(task, site, visit, part, f_l, f_u);
          V16 t_l = hn::Min(hn::Abs(f_l), last), t_u = hn::Min(hn::Abs(f_u), last);
          lookup.template Go<kQuarters>(t_l, t_u);
          x_l = hn::Xor(f_l, hn::Sub(code_l, t_l));
          x_u = hn::Xor(f_u, hn::Sub(code_u, t_u));
        }
        hn::Store(PackBytes(hn::ShiftRight<15>(x_l), hn::ShiftRight<15>(x_u)), d8,
                  task.spins + site * kBlock + part);
      }
    }
  }
}

template <bool kQuick>
void Sweep(const ColourTask& task) {
  switch (Lookup(*task.thresholds).quarters) {
    case 1: return Visit<false, kQuick, 1>(task);
    case 2: return Visit<false, kQuick, 2>(task);
    case 3: return Visit<false, kQuick, 3>(task);
    default: return Visit<false, kQuick, 4>(task);
  }
}

void SweepColour(const ColourTask& task) { task.quick ? Sweep<true>(task) : Sweep<false>(task); }

void RandomiseColour(const ColourTask& task) { task.quick ? Visit<true, true, 1>(task) : Visit<true, false, 1>(task); }

void CountUnequal(const std::uint8_t* spins, const Edge* edges, std::size_t size, std::uint32_t* counts) {
  for (std::size_t e = 0; e < size; ++e) {
    const std::uint8_t *a = spins + std::int64_t{edges[e].a} * kBlock, *b = spins + std::int64_t{edges[e].b} * kBlock;
    std::size_t sum = 0;
    for (int part = 0; part < kBlock; part += kLanes)
      sum += hn::CountTrue(d8, hn::Ne(hn::Load(d8, a + part), hn::Load(d8, b + part)));
    counts[e] += static_cast<std::uint32_t>(sum);
  }
}

void CountDown(const std::uint8_t* spins, std::int64_t first, std::size_t size, std::uint32_t* counts) {
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint8_t* s = spins + (first + static_cast<std::int64_t>(i)) * kBlock;
    std::size_t sum = 0;
    for (int part = 0; part < kBlock; part += kLanes)
      sum += hn::CountTrue(d8, hn::Ne(hn::Load(d8, s + part), hn::Zero(d8)));
    counts[i] += static_cast<std::uint32_t>(sum);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace tsu::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "cpu_targets.hpp"

namespace tsu::cpu {

HWY_EXPORT(SweepColour);
HWY_EXPORT(RandomiseColour);
HWY_EXPORT(CountUnequal);
HWY_EXPORT(CountDown);

void SweepColour(const ColourTask& task) { HWY_DYNAMIC_DISPATCH(SweepColour)(task); }
void RandomiseColour(const ColourTask& task) { HWY_DYNAMIC_DISPATCH(RandomiseColour)(task); }
void CountUnequal(const std::uint8_t* spins, const Edge* edges, std::size_t size, std::uint32_t* counts) {
  HWY_DYNAMIC_DISPATCH(CountUnequal)(spins, edges, size, counts);
}
void CountDown(const std::uint8_t* spins, std::int64_t first, std::size_t size, std::uint32_t* counts) {
  HWY_DYNAMIC_DISPATCH(CountDown)(spins, first, size, counts);
}

std::vector<std::string> Targets() {
  hwy::SetSupportedTargetsForTest(0);
  std::vector<std::string> names;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) names.push_back(hwy::TargetName(target));
  return names;
}

bool UseTarget(const std::string& name) {
  hwy::SetSupportedTargetsForTest(0);
  bool found = name.empty();
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    if (name != hwy::TargetName(target)) continue;
    hwy::SetSupportedTargetsForTest(target);
    found = true;
  }
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return found;
}

}  // namespace tsu::cpu
#endif
