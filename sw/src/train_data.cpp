// SPDX-License-Identifier: Apache-2.0
#include "tsu/train_data.hpp"

#include <utility>

#include "tsu/error.hpp"
#include "tsu/files.hpp"

namespace tsu {

BinaryImages LoadBinaryImages(const std::string& path, double threshold) {
  Idx idx = LoadIdx(path);
  if (idx.shape.size() != 3 || idx.shape[0] == 0 || idx.shape[1] == 0 || idx.shape[2] == 0 || idx.shape[1] > 4096 ||
      idx.shape[2] > 4096)
    throw Error(Exit::kBadInput, "not a file of images", path, "three dimensions: image, row, column");
  BinaryImages images;
  images.count = idx.shape[0];
  images.rows = static_cast<int>(idx.shape[1]);
  images.cols = static_cast<int>(idx.shape[2]);
  images.sha256 = Sha256(idx.data);
  images.bits = std::move(idx.data);
  for (std::uint8_t& value : images.bits) value = value > 255 * threshold;
  return images;
}

std::string SplitPath(const std::string& dir, bool train) {
  return FindIdx(dir, train ? "train-images-idx3-ubyte" : "t10k-images-idx3-ubyte");
}

BinaryImages LoadSplit(const std::string& dir, bool train, double threshold) {
  return LoadBinaryImages(SplitPath(dir, train), threshold);
}

std::vector<std::uint8_t> LoadLabels(const std::string& dir, bool train, std::size_t count) {
  const std::string path = FindIdx(dir, train ? "train-labels-idx1-ubyte" : "t10k-labels-idx1-ubyte");
  Idx idx = LoadIdx(path);
  if (idx.shape.size() != 1) throw Error(Exit::kBadInput, "not a file of labels", path, "one dimension: image");
  if (idx.data.size() != count)
    throw Error(Exit::kBadInput, "not one label an image", path, std::to_string(idx.data.size()) + " labels, " + std::to_string(count) + " images");
  return std::move(idx.data);
}

}  // namespace tsu
