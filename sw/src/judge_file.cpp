// SPDX-License-Identifier: Apache-2.0
// Judges as safetensors: `<n>.weight` and `<n>.bias` of the n-th layer that has any, layers and record in the metadata `judge`.
#include "safetensors.hpp"
#include "tsu/judge.hpp"

namespace tsu {
namespace {

using nlohmann::json;

constexpr int kFormatVersion = 1;
constexpr int kMostWidth = 4096;

SafetensorsReader Open(const std::string& path) {
  return SafetensorsReader(path, "a judge of format version " + std::to_string(kFormatVersion) + ", as `make judges` writes it");
}

bool Flag(const json& layer, const char* name) { return layer.value(name, false); }

// One layer, given its input's shape.
JudgeLayer ParseLayer(const SafetensorsReader& file, const json& about, int rows, int cols, int channels, int& part) {
  JudgeLayer l;
  l.rows = rows;
  l.cols = cols;
  l.in = channels;
  l.relu = Flag(about, "relu");
  l.features = Flag(about, "features");
  const std::string op = about.at("op");
  std::vector<std::size_t> shape;
  if (op == "dense") {
    l.kind = JudgeLayer::Kind::kDense;
    l.out = file.Whole(about.at("out"), 1, kMostWidth);
    l.out_rows = l.out_cols = 1;
    shape = {static_cast<std::size_t>(rows) * cols * channels, static_cast<std::size_t>(l.out)};
  } else if (op == "conv") {
    l.kind = JudgeLayer::Kind::kConvolution;
    l.out = file.Whole(about.at("out"), 1, kMostWidth);
    l.kernel = file.Whole(about.at("kernel"), 1, 64);
    l.stride = file.Whole(about.at("stride"), 1, 64);
    l.pad_before = file.Whole(about.at("pad").at(0), 0, 64);
    l.pad_after = file.Whole(about.at("pad").at(1), 0, 64);
    const int slack_rows = rows + l.pad_before + l.pad_after - l.kernel, slack_cols = cols + l.pad_before + l.pad_after - l.kernel;
    if (slack_rows < 0 || slack_cols < 0) throw file.Fail("a window larger than its image");
    l.out_rows = slack_rows / l.stride + 1;
    l.out_cols = slack_cols / l.stride + 1;
    const auto side = static_cast<std::size_t>(l.kernel);
    shape = {side, side, static_cast<std::size_t>(channels), static_cast<std::size_t>(l.out)};
  } else if (op == "maxpool") {
    l.kind = JudgeLayer::Kind::kMaxPool;
    l.kernel = file.Whole(about.at("size"), 1, 64);
    l.out_rows = rows / l.kernel;
    l.out_cols = cols / l.kernel;
    l.out = channels;
    if (l.out_rows < 1 || l.out_cols < 1) throw file.Fail("a window larger than its image");
    return l;
  } else {
    throw file.Fail("no such layer: `" + Short(op) + "`");
  }
  const std::string name = std::to_string(part++);
  l.weight = file.Floats(name + ".weight", shape);
  l.bias = file.Floats(name + ".bias", {static_cast<std::size_t>(l.out)});
  return l;
}

Judge Parse(const SafetensorsReader& file, const std::string& path) {
  const json meta = file.Metadata("judge", "judge");
  if (meta.value("format_version", json()) != kFormatVersion) throw file.Fail("judge format version is " + Short(meta.value("format_version", json()).dump()));
  Judge j;
  j.path = path;
  j.data_set = meta.at("data_set");
  j.train_sha256 = meta.at("train_sha256");
  j.threshold = meta.at("threshold");
  j.rows = file.Whole(meta.at("image").at(0), 1, 1024);
  j.cols = file.Whole(meta.at("image").at(1), 1, 1024);
  j.classes = file.Whole(meta.at("classes"), 2, 256);
  j.test_accuracy = meta.at("test_accuracy");
  j.held_out = file.Whole(meta.at("held_out"), 0, 1 << 30);
  j.record = meta.dump();
  int rows = j.rows, cols = j.cols, channels = 1, part = 0, features = 0;
  for (const json& about : meta.at("layers")) {
    j.layers.push_back(ParseLayer(file, about, rows, cols, channels, part));
    const JudgeLayer& l = j.layers.back();
    rows = l.out_rows;
    cols = l.out_cols;
    channels = l.out;
    if (l.features && rows * cols == 1) ++features;
  }
  if (features != 1 || rows * cols != 1 || channels != j.classes) throw file.Fail("the layers do not end in features and one logit a class");
  return j;
}

FloatMatrix ReadMatrix(const SafetensorsReader& file, const std::string& name, std::size_t cols) {
  const auto shape = file.TensorShape(name);
  if (shape.size() != 2 || shape[1] != cols) throw file.Fail("tensor `" + name + "` has the wrong shape");
  return {shape[0], cols, file.Floats(name, shape)};
}

// Turns what the JSON library finds wrong into an error about the file.
template <typename Action>
auto Guard(const SafetensorsReader& file, Action action) {
  try {
    return action();
  } catch (const json::exception& e) {
    const std::string what = e.what();  // "[json.exception...] a sentence"
    throw file.Fail("metadata: " + Short(what.substr(what.find(' ') + 1)));
  }
}

}  // namespace

Judge LoadJudge(const std::string& path) {
  const SafetensorsReader file = Open(path);
  return Guard(file, [&] { return Parse(file, path); });
}

JudgeReference LoadJudgeReference(const std::string& path) {
  const SafetensorsReader file = Open(path);
  return Guard(file, [&] {
    const Judge j = Parse(file, path);
    std::size_t width = 0;
    for (const JudgeLayer& l : j.layers)
      if (l.features) width = l.out;
    JudgeReference r;
    r.images = file.Tensor<std::uint8_t>("made.images", file.TensorShape("made.images"));
    const auto classes = static_cast<std::size_t>(j.classes);
    r.made = {ReadMatrix(file, "made.features", width), ReadMatrix(file, "made.logits", classes)};
    r.test = {ReadMatrix(file, "test.features", width), ReadMatrix(file, "test.logits", classes)};
    return r;
  });
}

}  // namespace tsu
