// SPDX-License-Identifier: Apache-2.0
#include "safetensors.hpp"
#include "tsu/judge.hpp"

namespace tsu {

FloatMatrix LoadFeatures(const std::string& path) {
  const SafetensorsReader file(path, "a safetensors file of one F32 matrix [image, feature]");
  const auto names = file.Names();
  if (names.size() != 1) throw file.Fail("the file has " + std::to_string(names.size()) + " tensors");
  const auto shape = file.TensorShape(names[0]);
  if (shape.size() != 2 || shape[0] == 0 || shape[1] == 0) throw file.Fail("tensor `" + Short(names[0]) + "` is no matrix");
  return {shape[0], shape[1], file.Tensor<float>(names[0], shape)};
}

}  // namespace tsu
