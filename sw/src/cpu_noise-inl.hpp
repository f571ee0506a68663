// SPDX-License-Identifier: Apache-2.0
// Where the kernel's randomness comes from. A source gives, for a vector of line bytes, one line `top` (the chain cannot
// go against its field when set: threshold probabilities are at most 1/2) and eight vectors of uniform bytes, the next
// eight binary digits of the draw. What a byte leaves open, one chain in 512, is settled one chain at a time by Against().
#if defined(TSU_CPU_NOISE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TSU_CPU_NOISE_INL_HPP
#undef TSU_CPU_NOISE_INL_HPP
#else
#define TSU_CPU_NOISE_INL_HPP
#endif

#include "cpu_bits-inl.hpp"
#include "hash.hpp"
#include "tsu/regs.hpp"

HWY_BEFORE_NAMESPACE();
namespace tsu::cpu {
namespace HWY_NAMESPACE {

// The device's words, bit planes. In a ring: word t of a stream takes the place of word t - 4.
class DeviceNoise {
 public:
  static constexpr int kBits = static_cast<int>(regs::kNoiseWordBits);
  static constexpr std::size_t kBatch = 2;  // visits settled at a time; a word stays for twice as many

  explicit DeviceNoise(const ColourTask& task) : noise_(task.noise) {}

  HWY_INLINE void Begin(int pair, unsigned t) {
    std::uint8_t* pair_noise = noise_ + static_cast<std::size_t>(pair) * regs::kNoiseWords * kBits * kLine;
    const auto slot = [&](unsigned lag) { return pair_noise + ((t - lag) & 3) * kBits * kLine; };
    word_ = slot(0);
    rot_ = slot(regs::kNoiseRotLag);
    shl_ = slot(regs::kNoiseShlLag);
  }

  template <class D>
  HWY_INLINE hn::Vec<D> Top(D d, int at) const {
    Skip(d, at);
    return hn::Load(d, word_ + (kBits - 1) * kLine + at);
  }

  // Draws a word for every chain of the vector.
  template <class D>
  HWY_INLINE void Skip(D d, int at) const {
    hn::Vec<D> bits[kBits];
    Draw(d, at, bits);
  }

  // `Skip`, and the bits below the top one as digits. The code of a word is {place of the highest bit, ten low bits}. As a
  // binary fraction that is: bits from the top down to the highest one set, then the low bits from the top down.
  template <class D>
  HWY_INLINE hn::Vec<D> Digits(D d, int at, hn::Vec<D>* out) const {
    constexpr int kMan = regs::kThresholdManBits;
    hn::Vec<D> bits[kBits], planes[8];
    Draw(d, at, bits);
    TSU_UNROLL for (int j = 0; j < 8; ++j) {
      const int above = 7 - j;  // digits above this one
      planes[j] = bits[kBits - 2 - above];
      TSU_UNROLL for (int k = above - 1; k >= 0; --k)
        planes[j] = Select(bits[kBits - 2 - k], bits[kMan - above + k], planes[j]);
    }
    Bytes(d, planes, out);
    return bits[kBits - 1];
  }

  // Does the chain in this bit of the line, which fell into the cell of its sum s, go against its field 2 s + odd? Of the upper
  // bits the cell knows what matters, the highest one set.
  static HWY_INLINE bool Against(const ColourTask& task, int pair, unsigned t, int byte, int bit, int s, int odd) {
    const int n = s < 0 ? -s - odd : s;
    const std::uint8_t* word = WordOf(task, pair, t) + byte;
    const std::uint32_t low = EightBits(word, bit) | EightBits(word + 8 * kLine, bit) << 8;
    const std::uint32_t cell = task.thresholds->cell[odd][n];
    return Code((low & ((1u << kCellDigits) - 1)) | cell << kCellDigits) < task.thresholds->code[2 * n + odd];
  }
  // The same at any magnitude, for a chain of whose draw this many digits are not known: all, all but the top one, or those
  // below the cell.
  static bool AgainstAny(const ColourTask& task, int pair, unsigned t, int byte, int bit, int magnitude, int /*open*/) {
    const std::uint8_t* word = WordOf(task, pair, t) + byte;
    std::uint32_t w = 0;
    for (int k = 0; k < 3; ++k) w |= EightBits(word + 8 * k * kLine, bit) << (8 * k);
    return Code(w) < task.thresholds->code[magnitude];
  }

