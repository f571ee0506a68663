// SPDX-License-Identifier: Apache-2.0
// Noise streams (rtl/README.md, "Noise"): where each stream of a run starts.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tsu/regs.hpp"

namespace tsu {

// The last four 24-bit words, oldest first.
using NoiseState = std::array<std::uint32_t, regs::kNoiseWords>;

// Next word of the stream; the state moves on by one.
std::uint32_t NoiseStep(NoiseState& state);

// A step whose new word is changed by `bits`.
void NoiseInject(NoiseState& state, std::uint32_t bits);

// What kNoiseInjections such steps must inject to turn a state of zeros into `state`, in bits below
// kNoiseShl alone: a core's cells are loaded so (rtl/noise/tsu_noise.sv). First step first.
using NoiseInjections = std::array<std::uint32_t, regs::kNoiseInjections>;
NoiseInjections InjectionsOf(const NoiseState& state);

// Base state of a seed (never all zero).
NoiseState NoiseBase(std::uint64_t seed);

// State after 2^48 * index further words. About a microsecond.
NoiseState NoiseJump(const NoiseState& state, std::uint64_t index);

// State after `words` further words.
NoiseState NoiseAdvance(const NoiseState& state, std::uint64_t words);

// Start states of `chains` chains x `pairs` column pairs, [chain][pair], each already moved on by
// `words_drawn` words (0 at the start of a chain).
std::vector<NoiseState> NoiseStreams(std::uint64_t seed, std::uint64_t first_chain, int chains,
                                     int pairs, std::uint64_t words_drawn = 0);
// The same from the base state itself.
std::vector<NoiseState> NoiseStreams(const NoiseState& base, std::uint64_t first_chain, int chains,
                                     int pairs, std::uint64_t words_drawn = 0);

}  // namespace tsu
