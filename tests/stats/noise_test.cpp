// SPDX-License-Identifier: Apache-2.0
// What makes the noise good, as checks: period, equidistribution, disjoint streams, exact codes.
// Everything about the generator is derived here from NoiseStep alone, as a 96 x 96 matrix over F2;
// jump-ahead in the library works with polynomials instead, so the two are independent.
#include "tsu/noise.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <random>

#include "tests/support/seed.hpp"
#include "tsu/law.hpp"
#include "tsu/regs.hpp"
#include "verif/stats/stats.hpp"

namespace tsu {
namespace {

__extension__ typedef unsigned __int128 Bits;  // 96 state bits, word 0 (oldest) lowest

constexpr int kWordBits = regs::kNoiseWordBits;
constexpr int kStateBits = kWordBits * regs::kNoiseWords;
constexpr Bits kPeriod = (Bits{1} << kStateBits) - 1;

Bits Pack(const NoiseState& state) {
  Bits bits = 0;
  for (std::size_t i = 0; i < state.size(); ++i) bits |= Bits{state[i]} << (kWordBits * i);
  return bits;
}

NoiseState Unpack(Bits bits) {
  NoiseState state;
  for (std::size_t i = 0; i < state.size(); ++i) {
    state[i] = static_cast<std::uint32_t>(bits >> (kWordBits * i)) & ((1u << kWordBits) - 1);
  }
  return state;
}

using Matrix = std::array<Bits, kStateBits>;  // column k = image of state bit k

Bits Times(const Matrix& m, Bits v) {
  Bits sum = 0;
  for (int k = 0; k < kStateBits; ++k) {
    if (v >> k & 1) sum ^= m[k];
  }
  return sum;
}

Matrix Times(const Matrix& a, const Matrix& b) {
  Matrix product;
  for (int k = 0; k < kStateBits; ++k) product[k] = Times(a, b[k]);
  return product;
}

Matrix Identity() {
  Matrix m;
  for (int k = 0; k < kStateBits; ++k) m[k] = Bits{1} << k;
  return m;
}

Matrix Power(Matrix base, Bits exponent) {
  Matrix result = Identity();
  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1) result = Times(result, base);
    base = Times(base, base);
  }
  return result;
}

using Step = std::function<std::uint32_t(NoiseState&)>;

Matrix MatrixOf(const Step& step) {
  Matrix m;
  for (int k = 0; k < kStateBits; ++k) {
    NoiseState state = Unpack(Bits{1} << k);
    step(state);
    m[k] = Pack(state);
  }
  return m;
}

// Rank of the map from the state to the next four words.
int RankOfFourWords(const Step& step) {
  std::vector<Bits> rows;
  for (int k = 0; k < kStateBits; ++k) {
    NoiseState state = Unpack(Bits{1} << k), words;
    for (auto& word : words) word = step(state);
    rows.push_back(Pack(words));
  }
  int rank = 0;
  for (int bit = 0; bit < kStateBits; ++bit) {
    std::size_t pivot = rank;
    while (pivot < rows.size() && !(rows[pivot] >> bit & 1)) ++pivot;
    if (pivot == rows.size()) continue;
    std::swap(rows[rank], rows[pivot]);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (static_cast<int>(r) != rank && rows[r] >> bit & 1) rows[r] ^= rows[rank];
    }
    ++rank;
  }
  return rank;
}

// The prime factors of 2^96 - 1.
constexpr std::uint64_t kFactors[] = {3, 5, 7, 13, 17, 97, 193, 241, 257, 673, 65537, 22253377};

bool HasFullPeriod(const Step& step) {
  const Matrix m = MatrixOf(step);
  if (Power(m, kPeriod) != Identity()) return false;
  for (const auto p : kFactors) {
    if (Power(m, kPeriod / p) == Identity()) return false;
  }
  return true;
}

// An ordinary linear feedback register that gives 24 overlapping bits a step: one new bit a word.
std::uint32_t ShiftedLfsr(NoiseState& state) {
  Bits bits = Pack(state);
  const Bits fresh = (bits ^ bits >> 2 ^ bits >> 47 ^ bits >> 49) & 1;
  bits = bits >> 1 | fresh << (kStateBits - 1);
  state = Unpack(bits);
  return state[3];
}

