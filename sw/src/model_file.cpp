// SPDX-License-Identifier: Apache-2.0
// Models as safetensors: u64 header length, JSON header {name: {dtype, shape, data_offsets}, __metadata__}, raw tensors.
#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "tsu/model.hpp"

namespace tsu {
namespace {

using nlohmann::json;

constexpr std::uint64_t kHeaderLimit = 16 << 20;
constexpr int kDepthLimit = 64;  // copies and dumps recurse

template <typename T>
constexpr const char* kDtype = nullptr;
template <>
constexpr const char* kDtype<std::int16_t> = "I16";
template <>
constexpr const char* kDtype<std::int32_t> = "I32";
template <>
constexpr const char* kDtype<std::uint8_t> = "U8";

// The start of a stranger's text, for a message.
std::string Short(const std::string& text) { return text.size() <= 40 ? text : text.substr(0, 40) + "..."; }

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path), file_(ReadFile(path)) {
    std::uint64_t length = 0;
    if (file_.size() < 8) throw Fail("the file is shorter than a safetensors header");
    std::memcpy(&length, file_.data(), 8);
    if (length > kHeaderLimit || length > file_.size() - 8) {
      throw Fail("the header claims " + std::to_string(length) + " bytes, the file has " + std::to_string(file_.size()));
    }
    data_ = 8 + length;
    header_ = ParseObject("the header", file_.begin() + 8, file_.begin() + static_cast<std::ptrdiff_t>(data_));
    CheckLayout();
  }

  Error Fail(const std::string& what) const {
    return Error(Exit::kBadInput, what, path_, "expected a safetensors model of format version " + std::to_string(kModelFormatVersion));
  }
  json Metadata() const {
    const auto found = header_.find("__metadata__");
    if (found == header_.end() || !found->is_object() || !found->contains("tsu") || !(*found)["tsu"].is_string()) {
      throw Fail("no `tsu` metadata: not a TSU model");
    }
    const std::string text = (*found)["tsu"];
    return ParseObject("the `tsu` metadata", text.begin(), text.end());
  }

  template <typename T>
  std::vector<T> Tensor(const std::string& name, const std::vector<std::size_t>& shape) const {
    const auto found = header_.find(name);
    if (found == header_.end() || !found->is_object()) throw Fail("tensor `" + name + "` is missing");
    std::size_t elements = 1;
    for (const std::size_t size : shape) elements *= size;
    if (found->value("dtype", "") != kDtype<T>) throw Fail("tensor `" + name + "` is not " + kDtype<T>);
    if ((*found).value("shape", json()) != json(shape)) throw Fail("tensor `" + name + "` has the wrong shape");
    const json& offsets = (*found)["data_offsets"];  // checked with the layout
    const std::uint64_t begin = offsets[0], end = offsets[1];
    if (end - begin != elements * sizeof(T)) throw Fail("tensor `" + name + "` has the wrong length");
    std::vector<T> values(elements);
    std::memcpy(values.data(), file_.data() + data_ + begin, elements * sizeof(T));
    return values;
  }

 private:
  // A JSON object that means one thing: readers differ in which of two equal keys they take. Its depth is bounded.
  template <typename Iterator>
  json ParseObject(const std::string& what, Iterator begin, Iterator end) const {
    std::vector<std::set<std::string>> keys;
    const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
      if (depth > kDepthLimit) throw Fail(what + " is nested deeper than " + std::to_string(kDepthLimit));
      if (event == json::parse_event_t::object_start) keys.emplace_back();
      if (event == json::parse_event_t::object_end) keys.pop_back();
      if (event == json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second) {
        throw Fail(what + " has the key `" + Short(parsed.get<std::string>()) + "` twice");
      }
      return true;
    };
    json object = json::parse(begin, end, watch, false);
    if (!object.is_object()) throw Fail(what + " is not a JSON object");
    return object;
  }

  // As the format demands: the tensors cover the data from end to end, without holes and without sharing a byte.
  void CheckLayout() const {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> spans;
    for (const auto& [name, tensor] : header_.items()) {
      if (name == "__metadata__") continue;
      const json offsets = tensor.is_object() ? tensor.value("data_offsets", json()) : json();
      if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned()) {
        throw Fail("tensor `" + Short(name) + "` has no data offsets");
      }
      spans.emplace_back(offsets[0], offsets[1]);
    }
    std::sort(spans.begin(), spans.end());
    std::uint64_t at = 0;
    for (const auto& [begin, end] : spans) {
      if (begin != at || end < begin) throw Fail("tensors overlap or leave holes");
      at = end;
    }
    if (at > file_.size() - data_) throw Fail("tensors lie outside the file: truncated?");
    if (at < file_.size() - data_) throw Fail("bytes follow the last tensor");
  }

  std::string path_;
  Bytes file_;
  std::size_t data_ = 0;
  json header_;
};

