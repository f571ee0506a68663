// SPDX-License-Identifier: Apache-2.0
#include "verif/golden/reference.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace tsu::golden {
namespace {

constexpr double kUnit = 1.0 / (1 << regs::kFieldFracBits);

std::size_t States(std::size_t variables) { return std::size_t{1} << variables; }

// c[from][to] = sum over via of a[from][via] b[via][to]
std::vector<double> Product(const std::vector<double>& a, const std::vector<double>& b,
                            std::size_t rows, std::size_t inner, std::size_t cols) {
  std::vector<double> c(rows * cols);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < inner; ++k) {
      const double weight = a[i * inner + k];
      for (std::size_t j = 0; j < cols; ++j) c[i * cols + j] += weight * b[k * cols + j];
    }
  }
  return c;
}

std::vector<double> Stationary(std::vector<double> p, std::size_t n) {
  for (std::size_t k = n - 1; k > 0; --k) {
    double leaving = 0;
    for (std::size_t j = 0; j < k; ++j) leaving += p[k * n + j];
    for (std::size_t i = 0; i < k; ++i) {
      p[i * n + k] /= leaving;
      for (std::size_t j = 0; j < k; ++j) p[i * n + j] += p[i * n + k] * p[k * n + j];
    }
  }
  std::vector<double> law(n);
  law[0] = 1;
  double total = 1;
  for (std::size_t k = 1; k < n; ++k) {
    for (std::size_t i = 0; i < k; ++i) law[k] += law[i] * p[i * n + k];
    total += law[k];
  }
  for (double& value : law) value /= total;
  return law;
}

}  // namespace

int Graph::Field(int variable, std::uint64_t state) const {
  int f = bias[variable];
  for (const auto& [to, weight] : links[variable]) f += state >> to & 1 ? weight : -weight;
  return f;
}

Graph MakeGraph(int rows, int cols, const Pattern& pattern, const LayerWeights& layer,
                const Sites& sites, std::span<const std::uint8_t> spins,
                std::span<const std::uint8_t> conditioning, bool clamp) {
  Graph graph;
  std::vector<int> variable(static_cast<std::size_t>(rows) * cols, -1);
  for (int i = 0; i < rows * cols; ++i) {
    if (clamp && sites.clamp[i]) continue;
    variable[i] = graph.variables();
    graph.site.push_back(i);
    graph.colour.push_back((i % cols + i / cols) % 2);
    const int c = layer.c[sites.site_class[i]];
    graph.bias.push_back(layer.h[i] + (conditioning[i] ? c : -c));
  }
  graph.links.resize(graph.site.size());
  const int degree = 4 * static_cast<int>(pattern.size());
  // Rotations 0 and 1 of a site hold every undirected edge once; 2 and 3 are the same edges seen
  // from the far end.
  for (int i = 0; i < rows * cols; ++i) {
    for (int k = 0; k < static_cast<int>(pattern.size()); ++k) {
      const auto [a, b] = pattern[k];
      const int there[2][2] = {{a, b}, {-b, a}};
      for (int r = 0; r < 2; ++r) {
        const int x = i % cols + there[r][0], y = i / cols + there[r][1];
        if (x < 0 || x >= cols || y < 0 || y >= rows) continue;
        const int far = y * cols + x, weight = layer.j[i * degree + 4 * k + r];
        if (layer.j[far * degree + 4 * k + r + 2] != weight) {
          throw std::logic_error("the two directions of an edge differ");
        }
        const int u = variable[i], v = variable[far];
        if (u >= 0 && v >= 0) {
          graph.links[u].push_back({v, weight});
          graph.links[v].push_back({u, weight});
        } else if (u >= 0) {
          graph.bias[u] += spins[far] ? weight : -weight;
        } else if (v >= 0) {
          graph.bias[v] += spins[i] ? weight : -weight;
        }
      }
    }
  }
  return graph;
}

std::vector<double> BoltzmannLaw(const Graph& graph, double beta) {
  const int n = graph.variables();
  if (n > 20) throw std::logic_error("too many variables to enumerate");
  std::vector<double> exponent(States(n));
  for (std::uint64_t state = 0; state < exponent.size(); ++state) {
    long sum = 0;
    for (int u = 0; u < n; ++u) {
      const int s = state >> u & 1 ? 1 : -1;
      sum += s * graph.bias[u];
      for (const auto& [v, weight] : graph.links[u]) {
        if (u < v) sum += s * (state >> v & 1 ? weight : -weight);
      }
    }
    exponent[state] = beta * kUnit * static_cast<double>(sum);
  }
  const double top = *std::max_element(exponent.begin(), exponent.end());
  double total = 0;
  for (double& value : exponent) total += value = std::exp(value - top);
  for (double& value : exponent) value /= total;
  return exponent;
}

