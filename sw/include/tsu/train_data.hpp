// SPDX-License-Identifier: Apache-2.0
// Image sets in the IDX format, as black and white.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tsu {

inline constexpr double kBinarisation = 0.1;  // of full scale; a pixel above it is on

struct BinaryImages {
  std::size_t count = 0;
  int rows = 0, cols = 0;
  std::vector<std::uint8_t> bits;  // [image][pixel], 0/1
  std::string sha256;              // of the grey bytes
  std::size_t pixels() const { return static_cast<std::size_t>(rows) * cols; }
};

// Throws kBadInput on a file that is not one of images.
BinaryImages LoadBinaryImages(const std::string& path, double threshold = kBinarisation);
// train-images-idx3-ubyte or t10k-images-idx3-ubyte (or test-...) of a folder, plain or .gz.
std::string SplitPath(const std::string& dir, bool train);
BinaryImages LoadSplit(const std::string& dir, bool train, double threshold = kBinarisation);

// Labels of a file: [image]. Throws kBadInput when there are not `count`.
std::vector<std::uint8_t> LoadLabelFile(const std::string& path, std::size_t count);
// Labels of a split, train-labels-idx1-ubyte or t10k-labels-idx1-ubyte, in the same way.
std::vector<std::uint8_t> LoadLabels(const std::string& dir, bool train, std::size_t count);

// Whether the folder has such a file.
bool HasTestSplit(const std::string& dir);
bool HasLabels(const std::string& dir, bool train);
// Largest grey of the train images / 255.
double FullScale(const std::string& dir);

}  // namespace tsu
