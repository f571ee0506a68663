// SPDX-License-Identifier: Apache-2.0
// Energy of the infinite square-lattice Ising model (Onsager 1944) from the golden core. The core
// has open borders only; bonds `kMargin` sites from every border differ from the bulk by exp(-2
// margin / correlation length) < 1e-5.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "tests/support/seed.hpp"
#include "verif/golden/core.hpp"
#include "verif/stats/stats.hpp"

namespace tsu::golden {
namespace {

constexpr int kSide = 64, kMargin = 20, kChains = 16;

// <s s'> of neighbours: coth(2K) / 2 * (1 + 2/pi (2 tanh(2K)^2 - 1) K1(k)), k = 2 sinh(2K) /
// cosh(2K)^2.
double OnsagerBond(double coupling) {
  const double t = std::tanh(2 * coupling);
  const double k = 2 * std::sinh(2 * coupling) / std::pow(std::cosh(2 * coupling), 2);
  return (1 + 2 / M_PI * (2 * t * t - 1) * std::comp_ellint_1(k)) / (2 * t);
}

double CorrelationLength(double coupling) {
  const double inverse =
      std::log(1 / std::tanh(coupling)) - 2 * coupling;  // above the critical temperature
  return inverse > 0 ? 1 / inverse : 1 / (-2 * inverse);
}

double InnerBond(const std::vector<std::uint8_t>& spins, int chain) {
  long same = 0, bonds = 0;
  const std::uint8_t* plane = &spins[static_cast<std::size_t>(chain) * kSide * kSide];
  for (int y = kMargin; y < kSide - kMargin; ++y) {
    for (int x = kMargin; x < kSide - kMargin; ++x) {
      const int i = y * kSide + x;
      same += (plane[i] == plane[i + 1]) + (plane[i] == plane[i + kSide]);
      bonds += 2;
    }
  }
  return (2.0 * static_cast<double>(same) - static_cast<double>(bonds)) /
         static_cast<double>(bonds);
}

TEST(Onsager, EnergyOfTheSquareLattice) {
  const Pattern square = ParsePattern("0,1");
  const auto offsets = Offsets(square);
  std::printf("REPORT Onsager: K      <s s'> measured        exact     sigmas\n");
  for (const double coupling : {0.25, 0.35, 0.55}) {
    ASSERT_LT(std::exp(-2 * kMargin / CorrelationLength(coupling)), 1e-5);
    Core core(kSide, kSide, square, kChains, 9);
    LayerWeights layer{
        std::vector<std::int16_t>(kSide * kSide * 4), std::vector<std::int16_t>(kSide * kSide), {}};
    for (int k = 0; k < kSide * kSide * 4; ++k) {
      const int x = k / 4 % kSide + offsets[k % 4].dx, y = k / 4 / kSide + offsets[k % 4].dy;
      if (x >= 0 && x < kSide && y >= 0 && y < kSide) layer.j[k] = 1 << regs::kFieldFracBits;
    }
    core.layers = {layer};
    core.tables = {MakeTable(coupling, 9)};
    core.noise = NoiseStreams(test::Seed(), 0, kChains, core.pairs());
    core.spins.assign(core.spins.size(),
                      1);  // ordered: no walls between domains at low temperature
    std::vector<double> sums(kChains);
    const int emissions = 300;
    core.Run({Instruction(regs::kOpBeta, 0), Instruction(regs::kOpSweep, 100),
              Instruction(regs::kOpLoop, emissions), Instruction(regs::kOpSweep, 4),
              Instruction(regs::kOpEmit, 1), Instruction(regs::kOpNext), Instruction(regs::kOpEnd)},
             [&](const Emission& emission) {
               for (int chain = 0; chain < kChains; ++chain)
                 sums[chain] += InnerBond(emission.bits, chain) / emissions;
             });
    const auto measured = stats::MeanOf(sums);  // chains are independent: an honest error
    const double exact = OnsagerBond(coupling), sigmas = (measured.mean - exact) / measured.error;
    std::printf("REPORT Onsager: %.2f   %.6f +- %.6f   %.6f   %+.2f\n", coupling, measured.mean, measured.error,
                exact, sigmas);
    EXPECT_LT(std::abs(sigmas), 5) << "K = " << coupling;
    EXPECT_LT(measured.error, 2e-3) << "too coarse to judge";
  }
}

// Limits of the formula itself: weak coupling is tanh K + 2 tanh(K)^3, and two known values.
TEST(Onsager, FormulaHasItsLimits) {
  EXPECT_NEAR(OnsagerBond(0.01), std::tanh(0.01) + 2 * std::pow(std::tanh(0.01), 3), 1e-8);
  EXPECT_NEAR(OnsagerBond(std::log(1 + std::sqrt(2.0)) / 2 - 1e-7), std::sqrt(0.5), 1e-5);
  EXPECT_NEAR(OnsagerBond(2.0), 1, 1e-5);
}

}  // namespace
}  // namespace tsu::golden