class Writer {
 public:
  template <typename T>
  void Add(const std::string& name, const std::vector<std::size_t>& shape, const T* values, std::size_t count) {
    const std::size_t begin = data_.size();
    data_.resize(begin + count * sizeof(T));
    std::memcpy(data_.data() + begin, values, count * sizeof(T));
    header_[name] = {{"dtype", kDtype<T>}, {"shape", shape}, {"data_offsets", {begin, data_.size()}}};
  }
  Bytes Finish(const json& metadata) {
    if (!metadata.is_null()) header_["__metadata__"] = {{"tsu", metadata.dump()}};
    std::string head = header_.dump();
    head.resize((head.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = head.size();
    Bytes file(8 + head.size() + data_.size());
    std::memcpy(file.data(), &length, 8);
    std::copy(head.begin(), head.end(), file.begin() + 8);
    std::copy(data_.begin(), data_.end(), file.begin() + 8 + static_cast<std::ptrdiff_t>(head.size()));
    return file;
  }

 private:
  json header_ = json::object();
  Bytes data_;
};

std::string LayerName(std::size_t k, const char* part) { return "layer" + std::to_string(k) + "." + part; }

// A whole number of the metadata; a fraction, or one beyond the range, is an error, not rounded or wrapped.
int Whole(const json& value, int low, int high, const Reader& reader) {
  if (!value.is_number_integer() || value.get<double>() < low || value.get<double>() > high) {
    throw reader.Fail("metadata: " + Short(value.dump()) + " where a whole number in " + std::to_string(low) + ".." + std::to_string(high) + " belongs");
  }
  return value.get<int>();
}

Model Parse(const Reader& reader) {
  const json meta = reader.Metadata();
  const auto version = meta.value("format_version", json());
  if (version != kModelFormatVersion) throw reader.Fail("model format version is " + Short(version.dump()));
  Model m;
  m.rows = Whole(meta.at("rows"), 1, kMostSide, reader);
  m.cols = Whole(meta.at("cols"), 2, kMostSide, reader);
  m.image_rows = Whole(meta.at("image").at(0), 1, kMostSide, reader);
  m.image_cols = Whole(meta.at("image").at(1), 1, kMostSide, reader);
  m.weight_bits = Whole(meta.at("weight_bits"), 4, 10, reader);
  for (const json& rule : meta.at("pattern")) {
    m.pattern.push_back({Whole(rule.at(0), -127, 127, reader), Whole(rule.at(1), -127, 127, reader)});
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
  if (const int spots = Whole(meta.value("label_spots", json(0)), 0, kMostSide, reader); spots > 0) {
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
      layer.schedule.push_back({s.at("beta").get<double>(), Whole(s.at("sweeps"), 1, kMostSweeps, reader)});
    }
    m.layers.push_back(std::move(layer));
  }
  return m;
}

}  // namespace

Model LoadModel(const std::string& path) {
  const Reader reader(path);
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
  Writer writer;
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
  WriteFileAtomically(path, writer.Finish(metadata));
}

void SaveTensor(const std::string& path, const std::string& name, const std::vector<std::uint32_t>& shape, const Bytes& data) {
  Writer writer;
  writer.Add(name, {shape.begin(), shape.end()}, data.data(), data.size());
  WriteFileAtomically(path, writer.Finish(nullptr));
}

}  // namespace tsu
