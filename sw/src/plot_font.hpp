// SPDX-License-Identifier: Apache-2.0
// Letters of three by five dots: five octal digits from the top row down, the left dot is the digit's 4.
#pragma once

#include <cctype>

namespace tsu {

constexpr int kGlyphWidth = 3, kGlyphHeight = 5;

constexpr struct {
  char letter;
  int rows;
} kGlyphs[] = {
    {'0', 075557}, {'1', 026227}, {'2', 071747}, {'3', 071317}, {'4', 055711}, {'5', 074717}, {'6', 074757}, {'7', 071122},
    {'8', 075757}, {'9', 075717}, {'A', 025755}, {'B', 065656}, {'C', 034443}, {'D', 065556}, {'E', 074647}, {'F', 074644},
    {'G', 034553}, {'H', 055755}, {'I', 072227}, {'J', 011152}, {'K', 055655}, {'L', 044447}, {'M', 057755}, {'N', 065555},
    {'O', 025552}, {'P', 065644}, {'Q', 025563}, {'R', 065655}, {'S', 034216}, {'T', 072222}, {'U', 055557}, {'V', 055552},
    {'W', 055775}, {'X', 055255}, {'Y', 055222}, {'Z', 071247}, {'.', 000002}, {',', 000024}, {':', 002020}, {'-', 000700},
    {'+', 002720}, {'/', 011244}, {'(', 012221}, {')', 042224}, {'=', 007070}, {'|', 022222}, {'%', 051245}, {'*', 052525},
    {'<', 012421}, {'>', 042124}, {'_', 000007}, {'?', 061202}, {' ', 0},
};

// Rows of a letter; an unknown one is a full block, so that it is noticed.
inline int Glyph(char letter) {
  const int capital = std::toupper(static_cast<unsigned char>(letter));
  for (const auto& glyph : kGlyphs) {
    if (glyph.letter == capital) return glyph.rows;
  }
  return 077777;
}

}  // namespace tsu
