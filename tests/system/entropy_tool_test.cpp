// SPDX-License-Identifier: Apache-2.0
// Ring oscillators from end to end: the tool, its serial line over a pseudo-terminal, the simulated board's UART, link and core.
#include <nlohmann/json.hpp>

#include "tests/support/board.hpp"
#include "tests/support/tool.hpp"

namespace tsu::test {
namespace {

class EntropyTool : public Tool {
 protected:
  void SetUp() override { SaveModel(model_, golden::RandomModel({16, 16, ParsePattern("G12"), 8, 2, 1}, Seed(), 6)); }
  nlohmann::json Answer(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const auto process = Run(arguments);
    EXPECT_EQ(process->code, 0) << process->err;
    return nlohmann::json::parse(process->out, nullptr, false);
  }
};

TEST_F(EntropyTool, AnAlarmOfTheBoardIsTheHostsError) {
  const Board board;
  const std::string device = board.url(), out = scratch_ / "samples.idx";
  const std::vector<std::string> fixed = {"run", model_, "--device", device, "--count", "8", "--seed", "5"},
                                 ring = {"run", model_, "--device", device, "--count", "8", "--seed", "ring", "--out", out};
  const std::string golden = Answer({"run", model_, "--device", "golden:", "--count", "8", "--seed", "5"})["sample_sha256"];

  // Good rings: estimates, a picture, samples, and other samples the next time.
  const auto good = Answer({"entropy", device, "--bits", "2048", "--out", scratch_ / "bits.png"});
  EXPECT_EQ(good["source"], "simulation model");
  EXPECT_EQ(good["health_alarm"], "none");
  EXPECT_TRUE(good["ready"].get<bool>());
  EXPECT_EQ(good["bits"], 2048);
  EXPECT_GT(good["most_common_value"], 0.8);
  EXPECT_GT(good["markov"], 0.8);
  EXPECT_EQ(ReadFile(scratch_ / "bits.png").at(1), 'P');
  EXPECT_EQ(Answer({"info", "--device", device})["noise"], "pseudo-random");
  const auto first = Answer(ring), second = Answer(ring);
  EXPECT_EQ(first["noise"], "simulation model");
  EXPECT_EQ(first["seed"], "ring");
  EXPECT_NE(first["sample_sha256"], second["sample_sha256"]);
  EXPECT_EQ(Answer(fixed)["sample_sha256"], golden) << "fixed seeds as ever";

  // Stuck rings: the board's alarm.
  std::filesystem::remove(out);
  const auto stuck = Run({"entropy", device, "--bits", "2048", "--model-fault", "stuck"});
  EXPECT_EQ(stuck->code, static_cast<int>(Exit::kHealth)) << stuck->err;
  EXPECT_NE(stuck->out.find("alarm: repetition count"), std::string::npos) << stuck->out;
  EXPECT_EQ(std::count(stuck->err.begin(), stuck->err.end(), '\n'), 1) << stuck->err;
  Fails(Exit::kHealth, ring, "health alarm of the ring oscillators (repetition count");
  EXPECT_FALSE(std::filesystem::exists(out));
  EXPECT_NE(Answer({"info", "--device", device})["health_alarm"], "none");
  const auto still = Answer(fixed);
  EXPECT_EQ(still["sample_sha256"], golden) << "fixed seeds mind no alarm";
  EXPECT_EQ(still["noise"], "pseudo-random");

  // Mended, but an alarm stays until it is cleared.
  EXPECT_EQ(Run({"entropy", device, "--bits", "1024", "--model-fault", "none"})->code, static_cast<int>(Exit::kHealth));
  EXPECT_EQ(Answer({"entropy", device, "--bits", "1024", "--clear-alarm"})["health_alarm"], "none");
  EXPECT_EQ(Answer(ring)["noise"], "simulation model");
}

TEST_F(EntropyTool, EveryFaultIsAlarmed) {
  const auto good = Answer({"entropy", "sim:", "--bits", "16384"});
  EXPECT_NEAR(good["ones"].get<double>(), 0.5, 0.05);
  for (const char* fault : {"stuck", "biased", "periodic", "neighbour", "clock"}) {
    const auto process = Run({"entropy", "sim:", "--bits", "20000", "--model-fault", fault, "--json"});
    EXPECT_EQ(process->code, static_cast<int>(Exit::kHealth)) << fault << process->err;
    const auto bad = nlohmann::json::parse(process->out, nullptr, false);
    EXPECT_NE(bad["health_alarm"], "none") << fault;
    if (fault == std::string("periodic")) continue;  // of period 8: what the lag test is for, for neither estimate sees it
    EXPECT_LT(std::min(bad["most_common_value"].get<double>(), bad["markov"].get<double>()), 0.7) << fault;
  }
}

TEST_F(EntropyTool, BadInput) {
  Fails(Exit::kIncompatible, {"entropy", "cpu:"}, "no ring oscillators");
  Fails(Exit::kIncompatible, {"entropy", "sim:?build=1tile"}, "no ring oscillators");
  Fails(Exit::kIncompatible, {"run", model_, "--seed", "ring"}, "no ring oscillators");
  Fails(Exit::kUsage, {"entropy"}, "device");
  Fails(Exit::kUsage, {"entropy", "sim:", "--bits", "100"}, "--bits");
  Fails(Exit::kUsage, {"entropy", "sim:", "--model-fault", "broken"}, "--model-fault");
  Fails(Exit::kUsage, {"entropy", "sim:", "--out", scratch_ / "a.bmp"}, ".png");
  Fails(Exit::kOutput, {"entropy", "sim:", "--out", scratch_ / "no/such/a.png"}, "folder");
  for (const char* seed : {"rings", "-1", "", "1e3", "18446744073709551616"}) Fails(Exit::kUsage, {"run", model_, "--seed", seed}, "--seed");
}

}  // namespace
}  // namespace tsu::test
