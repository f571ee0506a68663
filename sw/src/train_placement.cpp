// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "tsu/error.hpp"
#include "tsu/train.hpp"

namespace tsu {

GridSize ChooseGrid(int image_rows, int image_cols, const Pattern& pattern) {
  static constexpr double kStretch = 64.0 / 28;  // of the published models, the side of the grid over that of the image
  static constexpr int kMost = 224;              // 50,000 sites, as many as the largest published model has
  if (image_rows > kMostImage || image_cols > kMostImage)
    throw Error(Exit::kUsage, "no grid is chosen for images so large", std::to_string(image_rows) + " x " + std::to_string(image_cols),
                "at most 128 x 128: scale them down, or give --rows and --cols");
  int reach = 0;
  for (const Offset& o : Offsets(pattern)) reach = std::max({reach, std::abs(o.dx), std::abs(o.dy)});
  const auto side = [reach](int image) { return std::max(reach + 1, std::min(kMost, static_cast<int>(std::lround(image * kStretch)))); };
  return {side(image_rows), (side(image_cols) + 1) / 2 * 2};
}

std::vector<std::int32_t> PlaceImage(int rows, int cols, int image_rows, int image_cols) {
  const int folded = (image_cols + 1) / 2;
  if (image_rows < 1 || image_cols < 1 || image_rows > rows || 2 * folded > cols)
    throw Error(Exit::kUsage, "image does not fit the grid",
                std::to_string(image_rows) + " x " + std::to_string(image_cols) + " on " + std::to_string(rows) +
                    " x " + std::to_string(cols),
                "a larger grid");
  std::vector<std::int32_t> visible;
  for (int r = 0; r < image_rows; ++r)
    for (int c = 0; c < image_cols; ++c) {
      const int u = std::min(c, image_cols - 1 - c), side = c == u ? 0 : 1;
      const int y = (2 * r + 1) * rows / (2 * image_rows);
      const int x = ((2 * u + 1) * cols / folded - 1) / 2 + side;
      visible.push_back(y * cols + x);
    }
  return visible;
}

std::vector<std::int32_t> PlaceLabels(int rows, int cols, const std::vector<std::int32_t>& image, int spots) {
  std::vector<bool> taken(static_cast<std::size_t>(rows) * cols);
  for (const std::int32_t site : image) taken[site] = true;
  const int wanted = kClasses * spots;
  if (wanted > rows * cols - static_cast<int>(image.size()))
    throw Error(Exit::kUsage, "label cells do not fit the grid", std::to_string(spots) + " spots", "fewer, or a larger grid");
  std::vector<std::int32_t> labels;
  // The sequence of the plastic number covers the unit square evenly from any start on; a taken site gives way to the next.
  constexpr double kA = 0.7548776662466927, kB = 0.5698402909980532;
  for (int k = 0; k < wanted; ++k) {
    const int x = static_cast<int>(std::fmod(0.5 + kA * (k + 1), 1.0) * cols), y = static_cast<int>(std::fmod(0.5 + kB * (k + 1), 1.0) * rows);
    std::int32_t site = y * cols + x;
    while (taken[site]) site = (site + 1) % (rows * cols);
    taken[site] = true;
    labels.push_back(site);
  }
  return labels;
}

}  // namespace tsu