TEST(Noise, FactorsOfThePeriodAreComplete) {
  Bits rest = kPeriod;
  for (const auto p : kFactors) {
    for (std::uint64_t d = 2; d * d <= p; ++d) ASSERT_NE(p % d, 0u) << p << " is not prime";
    ASSERT_TRUE(rest % p == 0) << p;
    while (rest % p == 0) rest /= p;
  }
  EXPECT_TRUE(rest == 1);
}

// The order of the step matrix is 2^96 - 1. A matrix whose characteristic polynomial had factors of
// degrees d, e ... would have an order of at most (2^d - 1)(2^e - 1) ... < 2^96 - 1, or an even
// one; so it is irreducible and primitive, and all nonzero states lie on one cycle.
TEST(Noise, PeriodIsTwoToThe96MinusOne) {
  EXPECT_TRUE(HasFullPeriod(NoiseStep));
  // The check can fail: other shifts of the same family do not have the period.
  const Step other = [](NoiseState& s) {
    const std::uint32_t w = (s[0] ^ s[0] << 3 ^ (s[2] >> 7 | s[2] << 17) ^ s[3] << 12) & 0xFFFFFF;
    s = {s[1], s[2], s[3], w};
    return w;
  };
  EXPECT_FALSE(HasFullPeriod(other));
}

// Rank 96: four consecutive words are a permutation of the state, so over the period every nonzero
// value of four words comes once. In particular no two, three or four consecutive words satisfy any
// linear relation.
TEST(Noise, FourConsecutiveWordsAreEquidistributed) {
  EXPECT_EQ(RankOfFourWords(NoiseStep), kStateBits);
  EXPECT_EQ(RankOfFourWords(ShiftedLfsr), kWordBits + 3) << "the check does not see a shifted LFSR";
}

TEST(Noise, InjectionsLoadEveryState) {
  std::mt19937_64 random(test::Seed());
  std::vector<NoiseState> states{{}, {1, 2, 3, 4}};
  for (int bit = 0; bit < kStateBits; ++bit) states.push_back(Unpack(Bits{1} << bit));
  for (int n = 0; n < 1000; ++n) states.push_back(NoiseBase(random()));
  for (const NoiseState& state : states) {
    NoiseState loaded{};
    for (const std::uint32_t bits : InjectionsOf(state)) {
      ASSERT_EQ(bits >> regs::kNoiseShl, 0u);
      NoiseInject(loaded, bits);
    }
    EXPECT_EQ(loaded, state);
  }
}

TEST(Noise, AdvanceIsManySteps) {
  std::mt19937_64 random(test::Seed());
  for (const std::uint64_t words : {0ull, 1ull, 2ull, 95ull, 96ull, 97ull, 4096ull, 1000003ull}) {
    const NoiseState start = NoiseBase(random());
    NoiseState stepped = start;
    for (std::uint64_t n = 0; n < words; ++n) NoiseStep(stepped);
    EXPECT_EQ(NoiseAdvance(start, words), stepped) << words;
  }
  const Matrix m = MatrixOf(NoiseStep);
  for (int n = 0; n < 4; ++n) {
    const NoiseState start = NoiseBase(random());
    const std::uint64_t far = random();
    EXPECT_EQ(Pack(NoiseAdvance(start, far)), Times(Power(m, far), Pack(start)));
  }
}

TEST(Noise, JumpIsTwoToThe48Steps) {
  std::mt19937_64 random(test::Seed());
  const Matrix m = MatrixOf(NoiseStep);
  for (const std::uint64_t index :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1023}, random() >> 16}) {
    const NoiseState start = NoiseBase(random());
    const Bits words = Bits{index} << regs::kNoiseJumpLog2;
    EXPECT_EQ(Pack(NoiseJump(start, index)), Times(Power(m, words), Pack(start))) << index;
  }
}

