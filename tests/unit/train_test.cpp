// SPDX-License-Identifier: Apache-2.0
// Signs and sizes of everything that learns, on models small enough to enumerate.
#include "tsu/train.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "sw/src/train_layer.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/seed.hpp"
#include "tsu/error.hpp"

namespace tsu {
namespace {

using train::GridEdge;
using train::Moments;
using train::Parameters;

// 2 x 4 sites, nearest neighbours; the first four are visible and coupled to a conditioning of their own.
struct Tiny {
  std::vector<GridEdge> edges = train::GridEdges(2, 4, ParsePattern("0,1"));
  Parameters parameters;
  double coupling = 0.3;
  explicit Tiny(std::mt19937_64& r) {
    std::normal_distribution<float> normal(0, 0.4f);
    for (std::size_t i = 0; i < edges.size() + 8; ++i) parameters.push_back(normal(r));
  }
  static int Spin(int state, int site) { return state >> site & 1 ? 1 : -1; }
  double Weight(int state, int conditioning) const {
    double e = 0;
    for (std::size_t k = 0; k < edges.size(); ++k) e += parameters[k] * Spin(state, edges[k].a) * Spin(state, edges[k].b);
    for (int i = 0; i < 8; ++i) e += parameters[edges.size() + i] * Spin(state, i);
    for (int i = 0; i < 4; ++i) e += coupling * Spin(state, i) * Spin(conditioning, i);
    return std::exp(e);
  }
  // Sum of weights and moments over states whose visible part is `visible` (-1: any).
  double Enumerate(int conditioning, int visible, Moments& m) const {
    std::vector<double> pair(edges.size(), 0), mean(8, 0);
    double z = 0;
    for (int state = 0; state < 256; ++state) {
      if (visible >= 0 && (state & 15) != visible) continue;
      const double w = Weight(state, conditioning);
      z += w;
      for (std::size_t k = 0; k < edges.size(); ++k) pair[k] += w * Spin(state, edges[k].a) * Spin(state, edges[k].b);
      for (int i = 0; i < 8; ++i) mean[i] += w * Spin(state, i);
    }
    m.pair.resize(edges.size());
    m.mean.resize(8);
    for (std::size_t k = 0; k < edges.size(); ++k) m.pair[k] = static_cast<float>(pair[k] / z);
    for (int i = 0; i < 8; ++i) m.mean[i] = static_cast<float>(mean[i] / z);
    return z;
  }
};

TEST(Train, GradientIsTheSlopeOfTheLogLikelihood) {
  std::mt19937_64 r(test::Seed());
  Tiny model(r);
  const int visible = 0b0110, conditioning = 0b0011;
  const auto likelihood = [&](const Tiny& t) {
    Moments m;
    return std::log(t.Enumerate(conditioning, visible, m) / t.Enumerate(conditioning, -1, m));
  };
  Moments clamped, free;
  model.Enumerate(conditioning, visible, clamped);
  model.Enumerate(conditioning, -1, free);
  Parameters gradient;
  train::Gradient(clamped, free, model.edges, 0, gradient);
  ASSERT_EQ(gradient.size(), model.parameters.size());
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    Tiny up = model, down = model;
    up.parameters[i] += 0.01f;
    down.parameters[i] -= 0.01f;
    const double slope = (likelihood(up) - likelihood(down)) /
                         (static_cast<double>(up.parameters[i]) - static_cast<double>(down.parameters[i]));
    EXPECT_NEAR(gradient[i], slope, 2e-4) << "parameter " << i;
  }
}

TEST(Train, PenaltyShrinksCorrelationsBeyondTheMeans) {
  std::mt19937_64 r(test::Seed() + 1);
  Tiny model(r);
  const auto excess = [&](const Tiny& t) {
    Moments m;
    t.Enumerate(5, -1, m);
    double sum = 0;
    for (std::size_t k = 0; k < t.edges.size(); ++k)
      sum += std::abs(m.pair[k] - m.mean[t.edges[k].a] * m.mean[t.edges[k].b]);
    return sum;
  };
  const double before = excess(model);
  ASSERT_GT(before, 0.3);
  for (int n = 0; n < 200; ++n) {
    Moments free;
    Parameters gradient;
    model.Enumerate(5, -1, free);
    train::Gradient(free, free, model.edges, 1, gradient);  // no data: clamped = free
    for (std::size_t k = 0; k < gradient.size(); ++k) model.parameters[k] += 0.05f * gradient[k];
  }
  EXPECT_LT(excess(model), 0.3 * before);
}

TEST(Train, PenaltyFollowsTheAutocorrelation) {
  EXPECT_LT(train::NextPenalty(0.1, 0.01, 0, 0.15), 0.07);             // mixes: falls fast
  EXPECT_DOUBLE_EQ(train::NextPenalty(0.1, 0.2, 0.3, 0.15), 0.095);    // slow, getting better
  EXPECT_DOUBLE_EQ(train::NextPenalty(0.1, 0.2, 0.1, 0.15), 0.12);     // slow, getting worse
  EXPECT_DOUBLE_EQ(train::NextPenalty(0.1, 0.4, 0.1, 0.15), 0.15);     // very slow
  EXPECT_DOUBLE_EQ(train::NextPenalty(0.001, 0.0, 0.1, 0.15), 0.001);  // floor
}

TEST(Train, PenaltyAsThePaperPrintsIt) {
  EXPECT_DOUBLE_EQ(train::PaperPenalty(0.1, 0.02, 0.5, 0.03), 0.08);      // below the threshold: falls
  EXPECT_DOUBLE_EQ(train::PaperPenalty(0.1, 0.04, 0.04, 0.03), 0.1);      // above, not growing: stays
  EXPECT_DOUBLE_EQ(train::PaperPenalty(0.1, 0.05, 0.04, 0.03), 0.12);     // above and growing: rises
  EXPECT_DOUBLE_EQ(train::PaperPenalty(0.00011, 0.02, 0.5, 0.03), 0.0);   // what ends below the least is none
  EXPECT_DOUBLE_EQ(train::PaperPenalty(0.0, 0.05, 0.04, 0.03), 0.00012);  // from which it comes back
}

TEST(Train, AutocorrelationOfKnownChains) {
  std::mt19937_64 r(test::Seed() + 2);
  constexpr int kChains = 512, kPixels = 50;
  std::vector<std::uint8_t> a(kChains * kPixels), b(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    // Groups have means of their own, which must not count as correlation.
    const int threshold = i / kPixels / 16 % 2 ? 8 : 2;
    a[i] = static_cast<int>(r() % 10) < threshold;
    b[i] = static_cast<int>(r() % 10) < threshold;
  }
  EXPECT_NEAR(train::Autocorrelation(a, b, kChains, 16, 1), 0, 0.05);
  EXPECT_NEAR(train::Autocorrelation(a, a, kChains, 16, 1), 1, 1e-9);
}

TEST(Train, AdamGoesUphill) {
  Parameters x = {0.5f, -0.3f};
  train::Adam adam;
  for (int n = 0; n < 500; ++n) adam.Ascend(x, {1 - x[0], 2 - x[1]}, 0.02);
  EXPECT_NEAR(x[0], 1, 0.05);
  EXPECT_NEAR(x[1], 2, 0.05);
}

// Couplings on the edges of a 2 x 4 grid, then one bias, as a device takes them.
struct Quantised {
  std::vector<int> j;
  int h;
};
Quantised QuantisedBy(const std::vector<float>& couplings, float bias, int weight_bits, int weight_step) {
  const auto edges = train::GridEdges(2, 4, ParsePattern("0,1"));
  Parameters parameters(edges.size() + 8, 0);
  std::copy(couplings.begin(), couplings.end(), parameters.begin());
  parameters[edges.size()] = bias;
  ModelLayer layer;
  layer.j.assign(16, 77);
  layer.h.assign(8, 77);
  train::Quantise(parameters, edges, weight_bits, weight_step, layer);
  Quantised q{{}, layer.h[0]};
  for (std::size_t e = 0; e < couplings.size(); ++e) q.j.push_back(layer.j[edges[e].position]);
  return q;
}

TEST(Train, WeightsRoundToTheirStepHalvesAwayFromZero) {
  using Row = std::vector<int>;
  EXPECT_EQ(QuantisedBy({1 / 64.f, -1 / 64.f, 0.015f, 1.5f / 32}, 0, 8, 1).j, (Row{1, -1, 0, 2}));
  EXPECT_EQ(QuantisedBy({0.25f, -0.25f, 0.249f, 0.75f}, 0, 8, 16).j, (Row{16, -16, 0, 32}));
  EXPECT_EQ(QuantisedBy({0.5f, -0.5f, 0.499f, 1.5f}, 0, 8, 32).j, (Row{32, -32, 0, 64}));
  EXPECT_EQ(QuantisedBy({0.5f}, 0.03f, 8, 32).h, 1) << "biases keep the fine step";
}

TEST(Train, WeightsAreClippedToTheLargestMultipleOfTheirStep) {
  using Row = std::vector<int>;
  for (const auto& [step, most] : {std::pair{1, 127}, {2, 126}, {4, 124}, {8, 120}, {16, 112}, {32, 96}})
    EXPECT_EQ(QuantisedBy({9.f, -9.f, 3.99f}, 0, 8, step).j, (Row{most, -most, most})) << "step " << step;
  EXPECT_EQ(QuantisedBy({9.f, -9.f}, 0, 4, 4).j, (Row{4, -4}));
}

TEST(Train, PlacementIsSpatialFoldedAndUnique) {
  const auto sites = PlaceImage(64, 64, 28, 28);
  ASSERT_EQ(sites.size(), 784u);
  EXPECT_EQ(std::set<std::int32_t>(sites.begin(), sites.end()).size(), 784u);
  for (int row = 0; row < 28; ++row)
    for (int c = 0; c < 14; ++c) {
      EXPECT_EQ(sites[row * 28 + 27 - c], sites[row * 28 + c] + 1);  // mirror images sit side by side
      if (row > 0) {
        EXPECT_GT(sites[row * 28 + c], sites[(row - 1) * 28 + c]);
      }
    }
  EXPECT_EQ(PlaceImage(3, 4, 3, 3).size(), 9u);
  EXPECT_THROW(PlaceImage(16, 16, 28, 28), Error);
}

}  // namespace
}  // namespace tsu
