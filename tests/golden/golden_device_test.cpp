// SPDX-License-Identifier: Apache-2.0
// golden: as a device: shapes, options, counters, deadline, and what it refuses.
#include <gtest/gtest.h>

#include <random>

#include "tests/support/seed.hpp"
#include "tsu/device.hpp"
#include "tsu/error.hpp"
#include "verif/devices/devices.hpp"
#include "verif/golden/core.hpp"
#include "verif/golden/random_model.hpp"

namespace tsu {
namespace {

using namespace std::chrono_literals;

const Shape kShape{6, 10, ParsePattern("G8"), 8, 2, 12};

std::unique_ptr<Device> Open(const std::string& url) {
  RegisterGoldenDevice();
  return OpenDevice(url);
}

template <typename Action>
void ExpectError(Exit exit, Action action, const char* what) {
  try {
    action();
    ADD_FAILURE() << what << ": no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), exit) << what << ": " << error.what();
  }
}

TEST(GoldenDevice, TakesTheShapeOrItsOptions) {
  const Geometry free = Open("golden:")->Configure(kShape);
  EXPECT_EQ(free.chains(), 12);
  EXPECT_EQ(free.lanes, 4);
  EXPECT_EQ(free.layers, 2);
  const Geometry fixed = Open("golden:?lanes=8&groups=3&table_bits=10")->Configure(kShape);
  EXPECT_EQ(fixed.lanes, 8);
  EXPECT_EQ(fixed.groups, 3);
  EXPECT_EQ(fixed.table_bits, 10);
  for (const char* url : {"golden:?lanes=3", "golden:?lanes=64", "golden:?lanes=x",
                          "golden:?lane=4", "golden:path"}) {
    ExpectError(
        Exit::kUsage, [&] { Open(url); }, url);
  }
}

TEST(GoldenDevice, RunsAsTheCoreDoes) {
  std::mt19937_64 random(test::Seed());
  const auto device = Open("golden:");
  const Geometry geometry = device->Configure(kShape);
  golden::Core core(6, 10, kShape.pattern, 12, geometry.table_bits);
  core.layers = {golden::RandomLayer(6, 10, kShape.pattern, 8, {}, random),
                 golden::RandomLayer(6, 10, kShape.pattern, 8, {}, random)};
  core.tables = {MakeTable(1.5, geometry.table_bits)};
  core.sites = golden::RandomCluster(6, 10, kShape.pattern, 30, random);
  core.noise = NoiseStreams(test::Seed(), 0, 12, 5);
  core.spins = golden::RandomBits(720, random);
  core.conditioning = golden::RandomBits(720, random);
  for (int k = 0; k < 2; ++k) device->LoadLayer(k, core.layers[k]);
  device->LoadTable(0, core.tables[0]);
  device->LoadSites(core.sites);
  device->LoadNoise(core.noise);
  device->LoadSpins(core.spins);
  device->LoadConditioning(core.conditioning);
  const Program program{Instruction(regs::kOpBeta, 0),  Instruction(regs::kOpClamp, 1),
                        Instruction(regs::kOpLayer, 1), Instruction(regs::kOpSweep, 5),
                        Instruction(regs::kOpEmit, 1),  Instruction(regs::kOpEnd)};
  std::vector<std::uint8_t> bits;
  const Counters counters = device->Run(
      program, [&](const Emission& emission) { bits = emission.bits; }, 60s);
  core.Run(program, {});
  EXPECT_EQ(bits, core.spins);
  EXPECT_EQ(counters.row_steps, 5u * 2 * 6 * geometry.groups);
  EXPECT_EQ(counters.flips, 5u * 60 * 12);
  EXPECT_EQ(counters.samples, static_cast<std::uint64_t>(geometry.groups));
}

TEST(GoldenDevice, EndsAtItsDeadline) {
  const auto device = Open("golden:");
  device->Configure(kShape);
  device->LoadNoise(NoiseStreams(1, 0, 12, 5));
  const Program endless{Instruction(regs::kOpLoop, 0xFFFFFF), Instruction(regs::kOpRandomise, 0),
                        Instruction(regs::kOpNext), Instruction(regs::kOpEnd)};
  const auto start = std::chrono::steady_clock::now();
  ExpectError(
      Exit::kLink, [&] { device->Run(endless, {}, 50ms); }, "deadline");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST(GoldenDevice, RefusesWhatHardwareCannotHold) {
  std::mt19937_64 random(test::Seed());
  const auto device = Open("golden:");
  ExpectError(
      Exit::kInternal, [&] { device->LoadTable(0, MakeTable(1, 9)); }, "before Configure");
  Shape odd = kShape;
  odd.cols = 9;
  ExpectError(
      Exit::kIncompatible, [&] { device->Configure(odd); }, "odd columns");
  device->Configure(kShape);
  const LayerWeights good = golden::RandomLayer(6, 10, kShape.pattern, 8, {}, random);
  const auto refuses = [&](auto spoil, const char* what) {
    LayerWeights layer = good;
    spoil(layer);
    ExpectError(
        Exit::kBadInput, [&] { device->LoadLayer(0, layer); }, what);
  };
  refuses([](LayerWeights& l) { l.j[5 * 8] = 128; }, "weight of nine bits");
  refuses([](LayerWeights& l) { l.j[2] = 1; },
          "weight off the grid");  // rotation 2 of rule (0, 1) at row 0 points up
  refuses([](LayerWeights& l) { l.h[7] = 2048; }, "bias of thirteen bits");
  refuses([](LayerWeights& l) { l.c[0] = 1; }, "coupling of latents");
  refuses([](LayerWeights& l) { l.j.pop_back(); }, "shape");
  ExpectError(
      Exit::kBadInput, [&] { device->LoadLayer(2, good); }, "slot");
  ExpectError(
      Exit::kBadInput, [&] { device->LoadTable(0, MakeTable(1, 8)); }, "short table");
  ExpectError(
      Exit::kBadInput, [&] { device->LoadNoise(NoiseStreams(1, 0, 12, 4)); }, "streams");
  ExpectError(
      Exit::kBadInput, [&] { device->LoadNoise(std::vector<NoiseState>(60)); }, "zero state");
  ExpectError(
      Exit::kBadInput, [&] { device->LoadSpins(std::vector<std::uint8_t>(720, 2)); }, "spin of 2");
  device->LoadLayer(0, good);
}

}  // namespace
}  // namespace tsu
