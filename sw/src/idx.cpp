// SPDX-License-Identifier: Apache-2.0
// IDX: two zero bytes, type 8 (unsigned byte), number of dimensions, big-endian sizes, data.
#include <sys/stat.h>
#include <zlib.h>

#include "tsu/error.hpp"
#include "tsu/files.hpp"

namespace tsu {
namespace {

constexpr std::uint64_t kLimit = std::uint64_t{1} << 32;

Bytes Gunzip(const Bytes& packed, const std::string& path) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  Bytes bytes, chunk(1 << 20);
  int result = Z_OK;
  while (result == Z_OK && bytes.size() < kLimit) {
    stream.next_out = chunk.data();
    stream.avail_out = static_cast<uInt>(chunk.size());
    result = inflate(&stream, Z_NO_FLUSH);
    bytes.insert(bytes.end(), chunk.begin(), chunk.end() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (result != Z_STREAM_END) throw Error(Exit::kBadInput, "gzip data is broken or cut short", path, "fetch the file again");
  return bytes;
}

Bytes Gzip(const Bytes& bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  Bytes packed(deflateBound(&stream, bytes.size()));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace

Idx LoadIdx(const std::string& path) {
  const auto fail = [&path](const std::string& what) { return Error(Exit::kBadInput, what, path, "expected an IDX file of bytes"); };
  Bytes bytes = ReadFile(path, kLimit);
  if (bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b) bytes = Gunzip(bytes, path);
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0) throw fail("not an IDX file");
  if (bytes[2] != 8) throw fail("IDX element type is not unsigned byte");
  const std::size_t dimensions = bytes[3], head = 4 + 4 * dimensions;
  if (dimensions < 1 || dimensions > 4 || bytes.size() < head) throw fail("IDX header is cut short or has a strange rank");
  Idx idx;
  std::uint64_t elements = 1;
  for (std::size_t d = 0; d < dimensions; ++d) {
    const std::uint8_t* p = &bytes[4 + 4 * d];
    idx.shape.push_back(static_cast<std::uint32_t>(p[0]) << 24 | p[1] << 16 | p[2] << 8 | p[3]);
    elements *= idx.shape.back();
    if (elements > kLimit) throw fail("IDX header claims more data than can be");
  }
  if (bytes.size() - head != elements) {
    throw fail("IDX data has " + std::to_string(bytes.size() - head) + " bytes, its header says " + std::to_string(elements));
  }
  idx.data.assign(bytes.begin() + static_cast<std::ptrdiff_t>(head), bytes.end());
  return idx;
}

void SaveIdx(const std::string& path, const Idx& idx) {
  Bytes bytes = {0, 0, 8, static_cast<std::uint8_t>(idx.shape.size())};
  for (const std::uint32_t size : idx.shape) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(size >> shift));
  }
  bytes.insert(bytes.end(), idx.data.begin(), idx.data.end());
  WriteFileAtomically(path, path.ends_with(".gz") ? Gzip(bytes) : bytes);
}

std::string FindIdx(const std::string& dir, const std::string& name) {
  struct stat info;
  if (stat(dir.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    throw Error(Exit::kBadInput, "no such data folder", dir, "name the folder of the IDX files with --data DIR");
  }
  for (const char* ending : {"", ".gz"}) {
    const std::string path = dir + "/" + name + ending;
    if (stat(path.c_str(), &info) == 0) return path;
  }
  throw Error(Exit::kBadInput, "no " + name + "(.gz)", dir, "name the folder of the IDX files with --data DIR");
}

}  // namespace tsu
