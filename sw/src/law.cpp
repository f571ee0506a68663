// SPDX-License-Identifier: Apache-2.0
#include "tsu/law.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "tsu/error.hpp"
#include "tsu/regs.hpp"

namespace tsu {
namespace {

constexpr int kManBits = regs::kThresholdManBits;
constexpr int kTopExp = regs::kNoiseExpBits + 1;  // code {kTopExp, 0} is probability 1

double Against(double beta, int a) {
  return 1.0 /
         (1.0 + std::exp(2.0 * beta * std::ldexp(a, -static_cast<int>(regs::kFieldFracBits))));
}

// Nearest code to a probability in (0, 1/2]. A mantissa that rounds up to 1024 carries into the
// exponent.
std::uint16_t NearestCode(double p) {
  const int e = std::max(std::ilogb(p) + kTopExp, 0);
  const double m = e == 0 ? std::ldexp(p, kTopExp - 1 + kManBits)
                          : std::ldexp(std::ldexp(p, kTopExp - e) - 1.0, kManBits);
  return static_cast<std::uint16_t>((e << kManBits) + std::lround(m));
}

}  // namespace

Table MakeTable(double beta, int table_bits) {
  if (!std::isfinite(beta) || beta < 0) {
    throw Error(Exit::kBadInput, "bad inverse temperature", std::to_string(beta),
                "beta is a number >= 0");
  }
  Table table(std::size_t{1} << table_bits);
  for (std::size_t a = 0; a < table.size(); ++a) {
    const double p = Against(beta, static_cast<int>(a));
    table[a] = p < std::ldexp(1.0, -static_cast<int>(regs::kNoiseWordBits)) ? 1 : NearestCode(p);
  }
  return table;
}

double CodeProbability(std::uint16_t code) {
  const int e = code >> kManBits;
  const int m = code & ((1 << kManBits) - 1);
  if (e >= kTopExp) return 1.0;
  if (e == 0) return std::ldexp(m, -(kTopExp - 1 + kManBits));
  return std::ldexp((1 << kManBits) + m, e - kTopExp - kManBits);
}

std::uint16_t WordCode(std::uint32_t word) {
  const std::uint32_t e = std::bit_width(word >> kManBits & ((1u << regs::kNoiseExpBits) - 1));
  return static_cast<std::uint16_t>(e << kManBits | (word & ((1u << kManBits) - 1)));
}

bool SaturatesInLaw(double beta, int table_bits, int max_field) {
  const int last = (1 << table_bits) - 1;
  return std::abs(max_field) > last && Against(beta, last) > std::ldexp(1.0, -20);
}

}  // namespace tsu
