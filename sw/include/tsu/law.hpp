// SPDX-License-Identifier: Apache-2.0
// The decision law (rtl/README.md, "The law"): threshold tables and their exact probabilities.
#pragma once

#include <cstdint>
#include <vector>

namespace tsu {

// Threshold codes for |f| = 0 .. 2^table_bits - 1 in units of 1/32.
using Table = std::vector<std::uint16_t>;

// Table of an inverse temperature: nearest code to sigmoid(-2 beta a / 32), never 0.
Table MakeTable(double beta, int table_bits);

// Probability that a random word's code lies below `code`; exact (a multiple of 2^-24).
double CodeProbability(std::uint16_t code);

// Code of a 24-bit random word.
std::uint16_t WordCode(std::uint32_t word);

// True when a field of this size (units of 1/32) would saturate the table where the law is not yet in its tail
// (P > 2^-20): such a model must not run at this beta.
bool SaturatesInLaw(double beta, int table_bits, int max_field);

}  // namespace tsu
