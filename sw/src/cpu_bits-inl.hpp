// SPDX-License-Identifier: Apache-2.0
// Lines and bytes, one copy an instruction set: bit planes become bytes a chain and back, small tables are looked up.
//
// Eight vectors of bytes hold the chains of a vector of line bytes. Which chain lies where is this file's business
// alone, as long as Index, Bytes, QuickBytes and Packer agree.
#if defined(TSU_CPU_BITS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TSU_CPU_BITS_INL_HPP
#undef TSU_CPU_BITS_INL_HPP
#else
#define TSU_CPU_BITS_INL_HPP
#endif

#include <hwy/highway.h>

#include "cpu_kernel.hpp"

// Highway does not use GFNI; every processor with the rest of this target has it.
#if HWY_TARGET == HWY_AVX3_DL
#undef HWY_TARGET_STR
#define HWY_TARGET_STR \
  HWY_TARGET_STR_AVX3 ",gfni,vpclmulqdq,avx512vbmi,avx512vbmi2,vaes,avxvnni,avx512bitalg,avx512vpopcntdq"
#endif
#define TSU_UNROLL _Pragma("GCC unroll 24")

HWY_BEFORE_NAMESPACE();
namespace tsu::cpu {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
using Words16 = hn::Repartition<std::uint16_t, D>;
template <class D>
using Words32 = hn::Repartition<std::uint32_t, D>;
template <class D>
using Signed = hn::Repartition<std::int8_t, D>;

// Bits of `yes` where the mask has ones, of `no` elsewhere.
template <class V>
HWY_INLINE V Select(V mask, V yes, V no) {
#if HWY_TARGET <= HWY_AVX3
  return hn::IfVecThenElse(mask, yes, no);  // one instruction; on older targets it would select whole bytes
#else
  return hn::OrAnd(hn::AndNot(mask, no), mask, yes);
#endif
}

template <int kBits, class D, class V>
HWY_INLINE V ShiftUp(D d, V v) {  // bits that enter a byte from its neighbour are for the caller to drop
  return hn::BitCast(d, hn::ShiftLeft<kBits>(hn::BitCast(Words16<D>(), v)));
}
template <int kBits, class D, class V>
HWY_INLINE V ShiftDown(D d, V v) {
  return hn::BitCast(d, hn::ShiftRight<kBits>(hn::BitCast(Words16<D>(), v)));
}

// Keeps compilers from loading a value again for its next use: 64-byte loads are scarcer than registers.
template <class V>
HWY_INLINE void InRegister(V& v) {
#if HWY_TARGET <= HWY_AVX3
  asm("" : "+v"(v.raw));
#endif
  (void)v;
}

template <class D>
HWY_INLINE hn::Vec<D> Constant(D d, int byte) {
  return hn::Load(d, kConstants[byte]);
}

// a > b; where they are equal the answer is of no interest.
template <class D, class V>
HWY_INLINE auto Above(D, V a, V b) {
#if HWY_TARGET <= HWY_AVX3  // Highway's comparison of unsigned bytes takes three instructions
  if constexpr (hn::MaxLanes(D()) == 64) {
    return hn::Mask<D>{_mm512_cmpgt_epu8_mask(a.raw, b.raw)};
  } else {
    return hn::Mask<D>{_mm256_cmpgt_epu8_mask(a.raw, b.raw)};
  }
#else
  return hn::Eq(hn::Max(a, b), a);
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace tsu::cpu
HWY_AFTER_NAMESPACE();

// What follows ends with Answers<D>, a decision's three answers for every chain: is the field negative, does the draw lie above the
// cell, or in it? Added vector by vector, asked for as lines, with the draws' line `top` beside them.
#if HWY_TARGET <= HWY_AVX3_DL
#include "cpu_bits_vbmi-inl.hpp"
#else
#include "cpu_bits_any-inl.hpp"
#endif

#endif
