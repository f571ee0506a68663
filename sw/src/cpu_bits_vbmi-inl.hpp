// SPDX-License-Identifier: Apache-2.0
// Lines and bytes with byte permutations (VBMI) and GF(2) matrices (GFNI): groups of six inputs, tables of 64 entries.
// Arrangement: bytes 2 j and 2 j + 1 of a lane are the two quadwords of vector j; bit c of the byte is byte 7 - c of the
// quadword, because the matrix instruction numbers rows from the top.
// Included by cpu_bits-inl.hpp only.
HWY_BEFORE_NAMESPACE();
namespace tsu::cpu {
namespace HWY_NAMESPACE {

inline constexpr int kGroup = 6;
inline constexpr int kNarrowest = 32;  // half a line may be worked on by vectors of its size

// Vector and byte of a chain.
HWY_INLINE int VectorOf(int byte, int /*bit*/) { return byte % 16 / 2; }
HWY_INLINE int ByteOf(int byte, int bit) { return byte / 16 * 16 + byte % 2 * 8 + 7 - bit; }

// Bit i of byte k of a quadword becomes bit 7 - k of the byte in which `order` has bit i.
inline constexpr std::uint64_t kRising = 0x8040201008040201ull, kFalling = 0x0102040810204080ull;
template <class D, class V>
HWY_INLINE V TransposeQuads(D d, V quads, std::uint64_t order) {
  const auto bits = hn::BitCast(d, hn::Set(hn::Repartition<std::uint64_t, D>(), order));
  if constexpr (hn::MaxLanes(D()) == 64) {
    return V{_mm512_gf2p8affine_epi64_epi8(bits.raw, quads.raw, 0)};
  } else {
    return V{_mm256_gf2p8affine_epi64_epi8(bits.raw, quads.raw, 0)};
  }
}

// planes[0] = lowest bit of the bytes. Bits 6 and 7 are not used when there are fewer planes.
template <int kPlanes, class D, class V>
HWY_INLINE void Gather(D d, const V* planes, V* out) {
  const Words16<D> d16;
  const Words32<D> d32;
  const auto low8 = [&](V a, V b) { return hn::BitCast(d16, hn::InterleaveLower(d, a, b)); };
  const auto high8 = [&](V a, V b) { return hn::BitCast(d16, hn::InterleaveUpper(d, a, b)); };
  const V p7 = kPlanes > 7 ? planes[7] : planes[kPlanes - 1], p6 = kPlanes > 6 ? planes[6] : p7;
  const auto b0 = low8(planes[3], planes[2]), b1 = high8(planes[3], planes[2]);
  const auto c0 = low8(planes[1], planes[0]), c1 = high8(planes[1], planes[0]);
  const auto e0 = low8(planes[5], planes[4]), e1 = high8(planes[5], planes[4]);
  const auto f0 = kPlanes > 6 ? low8(p7, p6) : e0, f1 = kPlanes > 6 ? high8(p7, p6) : e1;
  hn::Vec<Words32<D>> lower[4], upper[4];
  lower[0] = hn::BitCast(d32, hn::InterleaveLower(d16, b0, c0));
  lower[1] = hn::BitCast(d32, hn::InterleaveUpper(d16, b0, c0));
  lower[2] = hn::BitCast(d32, hn::InterleaveLower(d16, b1, c1));
  lower[3] = hn::BitCast(d32, hn::InterleaveUpper(d16, b1, c1));
  upper[0] = hn::BitCast(d32, hn::InterleaveLower(d16, f0, e0));
  upper[1] = hn::BitCast(d32, hn::InterleaveUpper(d16, f0, e0));
  upper[2] = hn::BitCast(d32, hn::InterleaveLower(d16, f1, e1));
  upper[3] = hn::BitCast(d32, hn::InterleaveUpper(d16, f1, e1));
  TSU_UNROLL for (int i = 0; i < 4; ++i) {
    out[2 * i] = TransposeQuads(d, hn::BitCast(d, hn::InterleaveLower(d32, upper[i], lower[i])), kFalling);
    out[2 * i + 1] = TransposeQuads(d, hn::BitCast(d, hn::InterleaveUpper(d32, upper[i], lower[i])), kFalling);
  }
}

template <class D, class V>
HWY_INLINE void Bytes(D d, const V* planes, V* out) {
  Gather<8>(d, planes, out);
}

// The generator's state is in this arrangement.
template <class D, class V>
HWY_INLINE void QuickBytes(D, V*) {}

// Table of 64 bytes, or 128; higher bits of an index are not used.
template <class D, int kSize>
struct ByteTable {
  static constexpr int kBytes = static_cast<int>(hn::MaxLanes(D())), kParts = kSize / kBytes;
  using V = hn::Vec<D>;
  ByteTable() = default;
  HWY_INLINE ByteTable(D d, const std::uint8_t* table) {
    TSU_UNROLL for (int k = 0; k < kParts; ++k) part[k] = hn::Load(d, table + k * kBytes);
  }
  HWY_INLINE V Find(V index) const {
    if constexpr (kBytes == 64) {
      if (kParts == 1) return V{_mm512_permutexvar_epi8(index.raw, part[0].raw)};
      return V{_mm512_permutex2var_epi8(part[0].raw, index.raw, part[kParts - 1].raw)};
    } else {
      const __m256i low = _mm256_permutex2var_epi8(part[0].raw, index.raw, part[1].raw);
      if (kParts == 2) return V{low};
      const __m256i high = _mm256_permutex2var_epi8(part[kParts - 2].raw, index.raw, part[kParts - 1].raw);
      return V{_mm256_mask_blend_epi8(_mm256_test_epi8_mask(index.raw, _mm256_set1_epi8(0x40)), low, high)};
    }
  }
  V part[kParts];
};

// Cells of magnitudes up to 127; kShort: all the same from 63 on.
template <class D, bool kShort>
class Cells {
 public:
  HWY_INLINE Cells(D d, const std::uint8_t* cells) : cells_(d, cells) {}
  HWY_INLINE hn::Vec<D> Find(D d, hn::Vec<D> magnitude) const {
    return cells_.Find(kShort ? hn::Min(magnitude, Constant(d, 63)) : magnitude);
  }

