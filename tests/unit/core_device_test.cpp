// SPDX-License-Identifier: Apache-2.0
// The device over a transport against a core in memory: packing, reassembly, padding, and every way a core can let it down.
#include "tsu/core_device.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_core.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/seed.hpp"
#include "verif/devices/devices.hpp"
#include "verif/golden/random_model.hpp"

namespace tsu {
namespace {

using std::chrono::milliseconds;
using test::FakeCore;
using test::Refusal;
using Fault = FakeCore::Fault;

Geometry Built(int lanes = 4, int groups = 3) {
  Geometry g;
  g.rows = 11;
  g.cols = 16;
  g.lanes = lanes;
  g.groups = groups;
  g.layers = 2;
  g.weight_bits = 7;
  g.tables = 3;
  g.program_words = 64;
  g.pattern = ParsePattern("G12");
  return g;
}

struct Job {
  Shape shape;
  Sites sites;
  std::vector<LayerWeights> layers;
  std::vector<std::uint8_t> spins, conditioning;
  std::vector<NoiseState> noise;
  Program program;
};

Job RandomJob(const Shape& shape, std::mt19937_64& random) {
  Job job;
  job.shape = shape;
  job.sites = golden::RandomCluster(shape.rows, shape.cols, shape.pattern, shape.rows * shape.cols * 2 / 3, random);
  for (int k = 0; k < shape.layers; ++k) {
    job.layers.push_back(golden::RandomLayer(shape.rows, shape.cols, shape.pattern, shape.weight_bits, {}, random));
  }
  const std::size_t bits = static_cast<std::size_t>(shape.chains) * shape.rows * shape.cols;
  job.spins = golden::RandomBits(bits, random);
  job.conditioning = golden::RandomBits(bits, random);
  job.noise = NoiseStreams(random(), 0, shape.chains, shape.cols / 2);
  using namespace regs;
  job.program = {Instruction(kOpClamp, 1), Instruction(kOpEmit, 1),  Instruction(kOpLoop, 2),      Instruction(kOpBeta, 0),
                 Instruction(kOpSweep, 3), Instruction(kOpLayer, 1), Instruction(kOpBeta, 2),      Instruction(kOpSweep, 2),
                 Instruction(kOpEmit, 0),  Instruction(kOpCopy),     Instruction(kOpRandomise, 1), Instruction(kOpLayer, 0),
                 Instruction(kOpNext),     Instruction(kOpEmit, 1),  Instruction(kOpEnd)};
  return job;
}

void Load(Device& device, const Job& job) {
  const Geometry g = device.Configure(job.shape);
  ASSERT_EQ(g.chains(), job.shape.chains);
  device.LoadSites(job.sites);
  for (int k = 0; k < job.shape.layers; ++k) device.LoadLayer(k, job.layers[k]);
  for (int t = 0; t < 3; ++t) device.LoadTable(t, MakeTable(0.6 + 0.3 * t, g.table_bits));
  device.LoadSpins(job.spins);
  device.LoadConditioning(job.conditioning);
  device.LoadNoise(job.noise);
}

std::vector<Emission> RunAll(Device& device, const Program& program, Counters* counters = nullptr) {
  std::vector<Emission> emissions;
  const Counters c = device.Run(program, [&](const Emission& e) { emissions.push_back(e); }, milliseconds(5000));
  if (counters) *counters = c;
  return emissions;
}

TEST(CoreDevice, AnyGridThatFitsEmitsWhatGoldenEmits) {
  RegisterGoldenDevice();
  std::mt19937_64 random(test::Seed());
  for (const auto& [lanes, groups] : {std::pair{4, 3}, {1, 1}, {8, 1}, {32, 2}, {2, 5}}) {
    for (const auto& [rows, cols] : {std::pair{11, 16}, {11, 10}, {7, 16}, {5, 2}, {1, 16}}) {
      const Job job = RandomJob({rows, cols, ParsePattern("G12"), 7, 2, lanes * groups}, random);
      auto fake = std::make_unique<FakeCore>(Built(lanes, groups));
      FakeCore& core = *fake;
      const auto device = MakeCoreDevice(std::move(fake));
      const auto golden = OpenDevice("golden:?lanes=" + std::to_string(lanes) + "&groups=" + std::to_string(groups));
      Load(*device, job);
      Load(*golden, job);
      for (int run = 0; run < 2; ++run) {  // the second goes on where the first ended
        const auto got = RunAll(*device, job.program), wanted = RunAll(*golden, job.program);
        ASSERT_EQ(got.size(), 4u);
        for (std::size_t i = 0; i < got.size(); ++i) {
          EXPECT_EQ(got[i].index, static_cast<int>(i));
          EXPECT_EQ(got[i].sites, wanted[i].sites);
          EXPECT_TRUE(got[i].bits == wanted[i].bits) << rows << " x " << cols << ", " << lanes << " lanes, " << groups << " groups, emission " << i;
        }
      }
      EXPECT_TRUE(core.idle_noise_is_nonzero);
    }
  }
}

TEST(CoreDevice, TellsWhatTheCoreIs) {
  const auto device = MakeCoreDevice(std::make_unique<FakeCore>(Built()));
  EXPECT_EQ(device->noise(), "pseudo-random");
  ASSERT_NE(device->entropy(), nullptr);
  device->entropy()->Select(true);
  EXPECT_EQ(device->noise(), "simulation model");
  const Shape native = device->native_shape().value();
  EXPECT_EQ(native.rows, 11);
  EXPECT_EQ(native.cols, 16);
  EXPECT_EQ(native.chains, 12);
  EXPECT_EQ(native.pattern, ParsePattern("G12"));
  const Geometry g = device->Configure({5, 8, ParsePattern("G12"), 5, 9, 1000});
  EXPECT_EQ(g.layers, 2) << "fewer than wished";
  EXPECT_EQ(g.chains(), 12);
  EXPECT_EQ(g.tables, 3);
  EXPECT_EQ(g.program_words, 64);
}

TEST(CoreDevice, ReadsCountersOfSixtyFourBits) {
  std::mt19937_64 random(test::Seed());
  const auto device = MakeCoreDevice(std::make_unique<FakeCore>(Built()));
  const Job job = RandomJob({11, 16, ParsePattern("G12"), 7, 2, 12}, random);
  Load(*device, job);
  Counters counters;
  RunAll(*device, job.program, &counters);
  EXPECT_EQ(counters.row_steps & 0xFFFFFFFF, ProgramSweeps(job.program) * 2 * 11);
  EXPECT_EQ(counters.row_steps >> 32, 0x10000 + regs::kRegRowSteps);
  EXPECT_EQ(counters.samples >> 32, 0x10000 + regs::kRegSamples);
}

TEST(CoreDevice, ForeignCoresAreRefused) {
  const auto with = [](std::uint32_t offset, std::uint32_t value) {
    auto fake = std::make_unique<FakeCore>(Built());
    fake->registers[offset] = value;
    return fake;
  };
  EXPECT_NE(Refusal(Exit::kIncompatible, [&] { MakeCoreDevice(with(regs::kRegId, 0)); }).find("magic"), std::string::npos);
  EXPECT_NE(Refusal(Exit::kIncompatible, [&] { MakeCoreDevice(with(regs::kRegVersion, regs::kCoreVersion + 0x10000)); }).find("update"),
            std::string::npos);
  EXPECT_NE(Refusal(Exit::kIncompatible, [&] { MakeCoreDevice(with(regs::kRegVersion, 0)); }).find("gateware"), std::string::npos);
  EXPECT_NE(Refusal(Exit::kIncompatible, [&] { MakeCoreDevice(with(regs::kRegMapHash, 1)); }).find("register map"), std::string::npos);
  Refusal(Exit::kIncompatible, [&] { MakeCoreDevice(with(regs::kRegCaps, 0)); });
  Refusal(Exit::kIncompatible, [&] { MakeCoreDevice(with(regs::kRegCaps, 15)); });
  Refusal(Exit::kIncompatible, [&] { MakeCoreDevice(with(regs::kRegLanes, 0)); });
  MakeCoreDevice(with(regs::kRegVersion, regs::kCoreVersion + 1));  // a newer minor version is none
  auto stuck = std::make_unique<FakeCore>(Built());
  stuck->stuck_scratch_bits = 1u << 21;
  EXPECT_NE(Refusal(Exit::kLink, [&] { MakeCoreDevice(std::move(stuck)); }).find("scratch"), std::string::npos);
}

TEST(CoreDevice, ModelsThatDoNotFitAreRefused) {
  const auto device = MakeCoreDevice(std::make_unique<FakeCore>(Built()));
  const Pattern pattern = ParsePattern("G12");
  EXPECT_NE(Refusal(Exit::kIncompatible, [&] { device->Configure({11, 16, ParsePattern("G8"), 7, 1, 1}); }).find("pattern"), std::string::npos);
  EXPECT_NE(Refusal(Exit::kIncompatible, [&] { device->Configure({12, 16, pattern, 7, 1, 1}); }).find("grid"), std::string::npos);
  EXPECT_NE(Refusal(Exit::kIncompatible, [&] { device->Configure({11, 18, pattern, 7, 1, 1}); }).find("grid"), std::string::npos);
  Refusal(Exit::kIncompatible, [&] { device->Configure({11, 15, pattern, 7, 1, 1}); });
  Refusal(Exit::kIncompatible, [&] { device->Configure({0, 16, pattern, 7, 1, 1}); });
  EXPECT_NE(Refusal(Exit::kIncompatible, [&] { device->Configure({11, 16, pattern, 8, 1, 1}); }).find("weights"), std::string::npos);
}

TEST(CoreDevice, LoadsForAnotherShapeAreRefused) {
  std::mt19937_64 random(test::Seed());
  const auto device = MakeCoreDevice(std::make_unique<FakeCore>(Built()));
  const Job job = RandomJob({11, 16, ParsePattern("G12"), 7, 2, 12}, random), small = RandomJob({5, 8, ParsePattern("G12"), 7, 2, 12}, random);
  Load(*device, job);
  Refusal(Exit::kBadInput, [&] { device->LoadSites(small.sites); });
  Refusal(Exit::kBadInput, [&] { device->LoadLayer(0, small.layers[0]); });
  Refusal(Exit::kBadInput, [&] { device->LoadSpins(small.spins); });
  Refusal(Exit::kBadInput, [&] { device->LoadConditioning(small.spins); });
  Refusal(Exit::kBadInput, [&] { device->LoadNoise(small.noise); });
  Refusal(Exit::kBadInput, [&] { device->LoadTable(0, Table(511, 1)); });
  Refusal(Exit::kIncompatible, [&] { device->LoadTable(3, MakeTable(1, 9)); });
  Refusal(Exit::kIncompatible, [&] { device->LoadLayer(2, job.layers[0]); });
  Refusal(Exit::kIncompatible, [&] { RunAll(*device, Program(65, Instruction(regs::kOpEnd))); });
  Refusal(Exit::kBadInput, [&] { RunAll(*device, {Instruction(regs::kOpCopy)}); });
  device->Configure(small.shape);
  Refusal(Exit::kBadInput, [&] { RunAll(*device, {Instruction(regs::kOpEmit, 0), Instruction(regs::kOpEnd)}); });
}

TEST(CoreDevice, EveryFailureIsFoundAndAborted) {
  std::mt19937_64 random(test::Seed());
  const Job job = RandomJob({11, 16, ParsePattern("G12"), 7, 2, 12}, random);
  const struct {
    Fault fault;
    Exit exit;
    const char* says;
  } cases[] = {{Fault::kLoadError, Exit::kIncompatible, "load packet"},
               {Fault::kProgramError, Exit::kIncompatible, "word 3"},
               {Fault::kHang, Exit::kLink, "in time"},
               {Fault::kLostPacket, Exit::kLink, "missing"},
               {Fault::kExtraPacket, Exit::kLink, "too many"},
               {Fault::kWrongHeader, Exit::kLink, "wrong shape"},
               {Fault::kShortPacket, Exit::kLink, "wrong shape"},
               {Fault::kEndlessPacket, Exit::kLink, "wrong shape"}};
  auto fake = std::make_unique<FakeCore>(Built());
  FakeCore& core = *fake;
  const auto device = MakeCoreDevice(std::move(fake));
  for (const auto& c : cases) {
    core.fault = c.fault;
    Load(*device, job);
    const int aborts = core.aborts;
    const std::string what =
        Refusal(c.exit, [&] { device->Run(job.program, {}, milliseconds(c.fault == Fault::kHang ? 20 : 5000)); });
    EXPECT_NE(what.find(c.says), std::string::npos) << what;
    EXPECT_EQ(core.aborts, aborts + 1) << c.says;
    core.fault = Fault::kNone;
    Load(*device, job);
    EXPECT_EQ(RunAll(*device, job.program).size(), 4u) << "the next run works after: " << c.says;
  }
}

TEST(DeviceUrl, Parts) {
  const DeviceUrl url = ParseDeviceUrl("uart:/dev/ttyUSB0?baud=115200&timeout=9");
  EXPECT_EQ(url.scheme, "uart");
  EXPECT_EQ(url.path, "/dev/ttyUSB0");
  EXPECT_EQ(url.Option("baud", ""), "115200");
  EXPECT_EQ(url.Option("timeout", ""), "9");
  EXPECT_EQ(url.Option("other", "x"), "x");
  EXPECT_EQ(ParseDeviceUrl("cpu:").options.size(), 0u);
  for (const char* bad : {"", "cpu", ":x", "cpu:?", "cpu:?a", "cpu:?=1", "cpu:?a=1&", "cpu:?a=1&a=2"}) {
    Refusal(Exit::kUsage, [&] { ParseDeviceUrl(bad); });
  }
  for (const char* bad : {"x:?n=", "x:?n= 4", "x:?n=+4", "x:?n=4x", "x:?n=0", "x:?n=10", "x:?n=99999999999"}) {
    Refusal(Exit::kUsage, [&] { ParseDeviceUrl(bad).Number("n", 5, 1, 9); });
  }
  EXPECT_EQ(ParseDeviceUrl("x:?n=9").Number("n", 5, 1, 9), 9);
  EXPECT_EQ(ParseDeviceUrl("x:").Number("n", 5, 6, 9), 5) << "the fallback is the device's own";
  Refusal(Exit::kUsage, [] { ParseDeviceUrl("x:path").Expect(false, {}, "x:"); });
  Refusal(Exit::kUsage, [] { ParseDeviceUrl("x:?n=1").Expect(false, {"m"}, "x:?m=N"); });
  EXPECT_NE(Refusal(Exit::kUsage, [] { OpenDevice("abacus:"); }).find("known"), std::string::npos);
}

}  // namespace
}  // namespace tsu
