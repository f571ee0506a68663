// SPDX-License-Identifier: Apache-2.0
#include "verif/golden/noise_law.hpp"

#include <cmath>
#include <mutex>
#include <random>
#include <utility>

#include "sw/src/parallel.hpp"
#include "tsu/mixing.hpp"
#include "verif/golden/core.hpp"
#include "verif/golden/random_model.hpp"
#include "verif/stats/stats.hpp"

namespace tsu::golden {
namespace {

constexpr int kTableBits = 9;
constexpr int kWarmUp = 32;  // draws

double Distance(const std::vector<std::uint64_t>& counts, const std::vector<double>& law) {
  double total = 0;
  for (const std::uint64_t n : counts) total += static_cast<double>(n);
  std::vector<double> share;
  for (const std::uint64_t n : counts) share.push_back(static_cast<double>(n) / total);
  return stats::TotalVariation(share, law);
}

// Energy of a state in units of temperature, and its sum of spins.
double Energy(double probability) { return -std::log(probability); }
double Magnetisation(std::uint64_t state, int sites) { return 2.0 * __builtin_popcountll(state) - sites; }

}  // namespace

SmallMachine MakeSmallMachine(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  SmallMachine m{3, 4, ParsePattern("0,1;2,1"), {}, {}};
  m.layer = RandomLayer(m.rows, m.cols, m.pattern, 8, {0.3, 0.2, 0}, random);
  const std::vector<std::uint8_t> zero(static_cast<std::size_t>(m.rows) * m.cols);
  m.graph = MakeGraph(m.rows, m.cols, m.pattern, m.layer, {zero, zero}, zero, zero, false);
  return m;
}

double ExactDistance(const Graph& graph, double beta, const Noise& noise) {
  const Kernel kernel(graph, noise.thresholds(MakeTable(beta, kTableBits)), noise.probability());
  return stats::TotalVariation(kernel.StationaryLaw(), BoltzmannLaw(graph, beta));
}

SampledLaw SampleLaw(const SmallMachine& machine, double beta, const Noise& noise, const LawBudget& budget) {
  const int sites = machine.rows * machine.cols, pairs = machine.cols / 2, lanes = budget.lanes;
  const std::size_t length = budget.draws, all = static_cast<std::size_t>(budget.boards) * lanes;
  const std::vector<double> law = BoltzmannLaw(machine.graph, beta);
  const Program program{Instruction(regs::kOpBeta, 0),
                        Instruction(regs::kOpLoop, kWarmUp + budget.draws),
                        Instruction(regs::kOpSweep, budget.spacing),
                        Instruction(regs::kOpEmit, 1),
                        Instruction(regs::kOpNext),
                        Instruction(regs::kOpEnd)};
  std::vector<double> energy(all * length), spin(all * length);  // [chain][draw]
  std::vector<std::uint64_t> counts(law.size());
  std::mutex mutex;
  Parallel(ThreadCount(budget.threads), budget.boards, [&](int board, int) {
    Core core(machine.rows, machine.cols, machine.pattern, lanes, kTableBits);
    core.layers = {machine.layer};
    core.source = noise.source();
    core.tables = {noise.thresholds(MakeTable(beta, kTableBits))};
    core.noise = noise.streams(NoiseStreams(budget.seed, static_cast<std::uint64_t>(board) * lanes, lanes, pairs), pairs);
    for (std::size_t i = 0; i < core.spins.size(); ++i) core.spins[i] = i / sites % 2;
    std::vector<std::uint64_t> own(law.size());
    core.Run(program, [&](const Emission& emission) {
      if (emission.index < kWarmUp) return;
      for (int lane = 0; lane < lanes; ++lane) {
        std::uint64_t state = 0;
        for (int i = 0; i < sites; ++i) state |= std::uint64_t{emission.bits[lane * sites + i]} << i;
        ++own[state];
        const std::size_t at = (static_cast<std::size_t>(board) * lanes + lane) * length + emission.index - kWarmUp;
        energy[at] = Energy(law[state]);
        spin[at] = Magnetisation(state, sites);
      }
    });
    const std::lock_guard lock(mutex);
    for (std::size_t s = 0; s < own.size(); ++s) counts[s] += own[s];
  });
  SampledLaw result;
  result.distance = Distance(counts, law);
  result.counts = std::move(counts);
  const auto ratio = [&](const std::vector<double>& series) {
    double sum = 0;
    const std::size_t block = lanes * length;
    for (int board = 0; board < budget.boards; ++board)
      sum += stats::BlockVarianceRatio(std::span(series).subspan(board * block, block), lanes);
    return sum / budget.boards;
  };
  result.energy_ratio = ratio(energy);
  result.spin_ratio = ratio(spin);
  result.rhat = SplitRhat(energy, static_cast<int>(all));
  return result;
}

double SampledFloor(const SmallMachine& machine, double beta, const LawBudget& budget) {
  const std::vector<double> law = BoltzmannLaw(machine.graph, beta);
  std::vector<std::uint64_t> counts(law.size());
  std::mutex mutex;
  Parallel(ThreadCount(budget.threads), budget.boards, [&](int board, int) {
    std::vector<std::uint64_t> own(law.size());
    for (int lane = 0; lane < budget.lanes; ++lane) {
      ReferenceSampler sampler(machine.graph, beta, budget.seed * 1'000'003 + static_cast<std::uint64_t>(board) * budget.lanes + lane);
      for (int draw = 0; draw < kWarmUp + budget.draws; ++draw) {
        for (int n = 0; n < budget.spacing; ++n) sampler.Sweep();
        if (draw < kWarmUp) continue;
        std::uint64_t state = 0;
        for (std::size_t u = 0; u < sampler.spins().size(); ++u) state |= std::uint64_t{sampler.spins()[u] > 0} << u;
        ++own[state];
      }
    }
    const std::lock_guard lock(mutex);
    for (std::size_t s = 0; s < own.size(); ++s) counts[s] += own[s];
  });
  return Distance(counts, law);
}

}  // namespace tsu::golden
