// SPDX-License-Identifier: Apache-2.0
// Statistics of mixing: known values, closed forms, and the trap that a single chain's autocorrelation sets.
#include "tsu/mixing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>

#include "tests/support/seed.hpp"

namespace tsu {
namespace {

class Mixing : public testing::Test {
 protected:
  // Stationary first-order autoregressions of variance 1, draws[chain * length + t].
  std::vector<double> Autoregressions(int chains, int length, double phi) {
    std::vector<double> draws;
    for (int c = 0; c < chains; ++c) {
      double y = normal_(random_);
      for (int t = 0; t < length; ++t) {
        draws.push_back(y);
        y = phi * y + std::sqrt(1 - phi * phi) * normal_(random_);
      }
    }
    return draws;
  }
  std::mt19937_64 random_{test::Seed()};
  std::normal_distribution<double> normal_;
};

TEST_F(Mixing, RhatOfIndependentChainsIsAboutOne) {
  const double rhat = SplitRhat(Autoregressions(16, 1000, 0), 16);
  EXPECT_NEAR(rhat, 1, 0.005);
}

TEST_F(Mixing, RhatOfShiftedChainsIsThatByHand) {
  // Halves {0,2} {0,2} {10,12} {10,12}: W = 2, means 1 1 11 11, B / n = 100 / 3, var+ = 1 + 100 / 3.
  const double by_hand = std::sqrt((1 + 100.0 / 3) / 2);
  EXPECT_NEAR(SplitRhat(std::vector<double>{0, 2, 0, 2, 10, 12, 10, 12}, 2), by_hand, 1e-12);
  EXPECT_NEAR(SplitRhat(std::vector<double>{0, 2, 10, 12, 0, 2, 10, 12}, 2), by_hand, 1e-12)
      << "chains that drift alike";
  EXPECT_NEAR(SplitRhat(std::vector<double>{0, 2, 99, 10, 12, 0, 2, -99, 10, 12}, 2), by_hand, 1e-12)
      << "the middle draw is left out";
}

TEST_F(Mixing, ChainsThatStandStill) {
  const std::vector<double> same(8, 3.0), apart{1, 1, 1, 1, 2, 2, 2, 2};
  EXPECT_EQ(SplitRhat(same, 2), 1);
  EXPECT_TRUE(std::isinf(SplitRhat(apart, 2)));
  EXPECT_EQ(ChainAutocorrelation(same, 1), 0);
  EXPECT_EQ(EffectiveSamples(same, 2), 8);
}

TEST_F(Mixing, TooFewDrawsAreRefused) {
  EXPECT_THROW(SplitRhat(std::vector<double>{1, 2, 3}, 1), std::logic_error);
  EXPECT_THROW(SplitRhat({}, 0), std::logic_error);
  EXPECT_THROW(EffectiveSamples(std::vector<double>{1, 2, 3, 4, 5}, 2), std::logic_error);
}

TEST_F(Mixing, TheTrapOfASingleChain) {
  // Chains that never leave the well they started in, and forget everything else at once.
  constexpr int kChains = 32, kLength = 400, kLag = 50;
  std::vector<double> draws = Autoregressions(kChains, kLength, 0);
  for (int i = 0; i < kChains * kLength; ++i) draws[i] += i / kLength % 2 ? 5 : -5;
  double single = 0;
  EnsembleCorrelation ensemble;
  for (int c = 0; c < kChains; ++c)
    single += ChainAutocorrelation(std::span(draws).subspan(c * kLength, kLength), kLag) / kChains;
  std::vector<double> before, after;
  for (int c = 0; c < kChains; ++c) {
    before.push_back(draws[c * kLength]);
    after.push_back(draws[c * kLength + kLag]);
  }
  ensemble.Add(before, after, kChains);
  EXPECT_LT(std::abs(single), 0.05) << "reads as mixed";
  EXPECT_GT(SplitRhat(draws, kChains), 4) << "is not";
  EXPECT_GT(ensemble.value(), 0.85);
  EXPECT_LT(EffectiveSamples(draws, kChains), 3 * kChains) << "each chain is about one draw";
}

TEST_F(Mixing, EffectiveSamplesOfAutoregressionsAreTheClosedForm) {
  constexpr int kChains = 8, kLength = 8000;
  for (const double phi : {-0.3, 0.0, 0.6, 0.9}) {
    const double closed = kChains * kLength * (1 - phi) / (1 + phi);
    EXPECT_NEAR(EffectiveSamples(Autoregressions(kChains, kLength, phi), kChains) / closed, 1, 0.12) << phi;
  }
}

TEST_F(Mixing, ChainAutocorrelationOfAnAutoregression) {
  const std::vector<double> series = Autoregressions(1, 200000, 0.6);
  EXPECT_DOUBLE_EQ(ChainAutocorrelation(series, 0), 1);
  EXPECT_NEAR(ChainAutocorrelation(series, 1), 0.6, 0.01);
  EXPECT_NEAR(ChainAutocorrelation(series, 3), 0.216, 0.015);
}

TEST_F(Mixing, EnsembleCorrelationCentresGroupsNotChains) {
  constexpr int kChains = 4096, kLag = 4;
  const std::vector<double> draws = Autoregressions(kChains, kLag + 1, 0.8);
  std::vector<double> before, after;
  for (int c = 0; c < kChains; ++c) {
    const double of_group = c / 16 % 2 ? 7 : -7;  // the law of a conditioning is no memory of a chain
    before.push_back(draws[c * (kLag + 1)] + of_group);
    after.push_back(draws[c * (kLag + 1) + kLag] + of_group);
  }
  EnsembleCorrelation e;
  e.Add(before, after, 16);
  EXPECT_NEAR(e.value(), std::pow(0.8, kLag), 5 / std::sqrt(kChains));
  EnsembleCorrelation still;
  still.Add(std::vector<double>{1, 1}, std::vector<double>{2, 2}, 2);
  EXPECT_EQ(still.value(), 0);
}

TEST_F(Mixing, FitRecoversTheSlowModeUnderAFastOneAndNoise) {
  std::vector<double> lags, clean, noisy, none, errors;
  for (int k = 0; k <= 60; ++k) {
    lags.push_back(5 * k);
    clean.push_back(0.4 * std::pow(0.99, 5 * k));
    noisy.push_back(clean.back() + 0.6 * std::pow(0.8, 5 * k) + 0.002 * normal_(random_));
    errors.push_back(0.002);
    none.push_back(k ? 0.001 : 1);
  }
  const DecayFit exact = FitDecay(lags, clean, errors);
  ASSERT_TRUE(exact.found);
  EXPECT_NEAR(exact.sigma, 0.99, 1e-9);
  EXPECT_NEAR(exact.scale, 0.4, 1e-7);
  EXPECT_NEAR(exact.time, -1 / std::log(0.99), 1e-4);
  EXPECT_GE(exact.first_lag, exact.last_lag / 2);
  const DecayFit fit = FitDecay(lags, noisy, errors);
  ASSERT_TRUE(fit.found);
  EXPECT_NEAR(fit.sigma, 0.99, 0.001);
  EXPECT_FALSE(FitDecay(lags, none, errors).found);
  const std::vector<double> flat(lags.size(), 0.5), zero(lags.size(), 0);
  EXPECT_TRUE(std::isinf(FitDecay(lags, flat, zero).time) || FitDecay(lags, flat, zero).time > 1e9) << "nothing decays";
}

TEST_F(Mixing, ProjectionsAreSignedSumsOfTheSeed) {
  constexpr std::size_t kPixels = 70;
  const Projections projections(3, kPixels, 9), again(3, kPixels, 9), other(3, kPixels, 10);
  std::vector<std::uint8_t> units((kPixels + 1) * kPixels, 0);  // all down, then one spin up in turn
  for (std::size_t i = 0; i < kPixels; ++i) units[(i + 1) * kPixels + i] = 1;
  std::vector<std::uint8_t> state(kPixels);
  for (auto& bit : state) bit = random_() & 1;
  const auto of_units = projections.Of(units), of_state = projections.Of(state);
  for (std::size_t p = 0; p < 3; ++p) {
    double sum = 0, signs = 0;
    for (std::size_t i = 0; i < kPixels; ++i) {
      const double sign = (of_units[p * (kPixels + 1) + i + 1] - of_units[p * (kPixels + 1)]) / 2;
      EXPECT_EQ(std::abs(sign), 1);
      sum += sign * (2 * state[i] - 1);
      signs += sign;
    }
    EXPECT_EQ(of_state[p], sum);
    EXPECT_LT(std::abs(signs), 5 * std::sqrt(kPixels)) << "fair";
  }
  EXPECT_EQ(again.Of(units), of_units);
  EXPECT_NE(other.Of(units), of_units);
}

}  // namespace
}  // namespace tsu
