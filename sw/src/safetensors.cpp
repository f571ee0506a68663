// SPDX-License-Identifier: Apache-2.0
#include "safetensors.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace tsu {
namespace {

using nlohmann::json;

constexpr std::uint64_t kHeaderLimit = 16 << 20;
constexpr int kDepthLimit = 64;  // copies and dumps recurse

// IEEE 754 binary16.
float Half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  float value = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                              : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
  if (exponent == 31) value = fraction == 0 ? INFINITY : NAN;
  return bits >> 15 ? -value : value;
}

}  // namespace

std::string Short(const std::string& text) { return text.size() <= 40 ? text : text.substr(0, 40) + "..."; }

SafetensorsReader::SafetensorsReader(const std::string& path, const std::string& expected)
    : path_(path), expected_(expected), file_(ReadFile(path)) {
  std::uint64_t length = 0;
  if (file_.size() < 8) throw Fail("the file is shorter than a safetensors header");
  std::memcpy(&length, file_.data(), 8);
  if (length > kHeaderLimit || length > file_.size() - 8) {
    throw Fail("the header claims " + std::to_string(length) + " bytes, the file has " + std::to_string(file_.size()));
  }
  data_ = 8 + length;
  const char* text = reinterpret_cast<const char*>(file_.data());
  header_ = ParseObject("the header", text + 8, text + data_);
  CheckLayout();
}

Error SafetensorsReader::Fail(const std::string& what) const { return Error(Exit::kBadInput, what, path_, "expected " + expected_); }

json SafetensorsReader::Metadata(const std::string& key, const std::string& kind) const {
  const auto found = header_.find("__metadata__");
  if (found == header_.end() || !found->is_object() || !found->contains(key) || !(*found)[key].is_string()) {
    throw Fail("no `" + key + "` metadata: not a " + kind);
  }
  const std::string text = (*found)[key];
  return ParseObject("the `" + key + "` metadata", text.data(), text.data() + text.size());
}

std::vector<std::string> SafetensorsReader::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : header_.items())
    if (name != "__metadata__") names.push_back(name);
  return names;
}

std::vector<std::size_t> SafetensorsReader::TensorShape(const std::string& name) const {
  const auto found = header_.find(name);
  if (found == header_.end() || !found->is_object()) throw Fail("tensor `" + name + "` is missing");
  std::vector<std::size_t> shape;
  const json sizes = found->value("shape", json());
  if (!sizes.is_array()) throw Fail("tensor `" + Short(name) + "` has no shape");
  for (const json& size : sizes) {
    if (!size.is_number_unsigned() || size.get<std::uint64_t>() > kFileLimit) throw Fail("tensor `" + Short(name) + "` has a strange shape");
    shape.push_back(size);
  }
  return shape;
}

bool SafetensorsReader::Is(const std::string& name, const char* dtype) const {
  const auto found = header_.find(name);
  return found != header_.end() && found->is_object() && found->value("dtype", json()) == json(dtype);
}

std::vector<float> SafetensorsReader::Floats(const std::string& name, const std::vector<std::size_t>& shape) const {
  if (!Is(name, "F16")) return Tensor<float>(name, shape);
  const std::vector<std::uint16_t> halves = Copy<std::uint16_t>(name, "F16", shape);
  std::vector<float> values(halves.size());
  std::transform(halves.begin(), halves.end(), values.begin(), Half);
  return values;
}

int SafetensorsReader::Whole(const json& value, int low, int high) const {
  if (!value.is_number_integer() || value.get<double>() < low || value.get<double>() > high) {
    throw Fail("metadata: " + Short(value.dump()) + " where a whole number in " + std::to_string(low) + ".." + std::to_string(high) + " belongs");
  }
  return value.get<int>();
}

const std::uint8_t* SafetensorsReader::Find(const std::string& name, const char* dtype, const std::vector<std::size_t>& shape,
                                            std::size_t bytes) const {
  const auto found = header_.find(name);
  if (found == header_.end() || !found->is_object()) throw Fail("tensor `" + name + "` is missing");
  if (!Is(name, dtype)) throw Fail("tensor `" + name + "` is not " + dtype);
  if ((*found).value("shape", json()) != json(shape)) throw Fail("tensor `" + name + "` has the wrong shape");
  const json& offsets = (*found)["data_offsets"];  // checked with the layout
  const std::uint64_t begin = offsets[0], end = offsets[1];
  if (end - begin != bytes) throw Fail("tensor `" + name + "` has the wrong length");
  return file_.data() + data_ + begin;
}

// A JSON object that means one thing: readers differ in which of two equal keys they take. Its depth is bounded.
json SafetensorsReader::ParseObject(const std::string& what, const char* begin, const char* end) const {
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

void SafetensorsReader::CheckLayout() const {
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

Bytes SafetensorsWriter::Finish(const std::string& key, const json& metadata) {
  if (!metadata.is_null()) header_["__metadata__"] = {{key, metadata.dump()}};
  std::string head = header_.dump();
  head.resize((head.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = head.size();
  Bytes file(8 + head.size() + data_.size());
  std::memcpy(file.data(), &length, 8);
  std::copy(head.begin(), head.end(), file.begin() + 8);
  std::copy(data_.begin(), data_.end(), file.begin() + 8 + static_cast<std::ptrdiff_t>(head.size()));
  return file;
}

}  // namespace tsu
