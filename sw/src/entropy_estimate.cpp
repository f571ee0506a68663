// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "tsu/entropy.hpp"

namespace tsu {

double MostCommonValueEstimate(std::span<const std::uint8_t> bits) {
  const double n = static_cast<double>(bits.size());
  const double ones = static_cast<double>(std::count(bits.begin(), bits.end(), 1)), p = std::max(ones, n - ones) / n;
  const double upper = std::min(1.0, p + 2.576 * std::sqrt(p * (1 - p) / (n - 1)));  // 99 % of a normal distribution
  return -std::log2(upper);
}

double MarkovEstimate(std::span<const std::uint8_t> bits, std::size_t stretch) {
  double count[2] = {0, 0}, step[2][2] = {{0, 0}, {0, 0}};
  for (std::size_t i = 0; i < bits.size(); ++i) {
    ++count[bits[i]];
    if (i + 1 < bits.size() && (i + 1) % stretch != 0) ++step[bits[i]][bits[i + 1]];
  }
  // log2 of a share; what never occurs adds minus infinity, and no likeliest sequence goes there.
  const auto log = [](double part, double whole) { return std::log2(whole > 0 ? part / whole : 0); };
  double p[2], t[2][2];
  for (int a = 0; a < 2; ++a) {
    p[a] = log(count[a], count[0] + count[1]);
    for (int b = 0; b < 2; ++b) t[a][b] = log(step[a][b], step[a][0] + step[a][1]);
  }
  // The likeliest of all sequences of 128 samples is one of these six; 0 x minus infinity does not occur: each term is there.
  constexpr double kLength = 128;
  double likeliest = -INFINITY;
  for (int a = 0; a < 2; ++a) {
    const int b = 1 - a;
    likeliest = std::max({likeliest, p[a] + (kLength - 1) * t[a][a],                       // a a a ...
                          p[a] + kLength / 2 * t[a][b] + (kLength / 2 - 1) * t[b][a],      // a b a b ...
                          p[a] + t[a][b] + (kLength - 2) * t[b][b]});                      // a b b b ...
  }
  return std::min(1.0, -likeliest / kLength);
}

}  // namespace tsu