double UpProbability(const Table& table, int field, AgainstProbability probability) {
  const double against =
      probability(table[std::min<std::size_t>(std::abs(field), table.size() - 1)]);
  return field >= 0 ? 1.0 - against : against;
}

Kernel::Kernel(const Graph& graph, const Table& table, AgainstProbability probability) {
  if (graph.variables() > 16) throw std::logic_error("too many variables for transition matrices");
  for (int u = 0; u < graph.variables(); ++u) part_[graph.colour[u]].push_back(u);
  for (int c = 0; c < 2; ++c) {
    const std::size_t own = States(part_[c].size()), other = States(part_[1 - c].size());
    phase_[c].assign(other * own, 1.0);
    for (std::size_t given = 0; given < other; ++given) {
      const std::uint64_t seen = Join(c, 0, given);
      for (std::size_t k = 0; k < part_[c].size(); ++k) {
        const double up = UpProbability(table, graph.Field(part_[c][k], seen), probability);
        for (std::size_t s = 0; s < own; ++s)
          phase_[c][given * own + s] *= s >> k & 1 ? up : 1.0 - up;
      }
    }
  }
}

std::uint64_t Kernel::Join(int colour, std::uint64_t own, std::uint64_t other) const {
  std::uint64_t state = 0;
  for (std::size_t k = 0; k < part_[colour].size(); ++k)
    state |= (own >> k & 1) << part_[colour][k];
  for (std::size_t k = 0; k < part_[1 - colour].size(); ++k)
    state |= (other >> k & 1) << part_[1 - colour][k];
  return state;
}

std::vector<double> Kernel::StationaryLaw() const {
  const std::size_t n[2] = {States(part_[0].size()), States(part_[1].size())};
  // The smaller colour alone is a Markov chain; the law of the other follows by one more phase.
  const int small = n[0] <= n[1] ? 0 : 1;
  const Matrix sweep = Product(phase_[1 - small], phase_[small], n[small], n[1 - small], n[small]);
  std::vector<double> law = Stationary(sweep, n[small]);
  if (small == 1) law = Product(law, phase_[0], 1, n[1], n[0]);
  std::vector<double> joint(n[0] * n[1]);
  for (std::size_t x = 0; x < n[0]; ++x) {
    for (std::size_t y = 0; y < n[1]; ++y) joint[Join(0, x, y)] = law[x] * phase_[1][x * n[1] + y];
  }
  return joint;
}

int Kernel::MixingSweeps(double tolerance) const {
  const std::size_t n0 = States(part_[0].size()), n1 = States(part_[1].size());
  const int small = n0 <= n1 ? 0 : 1;
  const std::size_t n = std::min(n0, n1);
  Matrix power = Product(phase_[1 - small], phase_[small], n, std::max(n0, n1), n);
  for (int sweeps = 1; sweeps <= 1 << 20; sweeps *= 2) {
    // Half the summed spread of the columns bounds the distance of any two rows.
    double spread = 0;
    for (std::size_t to = 0; to < n; ++to) {
      double low = 1, high = 0;
      for (std::size_t from = 0; from < n; ++from) {
        low = std::min(low, power[from * n + to]);
        high = std::max(high, power[from * n + to]);
      }
      spread += high - low;
    }
    if (spread < tolerance)
      return 2 * sweeps;  // twice: the first phase of the other colour still sees its old state
    power = Product(power, power, n, n, n);
  }
  throw std::logic_error("the chain does not mix");
}

ReferenceSampler::ReferenceSampler(Graph graph, double beta, std::uint64_t seed)
    : graph_(std::move(graph)), beta_(beta), random_(seed), spins_(graph_.variables()) {
  for (int& s : spins_) s = random_() & 1 ? 1 : -1;
}

void ReferenceSampler::Sweep() {
  std::uniform_real_distribution<double> uniform;
  for (int colour = 0; colour < 2; ++colour) {
    for (int u = 0; u < graph_.variables(); ++u) {
      if (graph_.colour[u] != colour) continue;
      double f = graph_.bias[u];
      for (const auto& [v, weight] : graph_.links[u]) f += weight * spins_[v];
      spins_[u] = uniform(random_) < 1.0 / (1.0 + std::exp(-2.0 * beta_ * kUnit * f)) ? 1 : -1;
    }
  }
}

}  // namespace tsu::golden
