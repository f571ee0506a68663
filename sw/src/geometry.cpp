// SPDX-License-Identifier: Apache-2.0
#include "tsu/geometry.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>
#include <utility>

#include "tsu/error.hpp"
#include "tsu/regs.hpp"

namespace tsu {
namespace {

constexpr int kMaxOffset =
    127;  // far beyond any window that fits a chip; keeps sums of offsets small

[[noreturn]] void Bad(const std::string& name, const std::string& why) {
  std::string known;
  for (const auto& p : regs::kPatterns) known += (known.empty() ? "" : ", ") + std::string(p.name);
  throw Error(Exit::kUsage, "bad pattern", "'" + name + "' " + why,
              "use one of " + known + " or rules such as 0,1;4,1");
}

int ParseOffset(const std::string& name, const std::string& text) {
  char* end = nullptr;
  const long value = std::strtol(text.c_str(), &end, 10);
  if (text.empty() || *end != 0) Bad(name, "has '" + text + "' where a number belongs");
  return static_cast<int>(std::clamp<long>(value, -kMaxOffset - 1, kMaxOffset + 1));
}

}  // namespace

std::vector<Offset> Offsets(const Pattern& pattern) {
  std::vector<Offset> offsets;
  for (const auto& [a, b] : pattern) {
    offsets.insert(offsets.end(), {{a, b}, {-b, a}, {-a, -b}, {b, -a}});
  }
  return offsets;
}

std::string PatternFault(const Pattern& pattern) {
  if (pattern.empty() || pattern.size() > regs::kMaxRules) {
    return "needs 1 to " + std::to_string(regs::kMaxRules) + " rules";
  }
  for (const auto& [a, b] : pattern) {
    if (std::max(std::abs(a), std::abs(b)) > kMaxOffset)
      return "has an offset beyond " + std::to_string(kMaxOffset);
    if ((a + b) % 2 == 0) return "has a rule whose a + b is even: it joins one colour";
  }
  // Two rules with the same neighbours would be one edge with two weights.
  std::set<std::pair<int, int>> seen;
  for (const auto& offset : Offsets(pattern)) {
    if (!seen.insert({offset.dx, offset.dy}).second) return "reaches one neighbour twice";
  }
  return "";
}

Pattern ParsePattern(const std::string& name) {
  Pattern pattern;
  for (const auto& known : regs::kPatterns) {
    if (name != known.name) continue;
    for (int k = 0; k < known.rules; ++k) pattern.push_back({known.a[k], known.b[k]});
    return pattern;
  }
  std::istringstream rules(name);
  for (std::string rule; std::getline(rules, rule, ';');) {
    const auto comma = rule.find(',');
    if (comma == std::string::npos) Bad(name, "is neither a known name nor a list of rules");
    pattern.push_back(
        {ParseOffset(name, rule.substr(0, comma)), ParseOffset(name, rule.substr(comma + 1))});
  }
  if (const std::string fault = PatternFault(pattern); !fault.empty()) Bad(name, fault);
  return pattern;
}

std::string PatternName(const Pattern& pattern) {
  for (const auto& known : regs::kPatterns) {
    if (pattern == ParsePattern(known.name)) return known.name;
  }
  std::string text;
  for (const auto& [a, b] : pattern) {
    text += (text.empty() ? "" : ";") + std::to_string(a) + "," + std::to_string(b);
  }
  return text;
}

int Reach(const Pattern& pattern) {
  int reach = 0;
  for (const auto& offset : Offsets(pattern)) reach = std::max(reach, std::abs(offset.dy));
  return reach;
}

}  // namespace tsu
