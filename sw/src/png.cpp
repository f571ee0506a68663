// SPDX-License-Identifier: Apache-2.0
#include <png.h>

#include "tsu/error.hpp"
#include "tsu/files.hpp"

namespace tsu {

void SavePng(const std::string& path, int width, int height, const Bytes& pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  Bytes bytes(size);
  if (!png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.data(), 0, nullptr)) {
    throw Error(Exit::kInternal, std::string("libpng: ") + image.message, path, "");
  }
  bytes.resize(size);
  WriteFileAtomically(path, bytes);
}

Sheet ContactSheet(std::span<const std::uint8_t> images, int rows, int cols, int across, int zoom) {
  constexpr int kGap = 2;
  constexpr std::uint8_t kPaper = 96;
  const int count = static_cast<int>(images.size()) / (rows * cols);
  const int down = (count + across - 1) / across;
  Sheet sheet;
  sheet.width = across * (cols * zoom + kGap) + kGap;
  sheet.height = down * (rows * zoom + kGap) + kGap;
  sheet.pixels.assign(static_cast<std::size_t>(sheet.width) * sheet.height, kPaper);
  for (int n = 0; n < count; ++n) {
    const int left = kGap + n % across * (cols * zoom + kGap), top = kGap + n / across * (rows * zoom + kGap);
    for (int y = 0; y < rows * zoom; ++y) {
      for (int x = 0; x < cols * zoom; ++x) {
        sheet.pixels[static_cast<std::size_t>(top + y) * sheet.width + left + x] =
            images[(static_cast<std::size_t>(n) * rows + y / zoom) * cols + x / zoom];
      }
    }
  }
  return sheet;
}

}  // namespace tsu
