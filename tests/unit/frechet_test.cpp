// SPDX-License-Identifier: Apache-2.0
// Frechet distance against closed forms; precision to coverage against sets of known answer and the definition in plain loops.
#include "tsu/frechet.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "tests/support/refusal.hpp"
#include "tests/support/seed.hpp"
#include "tsu/prdc.hpp"

namespace tsu {
namespace {

FloatMatrix Normal(std::mt19937_64& random, std::size_t rows, std::size_t cols) {
  FloatMatrix m{rows, cols, std::vector<float>(rows * cols)};
  std::normal_distribution<float> normal;
  for (float& v : m.values) v = normal(random);
  return m;
}

FeatureStatistics Gaussian(const std::vector<double>& mean, const std::vector<double>& covariance) {
  return {100, mean.size(), mean, covariance};
}

TEST(Frechet, DiagonalCovariancesHaveAClosedForm) {
  // sum of (m1 - m2)^2 + (s1 - s2)^2
  EXPECT_NEAR(FrechetDistance(Gaussian({1, 2}, {4, 0, 0, 9}), Gaussian({0, 4}, {1, 0, 0, 0})), 1 + 4 + 1 + 9, 1e-9);
}

TEST(Frechet, CovariancesThatDoNotCommuteHaveAClosedFormInTwoDimensions) {
  // tr (C1 C2)^(1/2) = sqrt(tr C1 C2 + 2 sqrt(det C1 C2)) of a 2 x 2 product
  const double trace = 2 * 1 + 2 * 0.3 * 0.5 + 1 * 3, determinant = (2 * 1 - 0.09) * (1 * 3 - 0.25);
  const double want = 3 + 4 - 2 * std::sqrt(trace + 2 * std::sqrt(determinant));
  EXPECT_NEAR(FrechetDistance(Gaussian({0, 0}, {2, 0.3, 0.3, 1}), Gaussian({0, 0}, {1, 0.5, 0.5, 3})), want, 1e-9);
}

TEST(Frechet, StatisticsAreMeanAndUnbiasedCovariance) {
  const FeatureStatistics s = Statistics({3, 2, {1, 5, 2, 7, 6, 3}}, "three rows");
  EXPECT_NEAR(s.mean[0], 3, 1e-12);
  EXPECT_NEAR(s.mean[1], 5, 1e-12);
  EXPECT_NEAR(s.covariance[0], 7, 1e-12);   // (4 + 1 + 9) / 2
  EXPECT_NEAR(s.covariance[1], -4, 1e-12);  // (0 - 2 - 6) / 2
  EXPECT_NEAR(s.variance(), 7 + 4, 1e-12);
}

TEST(Frechet, IsZeroBetweenEqualSetsAndStandsSingularCovariances) {
  std::mt19937_64 random(test::Seed());
  FloatMatrix few = Normal(random, 8, 40), shifted = few;  // rank 7 of 40
  for (std::size_t i = 0; i < few.rows; ++i) few.values[i * few.cols] = shifted.values[i * few.cols] = 1;
  EXPECT_NEAR(FrechetDistance(Statistics(few, "a"), Statistics(few, "a")), 0, 1e-5);
  for (std::size_t i = 0; i < few.rows; ++i) shifted.values[i * few.cols] += 3;
  EXPECT_NEAR(FrechetDistance(Statistics(few, "a"), Statistics(shifted, "b")), 9, 1e-5);
}

TEST(Frechet, RelativeDistanceKnowsNoUnit) {
  std::mt19937_64 random(test::Seed() + 1);
  FloatMatrix a = Normal(random, 50, 3), b = Normal(random, 60, 3);
  for (float& v : b.values) v += 1;
  const double one = RelativeFrechet(Statistics(a, "a"), Statistics(b, "b"));
  EXPECT_GT(one, 50);  // 100 x 3 / 3, about
  EXPECT_LT(one, 200);
  for (FloatMatrix* m : {&a, &b})
    for (float& v : m->values) v *= 8;
  EXPECT_NEAR(RelativeFrechet(Statistics(a, "a"), Statistics(b, "b")), one, 1e-3);
}

TEST(Frechet, RefusesWhatHasNoCovariance) {
  EXPECT_NE(test::Refusal(Exit::kBadInput, [] { Statistics({1, 2, {1, 2}}, "one"); }).find("covariance"), std::string::npos);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NE(test::Refusal(Exit::kBadInput, [&] { Statistics({2, 2, {1, 2, nan, 4}}, "odd"); }).find("row 1, column 0"), std::string::npos);
  const auto flat = Statistics({2, 1, {1, 1}}, "flat"), wide = Statistics({2, 2, {1, 2, 3, 4}}, "wide");
  EXPECT_NE(test::Refusal(Exit::kBadInput, [&] { FrechetDistance(flat, wide); }).find("widths"), std::string::npos);
  EXPECT_NE(test::Refusal(Exit::kBadInput, [&] { RelativeFrechet(flat, flat); }).find("vary"), std::string::npos);
}

TEST(Prdc, IsTheDefinition) {
  std::mt19937_64 random(test::Seed() + 2);
  const FloatMatrix real = Normal(random, 130, 4);
  FloatMatrix fake = Normal(random, 100, 4);
  for (float& v : fake.values) v = 0.7f * v + 0.5f;
  constexpr int k = 3;
  const auto distance = [](const FloatMatrix& a, std::size_t i, const FloatMatrix& b, std::size_t j) {
    double sum = 0;
    for (std::size_t c = 0; c < a.cols; ++c) sum += std::pow(double{a.row(i)[c]} - double{b.row(j)[c]}, 2);
    return std::sqrt(sum);
  };
  const auto radii = [&](const FloatMatrix& m) {
    std::vector<double> r;
    for (std::size_t i = 0; i < m.rows; ++i) {
      std::vector<double> others;
      for (std::size_t j = 0; j < m.rows; ++j)
        if (j != i) others.push_back(distance(m, i, m, j));
      std::sort(others.begin(), others.end());
      r.push_back(others[k - 1]);
    }
    return r;
  };
  const auto of_real = radii(real), of_fake = radii(fake);
  double precision = 0, recall = 0, density = 0, coverage = 0;
  for (std::size_t j = 0; j < fake.rows; ++j) {
    int balls = 0;
    for (std::size_t i = 0; i < real.rows; ++i) balls += distance(real, i, fake, j) <= of_real[i];
    precision += (balls > 0) / 100.0;
    density += balls / 100.0 / k;
  }
  for (std::size_t i = 0; i < real.rows; ++i) {
    bool recalled = false, covered = false;
    for (std::size_t j = 0; j < fake.rows; ++j) {
      recalled |= distance(real, i, fake, j) <= of_fake[j];
      covered |= distance(real, i, fake, j) <= of_real[i];
    }
    recall += recalled / 130.0;
    coverage += covered / 130.0;
  }
  ASSERT_TRUE(precision > 0.3 && recall > 0.1 && recall < 0.9 && coverage > 0.1 && coverage < 0.9);
  for (const int threads : {1, 3}) {
    const Prdc got = PrdcReference(real, k, threads).Hold(fake);
    EXPECT_NEAR(got.precision, precision, 1e-9);
    EXPECT_NEAR(got.recall, recall, 1e-9);
    EXPECT_NEAR(got.density, density, 1e-9);
    EXPECT_NEAR(got.coverage, coverage, 1e-9);
  }
}

TEST(Prdc, KnowsTheSameSetAndAFarOne) {
  std::mt19937_64 random(test::Seed() + 3);
  const FloatMatrix real = Normal(random, 60, 3);
  const Prdc same = PrdcReference(real).Hold(real);
  EXPECT_EQ(same.precision, 1);
  EXPECT_EQ(same.recall, 1);
  EXPECT_EQ(same.coverage, 1);
  FloatMatrix far = real;
  for (float& v : far.values) v += 1000;
  const Prdc none = PrdcReference(real).Hold(far);
  EXPECT_EQ(none.precision + none.recall + none.density + none.coverage, 0);
  FloatMatrix one = real;  // one mode, repeated with a little noise: precise, covers nothing
  for (std::size_t i = 0; i < one.values.size(); ++i) one.values[i] = real.values[i % 3] + 1e-4f * real.values[i];
  const Prdc mode = PrdcReference(real).Hold(one);
  EXPECT_EQ(mode.precision, 1);
  EXPECT_LT(mode.coverage, 0.3);
  EXPECT_EQ(mode.recall, 1 / 60.0);  // the mode's own image
}

TEST(Prdc, RefusesTooFewAndOtherWidths) {
  const FloatMatrix five{5, 1, {1, 2, 3, 4, 5}}, six{6, 1, {1, 2, 3, 4, 5, 6}}, wide{6, 2, std::vector<float>(12, 0)};
  EXPECT_NE(test::Refusal(Exit::kBadInput, [&] { PrdcReference{five}; }).find("too few"), std::string::npos);
  EXPECT_NE(test::Refusal(Exit::kBadInput, [&] { PrdcReference(six).Hold(five); }).find("too few"), std::string::npos);
  EXPECT_NE(test::Refusal(Exit::kBadInput, [&] { PrdcReference(six).Hold(wide); }).find("widths"), std::string::npos);
}

}  // namespace
}  // namespace tsu
