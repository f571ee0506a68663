// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <stdexcept>
#include <vector>

#include "tsu/noise.hpp"
#include "tsu/regs.hpp"

namespace tsu {
namespace {

constexpr int kStateBits = regs::kNoiseWords * regs::kNoiseWordBits;
constexpr int kInjectedBits = regs::kNoiseInjections * regs::kNoiseShl;
static_assert(kStateBits <= kInjectedBits && kInjectedBits <= 128);
// A word of a load holds two steps' injections: it has as many words as the state, which is what the core's loader counts.
static_assert(regs::kNoiseInjections == 2 * regs::kNoiseWords && 2 * regs::kNoiseShl <= 32);

__extension__ typedef unsigned __int128 Bits;

Bits Flat(const NoiseState& state) {
  Bits flat = 0;
  for (std::size_t i = 0; i < state.size(); ++i) flat |= Bits{state[i]} << i * regs::kNoiseWordBits;
  return flat;
}

// A state is a linear map of all injected bits; inverted once, by elimination.
struct Inverse {
  std::array<Bits, kStateBits> of_bit;  // injected bits that make a state of this one bit

  Inverse() {
    struct Row {
      Bits state, injected;
    };
    std::vector<Row> rows;
    for (std::uint32_t bit = 0; bit < kInjectedBits; ++bit) {
      NoiseState state{};
      for (std::uint32_t step = 0; step < regs::kNoiseInjections; ++step)
        NoiseInject(state, step == bit / regs::kNoiseShl ? 1u << bit % regs::kNoiseShl : 0u);
      rows.push_back({Flat(state), Bits{1} << bit});
    }
    for (int bit = 0; bit < kStateBits; ++bit) {
      const auto has = [bit](const Row& row) { return (row.state >> bit & 1) != 0; };
      const auto pivot = std::find_if(rows.begin() + bit, rows.end(), has);
      if (pivot == rows.end()) throw std::logic_error("injections do not reach every noise state");
      std::swap(rows[bit], *pivot);
      for (Row& row : rows) {
        if (&row == &rows[bit] || !has(row)) continue;
        row.state ^= rows[bit].state;
        row.injected ^= rows[bit].injected;
      }
    }
    for (int bit = 0; bit < kStateBits; ++bit) of_bit[bit] = rows[bit].injected;
  }
};

}  // namespace

void NoiseInject(NoiseState& state, std::uint32_t bits) {
  NoiseStep(state);
  state.back() ^= bits;
}

NoiseInjections InjectionsOf(const NoiseState& state) {
  static const Inverse inverse;
  Bits injected = 0;
  const Bits flat = Flat(state);
  for (int bit = 0; bit < kStateBits; ++bit) {
    if (flat >> bit & 1) injected ^= inverse.of_bit[bit];
  }
  NoiseInjections steps;
  for (std::size_t step = 0; step < steps.size(); ++step)
    steps[step] = static_cast<std::uint32_t>(injected >> step * regs::kNoiseShl) & ((1u << regs::kNoiseShl) - 1);
  return steps;
}

}  // namespace tsu
