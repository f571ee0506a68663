// SPDX-License-Identifier: Apache-2.0
// Shapes: patterns, grids and what a device offers. Law and words: rtl/README.md.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace tsu {

struct Rule {
  int a = 0, b = 0;
  bool operator==(const Rule&) const = default;
};
struct Offset {
  int dx = 0, dy = 0;
};
using Pattern = std::vector<Rule>;  // 1..6 rules, a + b odd

// Neighbour n = 4k + r of a site lies at Offsets(pattern)[n].
std::vector<Offset> Offsets(const Pattern& pattern);
// What is wrong with a pattern: too many rules, a rule within one colour, an offset beyond 127, a neighbour reached twice; "" if nothing.
std::string PatternFault(const Pattern& pattern);
// "G12" -> its rules; "0,1;4,1" -> those rules. Throws Error(kUsage).
Pattern ParsePattern(const std::string& name);
// The name of a known pattern, else the rule list.
std::string PatternName(const Pattern& pattern);
// Largest row offset R.
int Reach(const Pattern& pattern);

// What a model needs of a device. `chains` is a wish; layers as many as should be resident.
struct Shape {
  int rows = 0, cols = 0;
  Pattern pattern;
  int weight_bits = 8;
  int layers = 1;
  int chains = 1;
};

// What a device offers. For devices made of software it adapts to the Shape.
struct Geometry {
  int rows = 0, cols = 0, tiles = 1, lanes = 1, groups = 1, layers = 1;
  int weight_bits = 8, table_bits = 9, tables = 1, slots = 2, program_words = 256;
  Pattern pattern;
  std::uint32_t build_id = 0;
  std::uint32_t clock_hz = 0;
  int chains() const { return lanes * groups; }
  int pairs() const { return cols / 2; }
};

}  // namespace tsu
