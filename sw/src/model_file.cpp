// SPDX-License-Identifier: Apache-2.0
// Models as safetensors.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "safetensors.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "tsu/model.hpp"

namespace tsu {
namespace {

using nlohmann::json;

std::string LayerName(std::size_t k, const char* part) { return "layer" + std::to_string(k) + "." + part; }

Model Parse(const SafetensorsReader& reader) {
  const json meta = reader.Metadata("tsu", "TSU model");
  const auto version = meta.value("format_version", json());
  if (version != kModelFormatVersion) throw reader.Fail("model format version is " + Short(version.dump()));
  Model m;
  m.rows = reader.Whole(meta.at("rows"), 1, kMostSide);
  m.cols = reader.Whole(meta.at("cols"), 2, kMostSide);
  m.image_rows = reader.Whole(meta.at("image").at(0), 1, kMostSide);
  m.image_cols = reader.Whole(meta.at("image").at(1), 1, kMostSide);
  m.weight_bits = reader.Whole(meta.at("weight_bits"), 4, 10);
  for (const json& rule : meta.at("pattern")) {
    m.pattern.push_back({reader.Whole(rule.at(0), -127, 127), reader.Whole(rule.at(1), -127, 127)});
  }
  const json training = meta.value("training", json::object());
  if (!training.is_object()) throw reader.Fail("metadata: the training record is not a JSON object");
  m.training = training.dump();
  if (meta.at("layers").empty() || meta["layers"].size() > 64 || m.pattern.empty() || m.pattern.size() > regs::kMaxRules) {
    throw reader.Fail("the pattern or the number of layers is out of range");
  }
  const std::size_t rows = m.rows, cols = m.cols;
  m.site_class = reader.Tensor<std::uint8_t>("sites.class", {rows, cols});
  m.visible = reader.Tensor<std::int32_t>("visible", {static_cast<std::size_t>(m.image_rows) * m.image_cols});
  if (const int spots = reader.Whole(meta.value("label_spots", json(0)), 0, kMostSide); spots > 0) {
    m.labels = reader.Tensor<std::int32_t>("labels", {static_cast<std::size_t>(spots), kClasses});
  }
  for (std::size_t k = 0; k < meta.at("layers").size(); ++k) {
    const json& about = meta["layers"][k];
    ModelLayer layer;
    layer.j = reader.Tensor<std::int16_t>(LayerName(k, "J"), {rows, cols, 2 * m.pattern.size()});
    layer.h = reader.Tensor<std::int16_t>(LayerName(k, "h"), {rows, cols});
    const auto c = reader.Tensor<std::int16_t>(LayerName(k, "c"), {4});
    std::copy(c.begin(), c.end(), layer.c.begin());
    layer.signal_in = about.at("signal").at(0).get<double>();
    layer.signal_out = about.at("signal").at(1).get<double>();
    for (const json& s : about.at("schedule")) {
      layer.schedule.push_back({s.at("beta").get<double>(), reader.Whole(s.at("sweeps"), 1, kMostSweeps)});
    }
    m.layers.push_back(std::move(layer));
  }
  return m;
}

}  // namespace

Model LoadModel(const std::string& path) {
  const SafetensorsReader reader(path, "a safetensors model of format version " + std::to_string(kModelFormatVersion));
  Model model;
  try {
    model = Parse(reader);
  } catch (const json::exception& e) {
    const std::string what = e.what();  // "[json.exception...] a sentence"
    throw reader.Fail("metadata: " + Short(what.substr(what.find(' ') + 1)));
  }
  CheckModel(model, path);
  return model;
}

void SaveModel(const std::string& path, const Model& m) {
  CheckModel(m, path);
  const std::size_t rows = m.rows, cols = m.cols;
  SafetensorsWriter writer;
  json layers = json::array();
  for (std::size_t k = 0; k < m.layers.size(); ++k) {
    const ModelLayer& layer = m.layers[k];
    writer.Add(LayerName(k, "J"), {rows, cols, 2 * m.pattern.size()}, layer.j.data(), layer.j.size());
    writer.Add(LayerName(k, "h"), {rows, cols}, layer.h.data(), layer.h.size());
    writer.Add(LayerName(k, "c"), {4}, layer.c.data(), layer.c.size());
    json schedule = json::array();
    for (const Segment& s : layer.schedule) schedule.push_back({{"beta", s.beta}, {"sweeps", s.sweeps}});
    layers.push_back({{"signal", {layer.signal_in, layer.signal_out}}, {"schedule", schedule}});
  }
  writer.Add("visible", {m.visible.size()}, m.visible.data(), m.visible.size());
  if (!m.labels.empty()) writer.Add("labels", {m.labels.size() / kClasses, kClasses}, m.labels.data(), m.labels.size());
  writer.Add("sites.class", {rows, cols}, m.site_class.data(), m.site_class.size());
  const json training = m.training.empty() ? json::object() : json::parse(m.training, nullptr, false);
  if (!training.is_object()) throw Error(Exit::kInternal, "the training record is not a JSON object", path, "please report it");
  json pattern = json::array();
  for (const Rule& rule : m.pattern) pattern.push_back({rule.a, rule.b});
  json metadata = {{"format_version", kModelFormatVersion}, {"rows", m.rows}, {"cols", m.cols},
                         {"image", {m.image_rows, m.image_cols}}, {"weight_bits", m.weight_bits}, {"weight_step", "1/32"},
                         {"pattern", pattern}, {"layers", layers},
                         {"training", training}};
  if (!m.labels.empty()) metadata["label_spots"] = m.labels.size() / kClasses;
  WriteFileAtomically(path, writer.Finish("tsu", metadata));
}

void SaveTensor(const std::string& path, const std::string& name, const std::vector<std::uint32_t>& shape, const Bytes& data) {
  SafetensorsWriter writer;
  writer.Add(name, {shape.begin(), shape.end()}, data.data(), data.size());
  WriteFileAtomically(path, writer.Finish("", nullptr));
}

}  // namespace tsu
