// SPDX-License-Identifier: Apache-2.0
#include "verif/golden/noise_source.hpp"

#include <algorithm>
#include <cmath>

#include "tsu/error.hpp"

namespace tsu::golden {
namespace {

constexpr int kShortBits = 16;
constexpr int kRegisterBits = 32;

std::uint16_t TopBits(std::uint32_t word) {
  return static_cast<std::uint16_t>(word >> (regs::kNoiseWordBits - kShortBits));
}

double ShortProbability(std::uint16_t threshold) { return std::ldexp(threshold, -kShortBits); }

// Fibonacci form, x^32 + x^22 + x^2 + x + 1: a new bit enters at the top. state[0] is the register.
std::uint32_t ShiftRegister(NoiseState& state) {
  const std::uint32_t s = state[0];
  const std::uint32_t bit = (s ^ s >> 10 ^ s >> 30 ^ s >> 31) & 1;
  state[0] = s >> 1 | bit << (kRegisterBits - 1);
  return state[0] >> (kRegisterBits - regs::kNoiseWordBits);
}

}  // namespace

NoiseSource Noise::source() const {
  switch (kind) {
    case NoiseKind::kShort:
      return {NoiseStep, TopBits, 1 << (kShortBits - 1)};
    case NoiseKind::kShifted:
      return {ShiftRegister, WordCode, regs::kThresholdHalf};
    case NoiseKind::kShipped:
    case NoiseKind::kDelayed:
      break;
  }
  return {};
}

Table Noise::thresholds(const Table& shipped) const {
  if (kind != NoiseKind::kShort) return shipped;
  Table table;
  for (const std::uint16_t code : shipped) {
    const long steps = std::max(1l, std::lround(std::ldexp(CodeProbability(code), bits)));
    table.push_back(static_cast<std::uint16_t>(steps << (kShortBits - bits)));
  }
  return table;
}

double (*Noise::probability() const)(std::uint16_t) {
  return kind == NoiseKind::kShort ? ShortProbability : CodeProbability;
}

std::vector<NoiseState> Noise::streams(std::span<const NoiseState> shipped, int pairs) const {
  std::vector<NoiseState> streams(shipped.begin(), shipped.end());
  if (kind == NoiseKind::kShifted) {
    for (NoiseState& state : streams) {
      const std::uint32_t seed = state[0] ^ state[1] << (kRegisterBits - regs::kNoiseWordBits);
      state = {seed ? seed : 1, 0, 0, 0};
    }
  } else if (kind == NoiseKind::kDelayed) {
    for (std::size_t k = pairs; k < streams.size(); ++k)
      streams[k] = NoiseAdvance(streams[k - pairs], delay);
  }
  return streams;
}

std::string Noise::name() const {
  switch (kind) {
    case NoiseKind::kShort:
      return std::to_string(bits) + "-bit compare";
    case NoiseKind::kShifted:
      return "LFSR, one bit a word";
    case NoiseKind::kDelayed:
      return delay == 0 ? "one stream, shared by the lanes"
                        : "one stream, delayed " + std::to_string(delay) + " words a lane";
    case NoiseKind::kShipped:
      break;
  }
  return "as shipped";
}

NoiseKind ParseNoiseKind(const std::string& name, const std::string& where) {
  if (name == "shipped") return NoiseKind::kShipped;
  if (name == "short") return NoiseKind::kShort;
  if (name == "shifted") return NoiseKind::kShifted;
  if (name == "delayed") return NoiseKind::kDelayed;
  throw Error(Exit::kUsage, "no such noise '" + name + "'", where, "shipped, short, shifted or delayed");
}

}  // namespace tsu::golden
