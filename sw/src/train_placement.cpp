// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include "tsu/error.hpp"
#include "tsu/train.hpp"

namespace tsu {

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

}  // namespace tsu
