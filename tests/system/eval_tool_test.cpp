// SPDX-License-Identifier: Apache-2.0
// `tsu eval` as a process: its table, its numbers, and what it refuses.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/support/tool.hpp"
#include "tsu/cpu.hpp"
#include "tsu/driver.hpp"
#include "tsu/evaluation.hpp"

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
  // A model of 8 x 8 images, quick to run; with label cells if asked for.
  std::string Small(const std::string& name, bool labelled = false) {
    Model m = UntrainedModel(8, 8, test::Seed());
    m.layers[0].schedule = {{1.0, 4}};
    for (std::int32_t site = 0; labelled && m.labels.size() < kClasses; ++site)
      if (m.site_class[site] == 0) m.site_class[site] = 2, m.labels.push_back(site);
    SaveModel(scratch_ / name, m);
    return scratch_ / name;
  }
  RunResult Draw(const Model& model, int count, std::uint64_t seed) {
    RunOptions options;
    options.count = count;
    options.seed = seed;
    return RunModel(*MakeCpuDevice(1), model, options);
  }
  // The judges of optdigits, told that they learnt from the train images of this test.
  void BorrowJudges() {
    const std::string learnt = LoadSplit(scratch_ / "", true).sha256;
    for (const std::string name : {"-a.safetensors", "-b.safetensors"}) {
      const Bytes file = ReadFile("sw/judges/optdigits" + name);
      std::string text(file.begin(), file.end());
      const std::string known = LoadJudge("sw/judges/optdigits" + name).train_sha256;
      text.replace(text.find(known), known.size(), learnt);
      scratch_.Write("borrowed" + name, text);
    }
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

TEST_F(EvalTool, SweepsAreTheModels) {
  const std::string model = Small("small.safetensors"), data = scratch_ / "";
  const json deployed = Answer({"eval", model, "--data", data, "--rows", "model"}),
             longer = Answer({"eval", model, "--data", data, "--rows", "model", "--sweeps", "9"});
  EXPECT_EQ(deployed["model"]["sample_sha256"], Draw(LoadModel(model), 30, 1).sample_sha256());
  EXPECT_EQ(longer["model"]["sample_sha256"], Draw(WithSweeps(LoadModel(model), 9), 30, 1).sample_sha256());
  EXPECT_EQ(longer["model"]["sweeps"], 9);
  EXPECT_FALSE(deployed["model"].contains("sweeps"));
}

TEST_F(EvalTool, ARowASeedAndTheirMeanAndRange) {
  const std::string one = Small("one.safetensors"), other = Small("other.safetensors", true), data = scratch_ / "";
  const json answer = Answer({"eval", one, other, scratch_ / "t10k-images-idx3-ubyte", "--data", data, "--rows", "model", "--seeds", "3,1,8"});
  ASSERT_EQ(answer["rows"].size(), 7u);
  ASSERT_EQ(answer["spread"].size(), 2u) << "a file has no seeds";
  for (std::size_t source = 0; source < 2; ++source) {
    const json& spread = answer["spread"][source];
    EXPECT_EQ(spread["source"], source ? other : one);
    EXPECT_EQ(spread["seeds"], 3);
    for (const char* key : {"mmd2_ratio", "nearest_ratio"}) {
      std::vector<double> values;
      for (std::size_t i = 0; i < 3; ++i) {
        const json& row = answer["rows"][3 * source + i];
        EXPECT_EQ(row["seed"], (std::vector{3, 1, 8}[i]));
        EXPECT_EQ(row["source"], source ? other : one);
        values.push_back(row[key]);
      }
      std::sort(values.begin(), values.end());
      EXPECT_LT(values[0], values[2]) << "three sets of samples";
      EXPECT_NEAR(spread[key]["mean"].get<double>(), (values[0] + values[1] + values[2]) / 3, 1e-12);
      EXPECT_EQ(spread[key]["low"], values[0]);
      EXPECT_EQ(spread[key]["high"], values[2]);
    }
  }
  EXPECT_EQ(answer["rows"][1], Answer({"eval", one, "--data", data, "--rows", "model", "--seed", "1"})["rows"][0].patch(
                                   json::parse(R"([{"op": "replace", "path": "/set", "value": ")" + one + R"(, seed 1"}])")));
  EXPECT_NE(Run({"eval", one, "--data", data, "--seeds", "3,1"})->out.find("2 seeds: mean (least to most)"), std::string::npos);
}

TEST_F(EvalTool, SamplesOfAModelWithLabelCellsBringTheirLabels) {
  BorrowJudges();
  const std::string path = Small("labelled.safetensors", true), data = scratch_ / "", judges = scratch_ / "";
  const auto accuracy = [&](const std::vector<std::uint8_t>& labels) {
    const RunResult run = Draw(LoadModel(path), 30, 1);
    const Evaluation evaluation(LoadEvalData(data, LoadJudge(scratch_ / "borrowed-a.safetensors").threshold), FindJudges(judges, LoadSplit(data, true).sha256), 30, 1);
    return evaluation.Evaluate({"", run.samples, labels, 0}).judged->labels->judge;
  };
  const json row = Answer({"eval", path, "--data", data, "--judges", judges, "--rows", "model"})["model"];
  std::vector<std::uint8_t> in_turn;
  for (int i = 0; i < 30; ++i) in_turn.push_back(static_cast<std::uint8_t>(i % kClasses));
  EXPECT_EQ(row["label_accuracy_a"], accuracy(in_turn)[0]);
  EXPECT_EQ(row["label_accuracy_b"], accuracy(in_turn)[1]);
  // Labels of the user's are what is clamped.
  SaveIdx(scratch_ / "sevens", {{30}, Bytes(30, 7)});
  const json sevens = Answer({"eval", path, "--data", data, "--judges", judges, "--rows", "model", "--labels", scratch_ / "sevens"})["model"];
  RunOptions options;
  options.count = 30;
  options.labels.assign(30, 7);
  EXPECT_EQ(sevens["sample_sha256"], RunModel(*MakeCpuDevice(1), LoadModel(path), options).sample_sha256());
  EXPECT_TRUE(sevens.contains("label_accuracy_a"));
  Fails(Exit::kUsage, {"eval", Small("plain.safetensors"), "--data", data, "--labels", scratch_ / "sevens"}, "without label cells");
}

// Greys of 0..16: above 0.1 of full scale there is nothing, above the judges' threshold half.
TEST_F(EvalTool, SamplesAreBlackAndWhiteAtTheJudgesThreshold) {
  for (const std::string split : {"train", "t10k"}) {
    Idx idx = LoadIdx(scratch_ / (split + "-images-idx3-ubyte"));
    for (std::uint8_t& grey : idx.data) grey = grey ? 16 : 0;
    SaveIdx(scratch_ / (split + "-images-idx3-ubyte"), idx);
  }
  BorrowJudges();
  const json row = Answer({"eval", scratch_ / "train-images-idx3-ubyte", "--data", scratch_ / "", "--judges", scratch_ / "", "--rows", "model"})["model"];
  EXPECT_EQ(row["nearest_ratio"], 0) << "copies of train images";
  EXPECT_NEAR(row["fill"].get<double>(), 0.5, 0.1);
}

TEST_F(EvalTool, DiagnoseShowsQualityAgainstSweeps) {
  const std::string model = Small("small.safetensors"), picture = scratch_ / "q.png", data = scratch_ / "";
  const json answer = Answer({"diagnose", model, "--data", data, "--quality", "--sweeps", "12,10", "--count", "20", "--out", picture});
  ASSERT_EQ(answer["quality"].size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const json& at = answer["quality"][i];
    const int sweeps = std::vector{4, 10, 12}[i];
    EXPECT_EQ(at["sweeps"], sweeps);
    EXPECT_EQ(at["sample_sha256"], Draw(WithSweeps(LoadModel(model), sweeps), 20, 1).sample_sha256());
  }
  EXPECT_EQ(answer["test"]["nearest_ratio"], 1);
  EXPECT_GT(ReadFile(picture).size(), 1000u);
  EXPECT_NE(Run({"diagnose", model, "--data", data, "--quality", "--sweeps", "12"})->out.find("> 4 sweeps"), std::string::npos);
  Fails(Exit::kUsage, {"diagnose", model, "--quality"}, "--data");
  Fails(Exit::kUsage, {"diagnose", model, "--count", "20"}, "--quality");
  Fails(Exit::kUsage, {"diagnose", model, "--data", data, "--quality", "--chains", "4"}, "--chains");
  Fails(Exit::kBadInput, {"diagnose", model_, "--data", data, "--quality"}, "1 x 64");
}

TEST_F(EvalTool, Refuses) {
  const std::string samples = scratch_ / "train-images-idx3-ubyte", data = scratch_ / "";
  Fails(Exit::kUsage, {"eval"}, "MODEL");
  Fails(Exit::kUsage, {"eval", samples, "--data", data, "--rows", "some"}, "--rows");
  Fails(Exit::kBadInput, {"eval", samples, "--data", data, "--labels", scratch_ / "none"}, "none");
  SaveIdx(scratch_ / "labels", {{59}, Bytes(59)});
  Fails(Exit::kBadInput, {"eval", samples, "--data", data, "--labels", scratch_ / "labels"}, "59 labels for 60 images");
  Fails(Exit::kUsage, {"eval", samples, "--data", data, "--sweeps", "10"}, "no sweeps");
  Fails(Exit::kUsage, {"eval", samples, samples, "--data", data, "--labels", scratch_ / "labels"}, "several");
  Fails(Exit::kUsage, {"eval", samples, "--data", data, "--seeds", "1,2,1"}, "twice");
  Fails(Exit::kUsage, {"eval", samples, "--data", data, "--seeds", "1,x"}, "--seed");
  Fails(Exit::kUsage, {"eval", samples, "--data", data, "--sweeps", "-1"}, "--sweeps");
  SaveIdx(scratch_ / "train-labels-idx1-ubyte", {{59}, Bytes(59)});
  Fails(Exit::kBadInput, {"eval", samples, "--data", data}, "59 labels for 60 images");
  scratch_.Write("broken-a.safetensors", "not a judge");
  std::filesystem::remove(scratch_ / "train-labels-idx1-ubyte");
  Fails(Exit::kBadInput, {"eval", samples, "--data", data, "--judges", scratch_ / ""}, "broken-a");
}

}  // namespace
}  // namespace tsu
