// SPDX-License-Identifier: Apache-2.0
// The noise of the twin, exchangeable, and the wrong kinds that designs are tempted by: what each does
// to the law and to pictures is measured by verif/tools/noise_ablation.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tsu/law.hpp"
#include "tsu/noise.hpp"
#include "tsu/regs.hpp"

namespace tsu::golden {

// What decides a site: the next word of a stream, its code, and that a code below a threshold decides
// against the field. As shipped unless said otherwise.
struct NoiseSource {
  std::uint32_t (*step)(NoiseState&) = NoiseStep;  // 24 bits
  std::uint16_t (*code)(std::uint32_t word) = WordCode;
  std::uint16_t half = regs::kThresholdHalf;  // the threshold of probability 1/2
};

enum class NoiseKind {
  kShipped,
  kShort,    // the top `bits` of a word against thresholds of as many bits
  kShifted,  // a 32-bit register, taps 32, 22, 2, 1, shifted by one bit a word; the word is its top 24 bits
  kDelayed,  // lane k reads the streams of lane 0, `delay` words later a lane
};

struct Noise {
  NoiseKind kind = NoiseKind::kShipped;
  int bits = 16;  // of kShort, 1..16
  int delay = 3;  // words, of kDelayed; 0: all lanes share

  NoiseSource source() const;
  // The thresholds of this source from those of the shipped one. kShort: rounded to the nearest multiple of
  // 2^-bits, never 0 (as MakeTable's are never 0).
  Table thresholds(const Table& shipped) const;
  // P(code < threshold) of a fair word.
  double (*probability() const)(std::uint16_t threshold);
  // Start states from those of the shipped streams, [lane * pairs + pair]. kShifted: a register of its own seed
  // for each stream.
  std::vector<NoiseState> streams(std::span<const NoiseState> shipped, int pairs) const;
  std::string name() const;
};

// "shipped", "short", "shifted" or "delayed"; throws kUsage, naming `where`.
NoiseKind ParseNoiseKind(const std::string& name, const std::string& where);

}  // namespace tsu::golden
