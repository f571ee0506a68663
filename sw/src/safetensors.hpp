// SPDX-License-Identifier: Apache-2.0
// Safetensors files: u64 header length, JSON header {name: {dtype, shape, data_offsets}, __metadata__}, raw tensors, little-endian.
#pragma once

#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tsu/error.hpp"
#include "tsu/files.hpp"

namespace tsu {

template <typename T>
inline constexpr const char* kDtype = nullptr;
template <>
inline constexpr const char* kDtype<std::int16_t> = "I16";
template <>
inline constexpr const char* kDtype<std::int32_t> = "I32";
template <>
inline constexpr const char* kDtype<std::uint8_t> = "U8";
template <>
inline constexpr const char* kDtype<float> = "F32";

// The start of a stranger's text, for a message.
std::string Short(const std::string& text);

// A file whose layout has been checked: the tensors cover the data from end to end, without holes and without sharing a byte.
class SafetensorsReader {
 public:
  // expected: what the file should be, the advice of every error.
  SafetensorsReader(const std::string& path, const std::string& expected);

  Error Fail(const std::string& what) const;
  // The JSON object that is the text of one entry of the metadata; `kind`: what the file is not when there is none.
  nlohmann::json Metadata(const std::string& key, const std::string& kind) const;
  std::vector<std::string> Names() const;                        // of the tensors
  std::vector<std::size_t> TensorShape(const std::string& name) const;
  bool Is(const std::string& name, const char* dtype) const;     // false where there is no such tensor
  // One tensor, row-major. Throws Fail on another type, shape or length.
  template <typename T>
  std::vector<T> Tensor(const std::string& name, const std::vector<std::size_t>& shape) const {
    return Copy<T>(name, kDtype<T>, shape);
  }
  // An F16 or F32 tensor.
  std::vector<float> Floats(const std::string& name, const std::vector<std::size_t>& shape) const;
  // A whole number of the metadata; a fraction, or one beyond the range, is an error, not rounded or wrapped.
  int Whole(const nlohmann::json& value, int low, int high) const;

 private:
  nlohmann::json ParseObject(const std::string& what, const char* begin, const char* end) const;
  void CheckLayout() const;
  // Bytes of a tensor of that type, shape and length.
  const std::uint8_t* Find(const std::string& name, const char* dtype, const std::vector<std::size_t>& shape, std::size_t bytes) const;
  template <typename T>
  std::vector<T> Copy(const std::string& name, const char* dtype, const std::vector<std::size_t>& shape) const {
    std::size_t elements = 1;
    for (const std::size_t size : shape) elements *= size;
    const std::uint8_t* data = Find(name, dtype, shape, elements * sizeof(T));
    std::vector<T> values(elements);
    if (elements != 0) std::memcpy(values.data(), data, elements * sizeof(T));
    return values;
  }

  std::string path_, expected_;
  Bytes file_;
  std::size_t data_ = 0;
  nlohmann::json header_;
};

class SafetensorsWriter {
 public:
  template <typename T>
  void Add(const std::string& name, const std::vector<std::size_t>& shape, const T* values, std::size_t count) {
    const std::size_t begin = data_.size();
    data_.resize(begin + count * sizeof(T));
    std::memcpy(data_.data() + begin, values, count * sizeof(T));
    header_[name] = {{"dtype", kDtype<T>}, {"shape", shape}, {"data_offsets", {begin, data_.size()}}};
  }
  // The file; a metadata entry `key` unless the object is null.
  Bytes Finish(const std::string& key, const nlohmann::json& metadata);

 private:
  nlohmann::json header_ = nlohmann::json::object();
  Bytes data_;
};

}  // namespace tsu
