// SPDX-License-Identifier: Apache-2.0
// sim: through the device interface against golden:, at the shipped geometry, both builds, with models as large as the core and smaller.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <random>

#include "tests/support/seed.hpp"
#include "tsu/error.hpp"
#include "verif/devices/devices.hpp"
#include "verif/golden/random_model.hpp"

namespace tsu {
namespace {

using std::chrono::milliseconds;

class SimDeviceTest : public testing::TestWithParam<const char*> {
 protected:
  static void SetUpTestSuite() {
    RegisterGoldenDevice();
    RegisterSimDevice();
  }
};

// Everything a device is asked for, the same for both.
struct Job {
  Shape shape;
  Sites sites;
  std::vector<LayerWeights> layers;
  std::vector<std::uint8_t> spins, conditioning;
  std::vector<NoiseState> noise;
  Program program;
};

Job RandomJob(int rows, int cols, int chains, std::mt19937_64& random) {
  Job job;
  job.shape = {rows, cols, ParsePattern("G12"), 8, 2, chains};
  job.sites = golden::RandomCluster(rows, cols, job.shape.pattern, rows * cols * 3 / 4, random);
  for (int k = 0; k < 2; ++k) job.layers.push_back(golden::RandomLayer(rows, cols, job.shape.pattern, 8, {}, random));
  const std::size_t n = static_cast<std::size_t>(rows) * cols * chains;
  job.spins = golden::RandomBits(n, random);
  job.conditioning = golden::RandomBits(n, random);
  job.noise = NoiseStreams(random(), 0, chains, cols / 2);
  using namespace regs;
  job.program = {Instruction(kOpClamp, 1), Instruction(kOpLoop, 2), Instruction(kOpBeta, 0), Instruction(kOpPreload, 1),
                 Instruction(kOpSweep, 5), Instruction(kOpLayer, 1), Instruction(kOpBeta, 1), Instruction(kOpSweep, 4),
                 Instruction(kOpEmit, 0), Instruction(kOpCopy), Instruction(kOpLayer, 0), Instruction(kOpRandomise, 1),
                 Instruction(kOpNext), Instruction(kOpSweep, 3), Instruction(kOpEmit, 1), Instruction(kOpEnd)};
  return job;
}

std::vector<Emission> RunJob(const std::string& url, const Job& job, Counters& counters) {
  const auto device = OpenDevice(url);
  const Geometry geometry = device->Configure(job.shape);
  EXPECT_EQ(geometry.chains(), job.shape.chains) << url;
  if (url.starts_with("sim:")) {
    EXPECT_EQ(geometry.tiles, url == "sim:?build=1tile" ? 1 : 4);
  }
  device->LoadSites(job.sites);
  for (int k = 0; k < 2; ++k) device->LoadLayer(k, job.layers[k]);
  for (int t = 0; t < 2; ++t) device->LoadTable(t, MakeTable(0.8 + 0.4 * t, geometry.table_bits));
  device->LoadSpins(job.spins);
  device->LoadConditioning(job.conditioning);
  device->LoadNoise(job.noise);
  std::vector<Emission> emissions;
  counters = device->Run(job.program, [&](const Emission& e) { emissions.push_back(e); }, milliseconds(60000));
  return emissions;
}

TEST_P(SimDeviceTest, EmitsWhatGoldenEmits) {
  std::mt19937_64 random(test::Seed());
  const struct {
    int rows, cols;
  } grids[] = {{64, 64}, {64, 40}, {17, 64}, {3, 6}};
  for (const auto& grid : grids) {
    const Job job = RandomJob(grid.rows, grid.cols, 8, random);
    Counters expected, got;
    const std::vector<Emission> golden = RunJob("golden:?lanes=8", job, expected);
    const std::vector<Emission> sim = RunJob(GetParam(), job, got);
    ASSERT_EQ(sim.size(), golden.size());
    for (std::size_t i = 0; i < sim.size(); ++i) {
      EXPECT_EQ(sim[i].sites, golden[i].sites);
      EXPECT_TRUE(sim[i].bits == golden[i].bits) << grid.rows << " x " << grid.cols << ", emission " << i;
    }
    EXPECT_EQ(got.row_steps, 2u * grid.rows * ProgramSweeps(job.program));
    EXPECT_EQ(got.samples, 3u);
  }
}

// The shipped geometry loses no clock: 2 x rows a sweep, in both builds; and how fast it is simulated here.
TEST_P(SimDeviceTest, ClocksPerSweepAndSpeed) {
  std::mt19937_64 random(test::Seed());
  Job job = RandomJob(64, 64, 8, random);
  const std::uint64_t sweeps = 200;
  Counters one, many;
  const auto run = [&](std::uint64_t count, Counters& counters) {
    job.program = {Instruction(regs::kOpBeta, 0), Instruction(regs::kOpSweep, static_cast<std::uint32_t>(count)),
                   Instruction(regs::kOpEnd)};
    RunJob(GetParam(), job, counters);
  };
  run(1, one);
  const std::clock_t start = std::clock();
  run(1 + sweeps, many);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  EXPECT_EQ(many.flips, (1 + sweeps) * 64 * 64 * 8);
  EXPECT_EQ(many.sweep_clocks - one.sweep_clocks, sweeps * 2 * 64);
  std::printf("REPORT utilisation:  64 x 64  G12  groups 1: %.2f clocks a sweep, 2 x rows x groups = 128, %s\n",
              static_cast<double>(many.sweep_clocks - one.sweep_clocks) / static_cast<double>(sweeps), GetParam());
  std::printf("%s: %.1f million flips a CPU second, loads included\n", GetParam(), static_cast<double>(many.flips) / seconds / 1e6);
}

TEST_P(SimDeviceTest, RefusesNonsense) {
  for (const char* url : {"sim:path", "sim:?build=2tile", "sim:?lanes=4"}) {
    try {
      OpenDevice(url);
      ADD_FAILURE() << url;
    } catch (const Error& error) {
      EXPECT_EQ(error.exit(), Exit::kUsage) << url;
    }
  }
  // A device that fails in one run works in the next.
  std::mt19937_64 random(test::Seed());
  const Job job = RandomJob(8, 8, 8, random);
  const auto device = OpenDevice(GetParam());
  device->Configure(job.shape);
  device->LoadSites(job.sites);
  const Program bad{Instruction(regs::kOpLayer, 77), Instruction(regs::kOpEnd)};
  EXPECT_THROW(device->Run(bad, {}, milliseconds(1000)), Error);
  const Program endless{Instruction(regs::kOpRandomise), Instruction(regs::kOpLoop, 0xFFFFFF), Instruction(regs::kOpRandomise),
                        Instruction(regs::kOpNext), Instruction(regs::kOpEnd)};
  EXPECT_THROW(device->Run(endless, {}, milliseconds(50)), Error);
  const Counters counters = device->Run({Instruction(regs::kOpRandomise), Instruction(regs::kOpEnd)}, {}, milliseconds(5000));
  EXPECT_EQ(counters.row_steps, 16u);
}

INSTANTIATE_TEST_SUITE_P(Builds, SimDeviceTest, testing::Values("sim:", "sim:?build=1tile"),
                         [](const auto& info) { return info.index ? "OneTile" : "FourTiles"; });

}  // namespace
}  // namespace tsu
