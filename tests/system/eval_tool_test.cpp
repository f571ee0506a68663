// SPDX-License-Identifier: Apache-2.0
// `tsu eval` as a process: its table, its numbers, and what it refuses.
#include <cmath>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/support/tool.hpp"

namespace tsu {
namespace {

using nlohmann::json;

// A safetensors file of one F32 matrix.
std::string Features(std::uint64_t rows, std::uint64_t cols, const std::vector<float>& values) {
  const std::string head = json{{"x", {{"dtype", "F32"}, {"shape", {rows, cols}}, {"data_offsets", {0, 4 * values.size()}}}}}.dump();
  const std::uint64_t length = head.size();
  std::string file(8 + head.size() + 4 * values.size(), 0);
  std::memcpy(file.data(), &length, 8);
  std::memcpy(file.data() + 8, head.data(), head.size());
  std::memcpy(file.data() + 8 + head.size(), values.data(), 4 * values.size());
  return file;
}

class EvalTool : public test::Tool {
 protected:
  void SetUp() override {
    test::Tool::SetUp();
    for (const auto& [split, images] : {std::pair("train", 60u), std::pair("t10k", 30u)}) {
      std::mt19937 random(static_cast<std::uint32_t>(test::Seed()) + images);
      Bytes grey(images * 64);
      for (std::uint8_t& g : grey) g = random() % 2 ? 255 : 0;
      SaveIdx(scratch_ / (std::string(split) + "-images-idx3-ubyte"), {{images, 8, 8}, grey});
    }
  }
  json Answer(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const auto process = Run(arguments);
    EXPECT_EQ(process->code, 0) << process->err;
    return json::parse(process->out, nullptr, false);
  }
};

TEST_F(EvalTool, PrintsAllRowsOrTheSamplesAlone) {
  const std::string samples = scratch_ / "train-images-idx3-ubyte", data = scratch_ / "";
  const json all = Answer({"eval", samples, "--data", data}), one = Answer({"eval", samples, "--data", data, "--rows", "model", "--count", "20"});
  EXPECT_EQ(all["rows"].size(), 9u);  // no labels: no independent pixels per class
  EXPECT_EQ(all["samples"], 30) << "as many as there are test images";
  EXPECT_EQ(all["rows"][0]["nearest_ratio"], 1);
  EXPECT_EQ(all["model"]["nearest_ratio"], 0) << "copies of train images";
  EXPECT_EQ(one["rows"].size(), 1u);
  EXPECT_EQ(one["samples"], 20);
  const auto table = Run({"eval", samples, "--data", data});
  EXPECT_NE(table->out.find("untrained model"), std::string::npos);
  EXPECT_NE(table->out.find("no judges"), std::string::npos);
  EXPECT_EQ(table->out.find("FCD"), std::string::npos);
}

TEST_F(EvalTool, FeaturesOfTheUsersOwn) {
  std::vector<float> a, b;
  for (int i = 0; i < 40; ++i) a.push_back(static_cast<float>(i % 20)), b.push_back(static_cast<float>(i % 20 + 3));
  const std::string one = scratch_.Write("a", Features(40, 1, a)), other = scratch_.Write("b", Features(40, 1, b));
  const json answer = Answer({"eval", "--features", one, "--train-features", other});
  EXPECT_NEAR(answer["frechet"].get<double>(), 9, 1e-6);
  EXPECT_NEAR(answer["precision"].get<double>(), 18 / 20.0, 0.051);
  a[3] = NAN;
  Fails(Exit::kBadInput, {"eval", "--features", scratch_.Write("n", Features(40, 1, a)), "--train-features", other}, "no finite number");
  Fails(Exit::kBadInput, {"eval", "--features", scratch_.Write("w", Features(20, 2, b)), "--train-features", other}, "2 features");
  Fails(Exit::kBadInput, {"eval", "--features", scratch_.Write("1", Features(1, 1, {1})), "--train-features", other}, "covariance");
  Fails(Exit::kBadInput, {"eval", "--features", scratch_.Write("f", Features(40, 1, b) + "x"), "--train-features", other}, "follow");
  Fails(Exit::kBadInput, {"eval", "--features", model_, "--train-features", other}, "tensors");
  Fails(Exit::kUsage, {"eval", "--features", one}, "--train-features");
}

TEST_F(EvalTool, Refuses) {
  const std::string samples = scratch_ / "train-images-idx3-ubyte", data = scratch_ / "";
  Fails(Exit::kUsage, {"eval"}, "MODEL");
  Fails(Exit::kUsage, {"eval", samples, "--data", data, "--rows", "some"}, "--rows");
  Fails(Exit::kBadInput, {"eval", samples, "--data", data, "--labels", scratch_ / "none"}, "none");
  SaveIdx(scratch_ / "labels", {{59}, Bytes(59)});
  Fails(Exit::kBadInput, {"eval", samples, "--data", data, "--labels", scratch_ / "labels"}, "59 labels for 60 samples");
  SaveIdx(scratch_ / "train-labels-idx1-ubyte", {{59}, Bytes(59)});
  Fails(Exit::kBadInput, {"eval", samples, "--data", data}, "59 labels, 60 images");
  scratch_.Write("broken-a.safetensors", "not a judge");
  std::filesystem::remove(scratch_ / "train-labels-idx1-ubyte");
  Fails(Exit::kBadInput, {"eval", samples, "--data", data, "--judges", scratch_ / ""}, "broken-a");
}

}  // namespace
}  // namespace tsu
