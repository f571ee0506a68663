// SPDX-License-Identifier: Apache-2.0
#include "tsu/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tsu/error.hpp"

namespace tsu {
namespace {

Error OutputError(const std::string& path, int error) {
  const char* hint = error == ENOSPC   ? "free some space or write elsewhere"
                     : error == EACCES ? "check the permissions of the folder"
                     : error == ENOENT ? "the folder does not exist"
                                       : "";
  return Error(Exit::kOutput, std::string("cannot write (") + std::strerror(error) + ")", path, hint);
}

// Removes a half-written file unless told that it is whole.
class Aside {
 public:
  explicit Aside(std::string path) : path_(std::move(path)) {}
  ~Aside() {
    if (!path_.empty()) unlink(path_.c_str());
  }
  void Keep() { path_.clear(); }

 private:
  std::string path_;
};

void WriteAll(int fd, std::span<const std::uint8_t> bytes, const std::string& path) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t wrote = write(fd, bytes.data() + at, bytes.size() - at);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) {
      const int error = errno;
      close(fd);
      throw OutputError(path, error);
    }
    at += static_cast<std::size_t>(wrote);
  }
}

}  // namespace

void WriteFileAtomically(const std::string& path, std::span<const std::uint8_t> bytes) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) throw OutputError(path, errno);
    WriteAll(fd, bytes, path);
    if (close(fd) != 0) throw OutputError(path, errno);
    return;
  }
  const std::string aside = path + "." + std::to_string(getpid()) + ".tmp";
  const int fd = open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) throw OutputError(path, errno);
  Aside guard(aside);
  WriteAll(fd, bytes, path);
  const int synced = fsync(fd);
  const int error = errno;
  if (close(fd) != 0 || synced != 0) throw OutputError(path, synced != 0 ? error : errno);
  if (rename(aside.c_str(), path.c_str()) != 0) throw OutputError(path, errno);
  guard.Keep();
}

void CheckWritable(const std::string& path) {
  struct stat info;
  const bool special = stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode);
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (special && S_ISDIR(info.st_mode)) throw OutputError(path, EISDIR);
  if (access(special ? path.c_str() : folder.c_str(), W_OK) != 0) throw OutputError(path, errno);
}

Bytes ReadFile(const std::string& path, std::uint64_t limit) {
  const auto fail = [&path](const std::string& why) { return Error(Exit::kBadInput, "cannot read (" + why + ")", path, ""); };
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw fail(std::strerror(errno));
  Bytes bytes;
  std::uint8_t buffer[65536];
  while (true) {
    const ssize_t got = read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || bytes.size() > limit) {
      const std::string why = got < 0 ? std::strerror(errno) : "too large";
      close(fd);
      throw fail(why);
    }
    if (got == 0) break;
    bytes.insert(bytes.end(), buffer, buffer + got);
  }
  close(fd);
  return bytes;
}

}  // namespace tsu
