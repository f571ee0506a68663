// SPDX-License-Identifier: Apache-2.0
// Lines and bytes with shifts and 16-entry look-ups, for every other instruction set: groups of four inputs.
// Arrangement: bit j of every byte of a line is in vector j, bytes in order.
// Included by cpu_bits-inl.hpp only.
HWY_BEFORE_NAMESPACE();
namespace tsu::cpu {
namespace HWY_NAMESPACE {

inline constexpr int kGroup = 4;
inline constexpr int kNarrowest = kLine;  // no vectors below the widest

// Swaps the bits of y that `mask` has with the bits of x that lie kBits above.
template <int kBits, class D, class V>
HWY_INLINE void Swap(D d, V& x, V& y) {
  const V mask = Constant(d, kBits == 1 ? 0x55 : kBits == 2 ? 0x33 : 0x0F);
#if HWY_TARGET <= HWY_AVX3
  const V up = ShiftUp<kBits>(d, y);
  y = Select(mask, ShiftDown<kBits>(d, x), y);
  x = Select(mask, x, up);
#else  // without an instruction that selects bits
  const V differ = hn::And(hn::Xor(ShiftDown<kBits>(d, x), y), mask);
  y = hn::Xor(y, differ);
  x = hn::Xor(x, ShiftUp<kBits>(d, differ));
#endif
}

// Four planes become nibbles: bit 4 h + k of n[v] = bit 4 h + v of plane k.
template <class D, class V>
HWY_INLINE void Nibbles(D d, V* n) {
  Swap<2>(d, n[0], n[2]);
  Swap<2>(d, n[1], n[3]);
  Swap<1>(d, n[0], n[1]);
  Swap<1>(d, n[2], n[3]);
}

// Vector and byte of a chain.
HWY_INLINE int VectorOf(int /*byte*/, int bit) { return bit; }
HWY_INLINE int ByteOf(int byte, int /*bit*/) { return byte; }

template <class D, class V>
HWY_INLINE void Bytes(D d, const V* planes, V* out) {
  TSU_UNROLL for (int k = 0; k < 8; ++k) out[k] = planes[k];
  TSU_UNROLL for (int k = 0; k < 4; ++k) Swap<4>(d, out[k], out[k + 4]);
  Nibbles(d, out);
  Nibbles(d, out + 4);
}

// From the arrangement of cpu_bits_vbmi-inl.hpp: four steps, each moving the top bit of the byte's number (in a lane) to the
// bottom of the vector's and the top bit of the vector's number to the bottom of the byte's.
template <class D, class V>
HWY_INLINE void QuickBytes(D d, V* out) {
  V x[8];
  TSU_UNROLL for (int step = 0; step < 4; ++step) {
    TSU_UNROLL for (int i = 0; i < 4; ++i) {
      x[2 * i] = hn::InterleaveLower(d, out[i], out[i + 4]);
      x[2 * i + 1] = hn::InterleaveUpper(d, out[i], out[i + 4]);
    }
    TSU_UNROLL for (int i = 0; i < 8; ++i) out[i] = x[i];
  }
  TSU_UNROLL for (int i = 0; i < 8; ++i) out[i] = x[7 - i];
}

// x86: a look-up takes the low four bits of an index and gives 0 when the top bit is set.
#define TSU_LOOKUP_GIVES_ZERO (HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128)

// Cells of magnitudes up to 127; kShort: all the same from 63 on.
template <class D, bool kShort>
class Cells {
 public:
  using V = hn::Vec<D>;
  HWY_INLINE Cells(D d, const std::uint8_t* cells) {
    TSU_UNROLL for (int k = 0; k < kParts; ++k) part_[k] = hn::LoadDup128(d, cells + 16 * k);
#if TSU_LOOKUP_GIVES_ZERO
    TSU_UNROLL for (int k = kParts - 1; k > 0; --k) part_[k] = hn::Xor(part_[k], part_[k - 1]);
#endif
  }
  HWY_INLINE V Find(D d, V magnitude) const {
    V n = kShort ? hn::Min(magnitude, Constant(d, 63)) : magnitude;
#if TSU_LOOKUP_GIVES_ZERO
    V cell = hn::TableLookupBytes(part_[0], n);
    TSU_UNROLL for (int k = 1; k < kParts; ++k) {
      n = hn::Sub(n, Constant(d, 16));
      cell = hn::Xor(cell, hn::TableLookupBytes(part_[k], n));
    }
    return cell;
#else
    const V nibble = hn::And(n, Constant(d, 15));
    V cell = hn::TableLookupBytes(part_[0], nibble);
    TSU_UNROLL for (int k = 1; k < kParts; ++k)
      cell = hn::IfThenElse(hn::Lt(n, Constant(d, 16 * k)), cell, hn::TableLookupBytes(part_[k], nibble));
    return cell;
#endif
  }