 private:
  template <class D>
  HWY_INLINE void Draw(D d, int at, hn::Vec<D>* bits) const {
    constexpr int kOld = regs::kNoiseShiftOld, kShl = regs::kNoiseShl, kRot = regs::kNoiseRot;
    std::uint8_t* HWY_RESTRICT word = word_ + at;
    const std::uint8_t *HWY_RESTRICT rot = rot_ + at, *HWY_RESTRICT shl = shl_ + at;
    hn::Vec<D> old[kBits];
    TSU_UNROLL for (int b = kBits - 1; b >= kBits - kOld; --b) old[b] = hn::Load(d, word + b * kLine);
    TSU_UNROLL for (int b = kBits - 1; b >= 0; --b) {  // downwards: bit b reads bit b - kOld of the word it replaces
      bits[b] = hn::Xor(old[b], hn::Load(d, rot + (b + kRot) % kBits * kLine));
      if (b >= kOld) {
        old[b - kOld] = hn::Load(d, word + (b - kOld) * kLine);
        InRegister(old[b - kOld]);
        bits[b] = b < kShl ? hn::Xor(bits[b], old[b - kOld])
                           : hn::Xor3(bits[b], old[b - kOld], hn::Load(d, shl + (b - kShl) * kLine));
      }
      hn::Store(bits[b], d, word + b * kLine);
    }
  }

  static HWY_INLINE const std::uint8_t* WordOf(const ColourTask& task, int pair, unsigned t) {
    return task.noise + (static_cast<std::size_t>(pair) * regs::kNoiseWords + (t & 3)) * kBits * kLine;
  }
  // WordCode() of law.hpp.
  static HWY_INLINE std::uint32_t Code(std::uint32_t w) {
    const std::uint32_t high = w >> regs::kThresholdManBits;
    const std::uint32_t e = high ? 32 - static_cast<std::uint32_t>(hwy::Num0BitsAboveMS1Bit_Nonzero32(high)) : 0;
    return e << regs::kThresholdManBits | (w & ((1u << regs::kThresholdManBits) - 1));
  }
  // This bit of the bytes of eight lines.
  static HWY_INLINE std::uint32_t EightBits(const std::uint8_t* line, int bit) {
    std::uint64_t bytes = 0;
    TSU_UNROLL for (int k = 0; k < 8; ++k) bytes |= std::uint64_t{line[k * kLine]} << (8 * k);
    return static_cast<std::uint32_t>((bytes >> bit & 0x0101010101010101ull) * 0x0102040810204080ull >> 56);
  }

  std::uint8_t* noise_;
  std::uint8_t *word_ = nullptr, *rot_ = nullptr, *shl_ = nullptr;
};

// Training's noise. Each lane has a state of 128 bits that goes through one round of AES for every byte of its chains; the
// key is a Weyl sequence that moves on with every draw. The state is line 0, the key line 1. Nine rounds are a long wait, so
// a draw is prepared while the one before it is used.
class QuickNoise {
 public:
  static constexpr std::size_t kBatch = 4;

  explicit QuickNoise(const ColourTask& task) : state_(task.quick) {
    const hn::CappedTag<std::uint8_t, kNarrowest> d;
    for (int at = 0; at < 16 * task.lanes; at += static_cast<int>(hn::MaxLanes(d)))
      Prepare(d, at, hn::Load(d, state_ + at), hn::Load(d, state_ + kLine + at));
  }

  HWY_INLINE void Begin(int, unsigned) {}
  template <class D>
  HWY_INLINE void Skip(D, int) const {}