 private:
  static constexpr int kSize = kShort ? 64 : 128;
  ByteTable<D, kSize> cells_;
};

// Of one group; conditioning is a seventh input.
template <class D, bool kCoupled>
using GroupTable = ByteTable<D, kCoupled ? 128 : 64>;

// Indices into a group's tables.
template <class D>
class Index {
 public:
  using V = hn::Vec<D>;
  template <bool kCoupled>
  HWY_INLINE void Set(D d, V* planes, V conditioning) {
    planes[6] = conditioning;
    Gather<kCoupled ? 7 : 6>(d, planes, index_);
  }
  template <int kSize>
  HWY_INLINE V Find(D, const ByteTable<D, kSize>& table, int j) const {
    return table.Find(index_[j]);
  }

 private:
  V index_[8];
};

template <class D, class V>
HWY_INLINE unsigned NonzeroQuads(D, V v) {
  if constexpr (hn::MaxLanes(D()) == 64) {
    return _mm512_test_epi64_mask(v.raw, v.raw);
  } else {
    return _mm256_test_epi64_mask(v.raw, v.raw);
  }
}

template <class D, class V>
HWY_INLINE auto Negative(D, V v) {  // Highway's comparison takes a unit that is scarcer
  if constexpr (hn::MaxLanes(D()) == 64) {
    return hn::Mask<D>{_mm512_movepi8_mask(v.raw)};
  } else {
    return hn::Mask<D>{_mm256_movepi8_mask(v.raw)};
  }
}

// Line from the masks of eight vectors, which are one but for the order of its bits: through memory that takes no vector unit,
// but a wide load waits until the narrow stores are done.
template <class D>
class Packer {
 public:
  HWY_INLINE Packer(D, std::uint8_t* masks) : masks_(masks) {}
  template <class M>
  HWY_INLINE void Add(D, M mask, int j) {
    __builtin_memcpy(masks_ + static_cast<int>(sizeof mask.raw) * j, &mask.raw, sizeof mask.raw);
  }
  // Word of 16 bits L of mask j = bytes 2 j and 2 j + 1 of lane L, bits falling.
  HWY_INLINE hn::Vec<D> Line(D d) const {
    const auto words = hn::Load(d, masks_), rising = hn::BitCast(d, hn::Set(hn::Repartition<std::uint64_t, D>(), kRising));
    const auto order = hn::Load(d, reinterpret_cast<const std::uint8_t*>(kOrder.word));
    if constexpr (kLanes == 4) {
      return hn::Vec<D>{_mm512_gf2p8affine_epi64_epi8(_mm512_permutexvar_epi16(order.raw, words.raw), rising.raw, 0)};
    } else {
      return hn::Vec<D>{_mm256_gf2p8affine_epi64_epi8(_mm256_permutexvar_epi16(order.raw, words.raw), rising.raw, 0)};
    }
  }

 private:
  static constexpr int kLanes = static_cast<int>(hn::MaxLanes(D())) / 16;
  struct Order {
    alignas(64) std::uint16_t word[8 * kLanes];
    constexpr Order() : word() {
      for (int k = 0; k < 8 * kLanes; ++k) word[k] = static_cast<std::uint16_t>(kLanes * (k % 8) + k / 8);
    }
  };
  static constexpr Order kOrder{};
  std::uint8_t* masks_;
};

// A decision is finished when the next one has been taken.
inline constexpr bool kLate = true;
struct LateAnswers {
  alignas(kLine) std::uint8_t top[kLine], negative[kLine], above[kLine], open[kLine];
};
template <class D>
class Answers {
 public:
  HWY_INLINE Answers(D d, LateAnswers& late, int at)
      : negative(d, late.negative + at), above(d, late.above + at), open(d, late.open + at), top_(late.top + at) {}
  HWY_INLINE void SetTop(D d, hn::Vec<D> top) { hn::Store(top, d, top_); }
  HWY_INLINE hn::Vec<D> Top(D d) const { return hn::Load(d, top_); }
  Packer<D> negative, above, open;

 private:
  std::uint8_t* top_;
};

}  // namespace HWY_NAMESPACE
}  // namespace tsu::cpu
HWY_AFTER_NAMESPACE();