 private:
  static constexpr int kParts = kShort ? 4 : 8;
  V part_[kParts];
};

// Of one group; a second one for conditioning down.
template <class D, bool kCoupled>
struct GroupTable {
  GroupTable() = default;
  HWY_INLINE GroupTable(D d, const std::uint8_t* table) {
    TSU_UNROLL for (int k = 0; k <= kCoupled; ++k) part[k] = hn::LoadDup128(d, table + 16 * k);
  }
  hn::Vec<D> part[1 + kCoupled];
};

// Indices into a group's tables: vectors j and j + 4 are the nibbles of one.
template <class D>
class Index {
 public:
  using V = hn::Vec<D>;
  template <bool kCoupled>
  HWY_INLINE void Set(D d, const V* planes, V conditioning) {
    TSU_UNROLL for (int i = 0; i < 4; ++i) nibbles_[i] = planes[i];
    Nibbles(d, nibbles_);
    conditioning_ = conditioning;
  }
  template <bool kCoupled>
  HWY_INLINE V Find(D d, const GroupTable<D, kCoupled>& table, int j) const {
    const V index = hn::And(j < 4 ? nibbles_[j] : ShiftDown<4>(d, nibbles_[j - 4]), Constant(d, 15));
    const V up = hn::TableLookupBytes(table.part[0], index);
    if (!kCoupled) return up;
    const auto down = hn::TestBit(conditioning_, Constant(d, 1 << j));
    return hn::IfThenElse(down, hn::TableLookupBytes(table.part[kCoupled], index), up);
  }

 private:
  V nibbles_[4], conditioning_;
};

template <class D, class V>
HWY_INLINE unsigned NonzeroQuads(D, V v) {
  const hn::Repartition<std::uint64_t, D> d64;
  std::uint8_t bits[8] = {};
  hn::StoreMaskBits(d64, hn::Ne(hn::BitCast(d64, v), hn::Zero(d64)), bits);
  return bits[0];
}

// Bit j of every byte = the byte of vector j, as a line.
template <class D, class V>
HWY_INLINE V LineOf(D, V bits) {
  return bits;
}

template <class D, class V>
HWY_INLINE auto Negative(D d, V v) {
  return hn::RebindMask(d, hn::Lt(v, hn::Zero(Signed<D>())));
}

// Line from the masks of eight vectors, the last one first: without mask registers a bit is one step of a binary number.
template <class D>
class Packer {
 public:
  HWY_INLINE explicit Packer(D d) : bits_(hn::Zero(d)) {}
  template <class M>
  HWY_INLINE void Add(D d, M mask, int j) {
#if HWY_TARGET <= HWY_AVX3
    const hn::Vec<D> one = Constant(d, 1 << j);
    if constexpr (hn::MaxLanes(D()) == 64) {
      bits_.raw = _mm512_mask_add_epi8(bits_.raw, mask.raw, bits_.raw, one.raw);
    } else {
      bits_.raw = _mm256_mask_add_epi8(bits_.raw, mask.raw, bits_.raw, one.raw);
    }
#else
    (void)j;
    bits_ = hn::Sub(hn::Add(bits_, bits_), hn::VecFromMask(d, mask));
#endif
  }
  HWY_INLINE hn::Vec<D> Line(D d) const { return LineOf(d, bits_); }

 private:
  hn::Vec<D> bits_;
};

// Decisions are finished at once.
inline constexpr bool kLate = false;
struct LateAnswers {};
template <class D>
class Answers {
 public:
  HWY_INLINE Answers(D d, LateAnswers&, int) : negative(d), above(d), open(d) {}
  HWY_INLINE void SetTop(D, hn::Vec<D> top) { top_ = top; }
  HWY_INLINE hn::Vec<D> Top(D) const { return top_; }
  Packer<D> negative, above, open;

 private:
  hn::Vec<D> top_;
};

}  // namespace HWY_NAMESPACE
}  // namespace tsu::cpu
HWY_AFTER_NAMESPACE();
