// SPDX-License-Identifier: Apache-2.0
// Models as safetensors: u64 header length, JSON header {name: {dtype, shape, data_offsets}, __metadata__}, raw tensors.
#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "tsu/model.hpp"

namespace tsu {
namespace {

using nlohmann::json;

constexpr std::uint64_t kHeaderLimit = 16 << 20;
constexpr std::uint64_t kFileLimit = std::uint64_t{1} << 30;

template <typename T>
constexpr const char* kDtype = nullptr;
template <>
constexpr const char* kDtype<std::int16_t> = "I16";
template <>
constexpr const char* kDtype<std::int32_t> = "I32";
template <>
constexpr const char* kDtype<std::uint8_t> = "U8";

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path), file_(ReadFile(path, kFileLimit)) {
    std::uint64_t length = 0;
    if (file_.size() < 8) throw Fail("the file is shorter than a safetensors header");
    std::memcpy(&length, file_.data(), 8);
    if (length > kHeaderLimit || length > file_.size() - 8) {
      throw Fail("the header claims " + std::to_string(length) + " bytes, the file has " + std::to_string(file_.size()));
    }
    data_ = 8 + length;
    header_ = json::parse(file_.begin() + 8, file_.begin() + static_cast<std::ptrdiff_t>(data_), nullptr, false);
    if (!header_.is_object()) throw Fail("the header is not a JSON object");
  }

  Error Fail(const std::string& what) const {
    return Error(Exit::kBadInput, what, path_, "expected a safetensors model of format version " + std::to_string(kModelFormatVersion));
  }
  json Metadata() const {
    const auto found = header_.find("__metadata__");
    if (found == header_.end() || !found->is_object() || !found->contains("tsu") || !(*found)["tsu"].is_string()) {
      throw Fail("no `tsu` metadata: not a TSU model");
    }
    json meta = json::parse((*found)["tsu"].get<std::string>(), nullptr, false);
    if (!meta.is_object()) throw Fail("the `tsu` metadata is not a JSON object");
    return meta;
  }

  template <typename T>
  std::vector<T> Tensor(const std::string& name, const std::vector<std::size_t>& shape) const {
    const auto found = header_.find(name);
    if (found == header_.end() || !found->is_object()) throw Fail("tensor `" + name + "` is missing");
    std::size_t elements = 1;
    for (const std::size_t size : shape) elements *= size;
    if (found->value("dtype", "") != kDtype<T>) throw Fail("tensor `" + name + "` is not " + kDtype<T>);
    if ((*found).value("shape", json()) != json(shape)) throw Fail("tensor `" + name + "` has the wrong shape");
    const json offsets = found->value("data_offsets", json());
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned()) {
      throw Fail("tensor `" + name + "` has no data offsets");
    }
    const std::uint64_t begin = offsets[0], end = offsets[1];
    if (end < begin || end - begin != elements * sizeof(T) || end > file_.size() - data_) {
      throw Fail("tensor `" + name + "` lies outside the file: truncated?");
    }
    std::vector<T> values(elements);
    std::memcpy(values.data(), file_.data() + data_ + begin, elements * sizeof(T));
    return values;
  }

 private:
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

Model Parse(const Reader& reader) {
  const json meta = reader.Metadata();
  const auto version = meta.value("format_version", json());
  if (version != kModelFormatVersion) throw reader.Fail("model format version is " + version.dump());
  Model m;
  m.rows = meta.at("rows").get<int>();
  m.cols = meta.at("cols").get<int>();
  m.image_rows = meta.at("image").at(0).get<int>();
  m.image_cols = meta.at("image").at(1).get<int>();
  m.weight_bits = meta.at("weight_bits").get<int>();
  for (const json& rule : meta.at("pattern")) m.pattern.push_back({rule.at(0).get<int>(), rule.at(1).get<int>()});
  m.training = meta.value("training", json::object()).dump();
  const auto in = [](int value, int low, int high) { return value >= low && value <= high; };
  if (!in(m.rows, 1, 1024) || !in(m.cols, 2, 1024) || !in(m.image_rows, 1, 1024) || !in(m.image_cols, 1, 1024) ||
      !in(static_cast<int>(meta.at("layers").size()), 1, 64) || !in(static_cast<int>(m.pattern.size()), 1, 6)) {
    throw reader.Fail("grid, image, pattern or number of layers is out of range");
  }
  const std::size_t rows = m.rows, cols = m.cols;
  m.site_class = reader.Tensor<std::uint8_t>("sites.class", {rows, cols});
  m.visible = reader.Tensor<std::int32_t>("visible", {static_cast<std::size_t>(m.image_rows) * m.image_cols});
  for (std::size_t k = 0; k < meta.at("layers").size(); ++k) {
    const json& about = meta["layers"][k];
    ModelLayer layer;
    layer.j = reader.Tensor<std::int16_t>(LayerName(k, "J"), {rows, cols, 2 * m.pattern.size()});
    layer.h = reader.Tensor<std::int16_t>(LayerName(k, "h"), {rows, cols});
    const auto c = reader.Tensor<std::int16_t>(LayerName(k, "c"), {4});
    std::copy(c.begin(), c.end(), layer.c.begin());
    layer.signal_in = about.at("signal").at(0).get<double>();
    layer.signal_out = about.at("signal").at(1).get<double>();
    for (const json& s : about.at("schedule")) layer.schedule.push_back({s.at("beta").get<double>(), s.at("sweeps").get<int>()});
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
    throw reader.Fail(std::string("metadata: ") + e.what());
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
  writer.Add("sites.class", {rows, cols}, m.site_class.data(), m.site_class.size());
  json pattern = json::array();
  for (const Rule& rule : m.pattern) pattern.push_back({rule.a, rule.b});
  const json metadata = {{"format_version", kModelFormatVersion}, {"rows", m.rows}, {"cols", m.cols},
                         {"image", {m.image_rows, m.image_cols}}, {"weight_bits", m.weight_bits}, {"weight_step", "1/32"},
                         {"pattern", pattern}, {"layers", layers},
                         {"training", m.training.empty() ? json::object() : json::parse(m.training, nullptr, false)}};
  WriteFileAtomically(path, writer.Finish(metadata));
}

void SaveTensor(const std::string& path, const std::string& name, const std::vector<std::uint32_t>& shape, const Bytes& data) {
  Writer writer;
  writer.Add(name, {shape.begin(), shape.end()}, data.data(), data.size());
  WriteFileAtomically(path, writer.Finish(nullptr));
}

}  // namespace tsu
