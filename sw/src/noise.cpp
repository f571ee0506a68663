// SPDX-License-Identifier: Apache-2.0
#include "tsu/noise.hpp"

#include <stdexcept>
#include <utility>

#include "hash.hpp"
#include "tsu/regs.hpp"

namespace tsu {
namespace {

constexpr std::uint32_t kMask = (1u << regs::kNoiseWordBits) - 1;

// ---- Jump-ahead --------------------------------------------------------------
// A step is a linear map A of the 96 state bits; by Cayley-Hamilton A^n = r(A) with r = x^n modulo
// the characteristic polynomial. So a jump costs 96 steps, whatever its length.

__extension__ typedef unsigned __int128 Poly;  // bit i = coefficient of x^i
constexpr int kDegree = regs::kNoiseWords * regs::kNoiseWordBits;
static_assert(kDegree < 128);

// Berlekamp-Massey on one bit of the stream; the polynomial has full degree, so it is that of the
// whole map.
Poly CharacteristicPolynomial() {
  NoiseState state{1};
  Poly connection = 1, previous = 1, window = 0;  // window bit i = output bit of i steps ago
  int length = 0, gap = 1;
  for (int n = 0; n < 2 * kDegree; ++n) {
    window = window << 1 | (NoiseStep(state) & 1);
    const Poly taps = connection & window;
    const auto low = static_cast<std::uint64_t>(taps),
               high = static_cast<std::uint64_t>(taps >> 64);
    if (__builtin_parityll(low ^ high) == 0) {
      ++gap;
      continue;
    }
    const Poly correction = previous << gap;
    if (2 * length <= n) {
      previous = std::exchange(connection, connection ^ correction);
      length = n + 1 - length;
      gap = 1;
    } else {
      connection ^= correction;
      ++gap;
    }
  }
  if (length != kDegree) throw std::logic_error("noise recurrence does not have full degree");
  Poly characteristic = 0;
  for (int i = 0; i <= kDegree; ++i) {
    if (connection >> i & 1) characteristic |= Poly{1} << (kDegree - i);
  }
  return characteristic;
}

struct Jumps {
  Poly modulus = CharacteristicPolynomial();
  std::array<Poly, 64 + regs::kNoiseJumpLog2> power;  // power[k] = x^(2^k)

  Jumps() {
    power[0] = 2;
    for (std::size_t k = 1; k < power.size(); ++k) power[k] = Multiply(power[k - 1], power[k - 1]);
  }
  Poly Multiply(Poly a, Poly b) const {
    Poly product = 0;
    for (int i = kDegree - 1; i >= 0; --i) {
      product <<= 1;
      if (product >> kDegree & 1) product ^= modulus;
      if (b >> i & 1) product ^= a;
    }
    return product;
  }
  // x^(2^log2 * n)
  Poly Power(int log2, std::uint64_t n) const {
    Poly result = 1;
    for (; n != 0; n >>= 1, ++log2) {
      if (n & 1) result = Multiply(result, power[log2]);
    }
    return result;
  }
};

const Jumps& TheJumps() {
  static const Jumps jumps;
  return jumps;
}

NoiseState Apply(Poly r, NoiseState state) {
  NoiseState sum{};
  for (; r != 0; r >>= 1) {
    const std::uint32_t take = -static_cast<std::uint32_t>(r & 1);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] ^= state[i] & take;
    NoiseStep(state);
  }
  return sum;
}

}  // namespace

std::uint32_t NoiseStep(NoiseState& s) {
  using namespace regs;
  const std::uint32_t rot = s[4 - kNoiseRotLag], shl = s[4 - kNoiseShlLag];
  const std::uint32_t w = (s[0] ^ (s[0] << kNoiseShiftOld) ^ (rot >> kNoiseRot) ^
                           (rot << (kNoiseWordBits - kNoiseRot)) ^ (shl << kNoiseShl)) &
                          kMask;
  s = {s[1], s[2], s[3], w};
  return w;
}

NoiseState NoiseBase(std::uint64_t seed) {
  NoiseState s{};
  for (auto& w : s) w = static_cast<std::uint32_t>(Mix64(seed += kWeyl)) & kMask;
  if ((s[0] | s[1] | s[2] | s[3]) == 0) s[0] = 1;
  return s;
}

NoiseState NoiseJump(const NoiseState& state, std::uint64_t index) {
  return Apply(TheJumps().Power(regs::kNoiseJumpLog2, index), state);
}

NoiseState NoiseAdvance(const NoiseState& state, std::uint64_t words) {
  return Apply(TheJumps().Power(0, words), state);
}

std::vector<NoiseState> NoiseStreams(std::uint64_t seed, std::uint64_t first_chain, int chains,
                                     int pairs, std::uint64_t words_drawn) {
  return NoiseStreams(NoiseBase(seed), first_chain, chains, pairs, words_drawn);
}

std::vector<NoiseState> NoiseStreams(const NoiseState& base, std::uint64_t first_chain, int chains,
                                     int pairs, std::uint64_t words_drawn) {
  const Jumps& jumps = TheJumps();
  const Poly one_pair = jumps.power[regs::kNoiseJumpLog2];
  const Poly one_chain = jumps.power[regs::kNoiseJumpLog2 + regs::kNoisePairsLog2];
  std::vector<NoiseState> streams;
  streams.reserve(static_cast<std::size_t>(chains) * pairs);
  NoiseState chain_start =
      NoiseAdvance(NoiseJump(base, first_chain << regs::kNoisePairsLog2), words_drawn);
  for (int chain = 0; chain < chains; ++chain) {
    NoiseState stream = chain_start;
    for (int pair = 0; pair < pairs; ++pair) {
      if (pair > 0) stream = Apply(one_pair, stream);
      streams.push_back(stream);
    }
    chain_start = Apply(one_chain, chain_start);
  }
  return streams;
}

}  // namespace tsu
