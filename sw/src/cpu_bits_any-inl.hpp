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
  const V mask = hn::Set(d, static_cast<std::uint8_t>(kBits == 1 ? 0x55 : kBits == 2 ? 0x33 : 0x0F));
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

template <class D, class V>
HWY_INLINE V Lookup16(D d, const std::uint8_t* table, V nibble) {
  return hn::TableLookupBytes(hn::LoadDup128(d, table), nibble);
}
template <class D, class V>
HWY_INLINE V Lookup64(D d, const std::uint8_t* table, V index) {
  const V nibble = hn::And(index, hn::Set(d, 15));
  const auto bit4 = hn::TestBit(index, hn::Set(d, 16)), bit5 = hn::TestBit(index, hn::Set(d, 32));
  const V low = hn::IfThenElse(bit4, Lookup16(d, table + 16, nibble), Lookup16(d, table, nibble));
  const V high = hn::IfThenElse(bit4, Lookup16(d, table + 48, nibble), Lookup16(d, table + 32, nibble));
  return hn::IfThenElse(bit5, high, low);
}
template <class D, class V>
HWY_INLINE V Lookup128(D d, const std::uint8_t* table, V index) {
  const auto bit6 = hn::TestBit(index, hn::Set(d, 64));
  return hn::IfThenElse(bit6, Lookup64(d, table + 64, index), Lookup64(d, table, index));
}

// Cells of magnitudes up to 127; `is_short`: all the same from 63 on.
template <class D, class V>
HWY_INLINE void FindCells(D d, const std::uint8_t* cells, bool is_short, V* v) {
  if (HWY_LIKELY(is_short)) {
    TSU_UNROLL for (int j = 0; j < 8; ++j) v[j] = Lookup64(d, cells, hn::Min(v[j], hn::Set(d, 63)));
  } else {
    TSU_UNROLL for (int j = 0; j < 8; ++j) v[j] = Lookup128(d, cells, v[j]);
  }
}

// Indices into a group's tables.
template <class D>
class Index {
 public:
  using V = hn::Vec<D>;
  template <bool kCoupled>
  HWY_INLINE void Set(D d, const V* planes, V conditioning) {
    V n[4] = {planes[0], planes[1], planes[2], planes[3]};
    Nibbles(d, n);
    const V mask = hn::Set(d, 15);
    TSU_UNROLL for (int i = 0; i < 4; ++i) {
      index_[i] = hn::And(n[i], mask);
      index_[i + 4] = hn::And(ShiftDown<4>(d, n[i]), mask);
    }
    conditioning_ = conditioning;
  }
  template <bool kCoupled>
  HWY_INLINE V Find(D d, const std::uint8_t* table, int j) const {
    const V up = Lookup16(d, table, index_[j]);
    if (!kCoupled) return up;
    const auto down = hn::TestBit(conditioning_, hn::Set(d, static_cast<std::uint8_t>(1 << j)));
    return hn::IfThenElse(down, Lookup16(d, table + 16, index_[j]), up);
  }

 private:
  V index_[8], conditioning_;
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

}  // namespace HWY_NAMESPACE
}  // namespace tsu::cpu
HWY_AFTER_NAMESPACE();
