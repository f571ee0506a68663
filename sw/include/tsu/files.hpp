// SPDX-License-Identifier: Apache-2.0
// Files in and out: whole or not at all.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace tsu {

using Bytes = std::vector<std::uint8_t>;

// Writes aside (same folder), syncs and renames: the file is whole or absent, whatever happens. Throws kOutput.
// Symbolic links are followed. What is no regular file (a device, a pipe) is written straight.
void WriteFileAtomically(const std::string& path, std::span<const std::uint8_t> bytes);

// Throws before hours of work what would else come after them: kOutput where there is no such folder or no permission, kUsage
// where two outputs, or an output and an input, are one file.
void CheckOutputs(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs = {});

// No file that is read or written is larger: nobody's header, and no command line, can ask for more memory.
inline constexpr std::uint64_t kFileLimit = std::uint64_t{1} << 30;

// Descriptor of a plain file; throws kBusy (no permission) or kBadInput (missing; a folder, pipe or device, which may never end).
int OpenInput(const std::string& path);
// The whole file; throws what OpenInput does, and kBadInput when it is larger than `limit` bytes.
Bytes ReadFile(const std::string& path, std::uint64_t limit = kFileLimit);

// Lower-case hex SHA-256.
std::string Sha256(std::span<const std::uint8_t> bytes);

// IDX data of unsigned bytes, plain or gzip (told by content when read, by ".gz" when written).
struct Idx {
  std::vector<std::uint32_t> shape;
  Bytes data;  // row-major
};
Idx LoadIdx(const std::string& path);  // throws kBadInput
void SaveIdx(const std::string& path, const Idx& idx);
// DIR/NAME or DIR/NAME.gz; throws kBadInput naming the folder when neither is there.
std::string FindIdx(const std::string& dir, const std::string& name);

// One U8 tensor as a safetensors file.
void SaveTensor(const std::string& path, const std::string& name, const std::vector<std::uint32_t>& shape, const Bytes& data);

// Grey picture as PNG. pixels[y * width + x].
void SavePng(const std::string& path, int width, int height, const Bytes& pixels);

// Pictures of rows x cols grey bytes each, laid out `across` a line with a gap, each pixel `zoom` wide.
struct Sheet {
  int width = 0, height = 0;
  Bytes pixels;
};
Sheet ContactSheet(std::span<const std::uint8_t> images, int rows, int cols, int across, int zoom);

}  // namespace tsu
