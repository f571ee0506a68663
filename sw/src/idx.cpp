// SPDX-License-Identifier: Apache-2.0
// IDX: two zero bytes, type 8 (unsigned byte), number of dimensions, big-endian sizes, data.
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <new>

#include "tsu/error.hpp"
#include "tsu/files.hpp"

namespace tsu {
namespace {

// A plain or gzip file, in order: memory is taken for what is there, not for what a header claims.
class Source {
 public:
  explicit Source(const std::string& path) : path_(path), file_(gzdopen(OpenInput(path), "rb")) {
    if (file_ == nullptr) throw std::bad_alloc();
  }
  ~Source() { gzclose(file_); }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  // At most so many bytes, fewer at the end of the file.
  Bytes Read(std::uint64_t most) {
    Bytes bytes;
    while (bytes.size() < most) {
      const std::size_t had = bytes.size(), step = std::min<std::uint64_t>(most - had, 1 << 20);
      bytes.resize(had + step);
      const int got = gzread(file_, bytes.data() + had, static_cast<unsigned>(step));
      int state = Z_OK;
      gzerror(file_, &state);
      if (got < 0 || (state != Z_OK && state != Z_STREAM_END)) {
        throw Error(Exit::kBadInput, "the file is broken or cut short", path_, "fetch it again");
      }
      bytes.resize(had + static_cast<std::size_t>(got));
      if (got == 0) break;
    }
    return bytes;
  }

 private:
  std::string path_;
  gzFile file_;
};

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
  Source source(path);
  const Bytes head = source.Read(4);
  if (head.size() < 4 || head[0] != 0 || head[1] != 0) throw fail("not an IDX file");
  if (head[2] != 8) throw fail("IDX element type is not unsigned byte");
  const std::size_t dimensions = head[3];
  if (dimensions < 1 || dimensions > 4) throw fail("IDX data of a strange rank");
  const Bytes sizes = source.Read(4 * dimensions);
  if (sizes.size() != 4 * dimensions) throw fail("IDX header is cut short");
  Idx idx;
  std::uint64_t elements = 1;
  for (const std::uint8_t* p = sizes.data(); p != sizes.data() + sizes.size(); p += 4) {
    idx.shape.push_back(static_cast<std::uint32_t>(p[0]) << 24 | p[1] << 16 | p[2] << 8 | p[3]);
    elements *= idx.shape.back();
    if (elements > kFileLimit) throw fail("IDX header claims more than " + std::to_string(kFileLimit) + " bytes");
  }
  idx.data = source.Read(elements);
  if (idx.data.size() < elements) {
    throw fail("IDX data has " + std::to_string(idx.data.size()) + " bytes, its header says " + std::to_string(elements));
  }
  if (!source.Read(1).empty()) throw fail("IDX data goes on after the " + std::to_string(elements) + " bytes of its header");
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
    if (stat(path.c_str(), &info) == 0) return path;  // of a kind that OpenInput judges
  }
  throw Error(Exit::kBadInput, "no " + name + "(.gz)", dir, "name the folder of the IDX files with --data DIR");
}

}  // namespace tsu
