// SPDX-License-Identifier: Apache-2.0
#include "tsu/train_data.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "tsu/error.hpp"
#include "tsu/files.hpp"

namespace tsu {
namespace {

bool Has(const std::string& dir, const std::string& name) {
  return std::filesystem::exists(dir + "/" + name) || std::filesystem::exists(dir + "/" + name + ".gz");
}

// "train-..." or the name that the test file of the folder has: "t10k-..." after MNIST, "test-..." elsewhere.
std::string SplitName(const std::string& dir, bool train, const std::string& rest) {
  if (train) return "train-" + rest;
  return Has(dir, "test-" + rest) && !Has(dir, "t10k-" + rest) ? "test-" + rest : "t10k-" + rest;
}

constexpr const char *kImages = "images-idx3-ubyte", *kLabels = "labels-idx1-ubyte";

}  // namespace

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
  return FindIdx(dir, SplitName(dir, train, kImages));
}

BinaryImages LoadSplit(const std::string& dir, bool train, double threshold) {
  return LoadBinaryImages(SplitPath(dir, train), threshold);
}

std::vector<std::uint8_t> LoadLabelFile(const std::string& path, std::size_t count) {
  Idx idx = LoadIdx(path);
  if (idx.shape.size() != 1) throw Error(Exit::kBadInput, "not a file of labels", path, "one dimension: image");
  if (idx.data.size() != count)
    throw Error(Exit::kBadInput, std::to_string(idx.data.size()) + " labels for " + std::to_string(count) + " images", path, "give one label an image");
  return std::move(idx.data);
}

std::vector<std::uint8_t> LoadLabels(const std::string& dir, bool train, std::size_t count) {
  return LoadLabelFile(FindIdx(dir, SplitName(dir, train, kLabels)), count);
}

bool HasTestSplit(const std::string& dir) { return Has(dir, SplitName(dir, false, kImages)); }
bool HasLabels(const std::string& dir, bool train) { return Has(dir, SplitName(dir, train, kLabels)); }

double FullScale(const std::string& dir) {
  const Idx idx = LoadIdx(SplitPath(dir, true));
  return (idx.data.empty() ? 255 : *std::max_element(idx.data.begin(), idx.data.end())) / 255.0;
}

}  // namespace tsu