// Stream (chain, pair) starts 2^48 (2^10 chain + pair) words into the one cycle. Indices below 2^48
// (2^38 chains of 2^10 pairs) leave every stream 2^48 words of its own before the next begins, and
// the last one ends before the period does.
TEST(Noise, StreamsAreDisjointStretchesOfOneCycle) {
  const std::uint64_t seed = test::Seed(), first_chain = 5;
  const int chains = 7, pairs = 33;
  const std::uint64_t words = 123456789;
  const auto streams = NoiseStreams(seed, first_chain, chains, pairs, words);
  ASSERT_EQ(streams.size(), static_cast<std::size_t>(chains * pairs));
  const Matrix m = MatrixOf(NoiseStep);
  for (int chain = 0; chain < chains; chain += 3) {
    for (int pair = 0; pair < pairs; pair += 8) {
      const Bits index = ((first_chain + chain) << regs::kNoisePairsLog2) + pair;
      const Bits position = (index << regs::kNoiseJumpLog2) + words;
      EXPECT_EQ(Pack(streams[chain * pairs + pair]),
                Times(Power(m, position), Pack(NoiseBase(seed))))
          << chain << " " << pair;
    }
  }
  EXPECT_EQ(NoiseStreams(seed, first_chain + 2, 1, pairs)[4],
            NoiseStreams(seed, first_chain, 3, pairs)[2 * pairs + 4]);
  EXPECT_TRUE(((Bits{1} << 48) << regs::kNoiseJumpLog2) - 1 <= kPeriod);
}

TEST(Noise, BaseStateIsNeverZero) {
  EXPECT_NE(NoiseBase(0), NoiseBase(1));
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const NoiseState base = NoiseBase(seed);
    ASSERT_TRUE(Pack(base) != 0 && base[0] < 1u << kWordBits && base[3] < 1u << kWordBits);
  }
  // Output 1 of splitmix64 from seed 0 is the published 0xE220A8397B1DCDAF.
  EXPECT_EQ(NoiseBase(0)[0], 0x1DCDAFu);
}

// All 2^24 words: the number with a code below T is 2^24 CodeProbability(T), for every T.
TEST(Noise, CodesAreExact) {
  std::vector<std::uint64_t> counts(1u << regs::kThresholdBits);
  for (std::uint32_t word = 0; word < 1u << kWordBits; ++word) ++counts[WordCode(word)];
  std::uint64_t below = 0;
  for (std::uint32_t code = 0; code < counts.size(); ++code) {
    ASSERT_EQ(static_cast<double>(below), std::ldexp(CodeProbability(code), kWordBits)) << code;
    below += counts[code];
  }
  EXPECT_EQ(CodeProbability(regs::kThresholdHalf), 0.5);
}

// Delivered words of a few streams: codes follow their law, bits are fair, neighbours in time are
// uncorrelated.
TEST(Noise, DeliveredWordsLookIndependent) {
  const int words = 1 << 20;
  double cases = 0, worst = 0;
  const auto miss = [&](double sigmas) {
    ++cases;
    worst = std::max(worst, std::abs(sigmas));
  };
  for (NoiseState stream : NoiseStreams(test::Seed(), 0, 2, 2)) {
    std::vector<std::uint64_t> exponents(regs::kNoiseExpBits + 1);
    std::vector<double> law(exponents.size());
    for (std::size_t e = 0; e < law.size(); ++e)
      law[e] = std::ldexp(1.0, e == 0 ? -14 : static_cast<int>(e) - 15);
    std::array<int, kWordBits> ones{}, same[3] = {};
    std::array<double, 3> product{};
    std::array<std::uint32_t, 3> past{};
    for (int t = 0; t < words; ++t) {
      const std::uint32_t word = NoiseStep(stream);
      ++exponents[WordCode(word) >> regs::kThresholdManBits];
      for (int b = 0; b < kWordBits; ++b) ones[b] += word >> b & 1;
      for (int lag = 0; lag < 3; ++lag) {
        for (int b = 0; b < kWordBits; ++b) same[lag][b] += ~(word ^ past[lag]) >> b & 1;
        product[lag] += (std::ldexp(word + 0.5, -kWordBits) - 0.5) *
                        (std::ldexp(past[lag] + 0.5, -kWordBits) - 0.5);
      }
      past = {word, past[0], past[1]};
    }
    miss(stats::ChiSquareTest(exponents, law).sigmas);
    for (int b = 0; b < kWordBits; ++b) {
      miss((2.0 * ones[b] - words) / std::sqrt(words));
      for (const auto& agreements : same) miss((2.0 * agreements[b] - words) / std::sqrt(words));
    }
    for (const double sum : product) miss(sum * 12 / std::sqrt(words));
  }
  const double limit = stats::BonferroniSigmas(1e-6, cases);
  std::printf("worst of %.0f checks: %.2f sigmas (alarm at %.2f)\n", cases, worst, limit);
  EXPECT_LT(worst, limit);
}

}  // namespace
}  // namespace tsu
