// SPDX-License-Identifier: Apache-2.0
// One model, one seed: every device emits the same bits, at any tile count, lane count, thread count and number of passes.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/board.hpp"

namespace tsu::test {
namespace {

constexpr char kModel[] = "sw/models/fashion-g12.safetensors";

std::string SampleHash(const std::string& device, int count, int seed, const char* model = kModel) {
  Process tool({ToolPath(), "run", model, "--device", device, "--count", std::to_string(count), "--seed",
                std::to_string(seed), "--json"});
  EXPECT_TRUE(tool.Wait(std::chrono::seconds(240))) << device;
  EXPECT_EQ(tool.code, 0) << device << ": " << tool.err;
  if (tool.code != 0) return device + " failed";
  const auto answer = nlohmann::json::parse(tool.out);
  EXPECT_EQ(answer.at("samples"), count);
  return answer.at("sample_sha256");
}

TEST(SameSamples, OnEveryDevice) {
  const std::string golden = SampleHash("golden:", 16, 1);
  std::cout << "REPORT sample_sha256, shipped model, seed 1, 16 samples: " << golden << "\n";
  EXPECT_EQ(SampleHash("cpu:", 16, 1), golden);
  EXPECT_EQ(SampleHash("sim:", 16, 1), golden) << "4 tiles";
  EXPECT_EQ(SampleHash("sim:?build=1tile", 16, 1), golden);
  const Board board;
  EXPECT_EQ(SampleHash(board.url(), 16, 1), golden);
}

// The other shipped models that a simulated core holds, whole chains.
TEST(SameSamples, OfTheBestAndOfTheLabelledModelOnTheSimulatedCore) {
  for (const char* model : {"sw/models/fashion-best.safetensors", "sw/models/fashion-labels.safetensors"}) {
    const std::string fast = SampleHash("cpu:", 2, 1, model);
    std::cout << "REPORT sample_sha256, " << model << ", seed 1, 2 samples: " << fast << "\n";
    EXPECT_EQ(SampleHash("sim:?build=d24", 2, 1, model), fast);
  }
}

TEST(SameSamples, AnyShapeOfTheRun) {
  const std::string golden = SampleHash("golden:", 24, 7);
  EXPECT_EQ(SampleHash("golden:?lanes=4&groups=2", 24, 7), golden) << "three passes of eight chains";
  EXPECT_EQ(SampleHash("cpu:?threads=1", 24, 7), golden);
  EXPECT_EQ(SampleHash("cpu:?threads=3", 24, 7), golden);
  EXPECT_NE(SampleHash("cpu:", 24, 8), golden) << "the seed matters";
}

}  // namespace
}  // namespace tsu::test
