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
#include "tsu/regs.hpp"

HWY_BEFORE_NAMESPACE();
namespace tsu::cpu {
namespace HWY_NAMESPACE {

// The device's words, bit planes. In a ring: word t of a stream takes the place of word t - 4.
class DeviceNoise {
 public:
  static constexpr int kBits = static_cast<int>(regs::kNoiseWordBits);

  explicit DeviceNoise(const ColourTask& task) : noise_(task.noise) {}

  HWY_INLINE void Begin(int pair, unsigned t) {
    std::uint8_t* pair_noise = noise_ + static_cast<std::size_t>(pair) * regs::kNoiseWords * kBits * kLine;
    const auto slot = [&](unsigned lag) { return pair_noise + ((t - lag) & 3) * kBits * kLine; };
    word_ = slot(0);
    rot_ = slot(regs::kNoiseRotLag);
    shl_ = slot(regs::kNoiseShlLag);
  }

  // Draws a word for every chain of the vector, whether or not it is used.
  template <class D>
  HWY_INLINE void Draw(D d, int at) const {
    constexpr int kOld = regs::kNoiseShiftOld, kShl = regs::kNoiseShl, kRot = regs::kNoiseRot;
    std::uint8_t* HWY_RESTRICT word = word_ + at;
    const std::uint8_t *HWY_RESTRICT rot = rot_ + at, *HWY_RESTRICT shl = shl_ + at;
    TSU_UNROLL for (int b = kBits - 1; b >= 0; --b) {  // downwards: bit b reads bit b - kOld of the word it replaces
      auto bit = hn::Xor(hn::Load(d, word + b * kLine), hn::Load(d, rot + (b + kRot) % kBits * kLine));
      if (b >= kShl) {
        bit = hn::Xor3(bit, hn::Load(d, word + (b - kOld) * kLine), hn::Load(d, shl + (b - kShl) * kLine));
      } else if (b >= kOld) {
        bit = hn::Xor(bit, hn::Load(d, word + (b - kOld) * kLine));
      }
      hn::Store(bit, d, word + b * kLine);
    }
  }

  template <class D>
  HWY_INLINE hn::Vec<D> Top(D d, int at) const {
    return hn::Load(d, word_ + (kBits - 1) * kLine + at);
  }

  // The code of a word is {place of the highest bit, ten low bits}. As a binary fraction that is: bits from the top down to
  // the highest one set, then the low bits from the top down.
  template <class D>
  HWY_INLINE void Digits(D d, int at, hn::Vec<D>* out) const {
    constexpr int kMan = regs::kThresholdManBits;
    const auto bit = [&](int b) { return hn::Load(d, word_ + b * kLine + at); };
    hn::Vec<D> planes[8];
    TSU_UNROLL for (int j = 0; j < 8; ++j) {
      const int bits = 7 - j;  // of exponent above this digit
      planes[j] = bit(kBits - 2 - bits);
      TSU_UNROLL for (int k = bits - 1; k >= 0; --k)
        planes[j] = Select(bit(kBits - 2 - k), bit(kMan - bits + k), planes[j]);
    }
    Bytes(d, planes, out);
  }

  // Does the chain in this bit of the line go against its field?
  static bool Against(const ColourTask& task, int pair, unsigned t, int byte, int bit, int magnitude,
                      int /*open_digits*/) {
    const std::uint8_t* word = task.noise + (static_cast<std::size_t>(pair) * regs::kNoiseWords + (t & 3)) * kBits * kLine + byte;
    std::uint32_t w = 0;
    TSU_UNROLL for (int b = 0; b < kBits; ++b) w |= static_cast<std::uint32_t>(word[b * kLine] >> bit & 1) << b;
    // Codes of words: see WordCode() of law.hpp.
    const std::uint32_t high = w >> regs::kThresholdManBits;
    const std::uint32_t e = high ? 32 - hwy::Num0BitsAboveMS1Bit_Nonzero32(high) : 0;
    const std::uint32_t code = e << regs::kThresholdManBits | (w & ((1u << regs::kThresholdManBits) - 1));
    return code < task.thresholds->code[magnitude];
  }

 private:
  std::uint8_t* noise_;
  std::uint8_t *word_ = nullptr, *rot_ = nullptr, *shl_ = nullptr;
};

// Training's noise: nine generators of a byte a chain. Each lane of 128 bits goes through one round of AES a draw, keyed by
// a Weyl sequence (line kQuickLines - 1), so no two draws use the same permutation. Lanes have states of their own.
class QuickNoise {
 public:
  explicit QuickNoise(const ColourTask& task) : state_(task.quick) {}

  HWY_INLINE void Begin(int, unsigned) {}
  template <class D>
  HWY_INLINE void Draw(D, int) const {}

  template <class D>
  HWY_INLINE hn::Vec<D> Top(D d, int at) const {
    const hn::Repartition<std::uint64_t, D> d64;
    std::uint8_t* weyl = state_ + (kQuickLines - 1) * kLine + at;
    const auto next = hn::Add(hn::BitCast(d64, hn::Load(d, weyl)), hn::Set(d64, 0x9E3779B97F4A7C15ull));
    hn::Store(hn::BitCast(d, next), d, weyl);
    return Step(d, 8, at);
  }

  template <class D>
  HWY_INLINE void Digits(D d, int at, hn::Vec<D>* out) const {
    TSU_UNROLL for (int j = 0; j < 8; ++j) out[j] = Step(d, j, at);
    QuickBytes(d, out);
  }

  // Draws the digits that are open when it is asked.
  static bool Against(const ColourTask& task, int, unsigned, int byte, int, int magnitude, int open_digits) {
    std::uint64_t z = (task.quick_open[byte / 16] += 0x9E3779B97F4A7C15ull);  // splitmix64
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    std::uint32_t below = task.thresholds->below[magnitude];
    if (open_digits == kCellDigits) below -= Cell(below) << kCellDigits;
    return (z >> (64 - open_digits)) < below;
  }

 private:
  template <class D>
  HWY_INLINE hn::Vec<D> Step(D d, int line, int at) const {
    std::uint8_t* state = state_ + line * kLine + at;
    const auto next = hn::AESRound(hn::Load(d, state), hn::Load(d, state_ + (kQuickLines - 1) * kLine + at));
    hn::Store(next, d, state);
    return next;
  }

  std::uint8_t* state_;
};

}  // namespace HWY_NAMESPACE
}  // namespace tsu::cpu
HWY_AFTER_NAMESPACE();

#endif