  template <class D>
  HWY_INLINE hn::Vec<D> Top(D d, int at) const {
    const auto top = hn::Load(d, rounds_[0] + at);
    Use(d, at, top);
    return top;
  }

  template <class D>
  HWY_INLINE hn::Vec<D> Digits(D d, int at, hn::Vec<D>* out) const {
    TSU_UNROLL for (int j = 0; j < 8; ++j) out[j] = hn::Load(d, rounds_[j] + at);
    QuickBytes(d, out);
    const auto top = hn::Load(d, rounds_[8] + at);
    Use(d, at, top);
    return top;
  }

  // As DeviceNoise's; the digits that are open are drawn when they are asked for.
  static HWY_INLINE bool Against(const ColourTask& task, int, unsigned, int byte, int, int s, int odd) {
    return Draw64(task, byte) >> (64 - kCellDigits) < task.thresholds->rest[odd][s + kCells];
  }
  static bool AgainstAny(const ColourTask& task, int, unsigned, int byte, int, int magnitude, int open) {
    const std::uint32_t below = task.thresholds->below[magnitude];
    return Draw64(task, byte) >> (64 - open) < below - (open == kCellDigits ? Cell(below) << kCellDigits : 0);
  }

 private:
  static HWY_INLINE std::uint64_t Draw64(const ColourTask& task, int byte) {
    return Mix64(task.quick_open[byte / 16] += kWeyl);
  }
  // A draw ended with this state.
  template <class D, class V>
  HWY_INLINE void Use(D d, int at, V state) const {
    const V key = hn::Load(d, key_ + at);
    hn::Store(state, d, state_ + at);
    hn::Store(key, d, state_ + kLine + at);
    Prepare(d, at, state, key);
  }

  template <class D, class V>
  HWY_INLINE void Prepare(D d, int at, V state, V key) const {
    const hn::Repartition<std::uint64_t, D> d64;
    key = hn::BitCast(d, hn::Add(hn::BitCast(d64, key), hn::Set(d64, kWeyl)));
    hn::Store(key, d, key_ + at);
    Rounds(d, at, state, key);
  }

  template <class V>
  static HWY_INLINE V Round(V state, V key) {
#if HWY_TARGET == HWY_AVX2
    if constexpr (sizeof(state.raw) == 32) {  // an instruction that this target does not promise: have_vaes
      asm("vaesenc %2, %1, %0" : "=x"(state.raw) : "x"(state.raw), "x"(key.raw));
      return state;
    }
#endif
    return hn::AESRound(state, key);
  }

  // rounds_[j] = `state` after j + 1 rounds. Vectors that the instruction does not know go in halves.
  template <class D, class V>
  HWY_INLINE void Rounds(D d, int at, V state, V key) const {
    if (HWY_LIKELY(hn::MaxLanes(D()) == 16 || HWY_TARGET == HWY_AVX3_DL || (HWY_TARGET == HWY_AVX2 && have_vaes))) {
      TSU_UNROLL for (int j = 0; j < kRounds; ++j) {
        state = Round(state, key);
        hn::Store(state, d, rounds_[j] + at);
      }
    } else if constexpr (hn::MaxLanes(D()) > 16) {
      const hn::Half<D> half;
      const int middle = at + static_cast<int>(hn::MaxLanes(half));
      Rounds(half, at, hn::LowerHalf(half, state), hn::LowerHalf(half, key));
      Rounds(half, middle, hn::UpperHalf(half, state), hn::UpperHalf(half, key));
    }
  }

  static constexpr int kRounds = 9;
  std::uint8_t* state_;
  alignas(kLine) mutable std::uint8_t rounds_[kRounds][kLine];
  alignas(kLine) mutable std::uint8_t key_[kLine];
};

}  // namespace HWY_NAMESPACE
}  // namespace tsu::cpu
HWY_AFTER_NAMESPACE();

#endif
