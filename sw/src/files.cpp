// SPDX-License-Identifier: Apache-2.0
#include "tsu/files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <utility>

#include "tsu/error.hpp"

namespace tsu {
namespace {

constexpr int kPatience = 60'000;  // ms without a byte taken by a pipe or a device

Error OutputError(const std::string& path, int error) {
  const char* hint = error == ENOSPC      ? "free some space or write elsewhere"
                     : error == EACCES    ? "check the permissions of the file and its folder"
                     : error == ENOENT    ? "the folder does not exist"
                     : error == EISDIR    ? "name a file in it"
                     : error == ENXIO     ? "no program reads from that pipe"
                     : error == ETIMEDOUT ? "the program that reads from it hangs"
                                          : "write elsewhere";
  return Error(Exit::kOutput, std::string("cannot write (") + std::strerror(error) + ")", path, hint);
}

// The file that a path means: absolute, through symbolic links.
std::string Target(const std::string& path) {
  std::error_code failure;
  const auto target = std::filesystem::weakly_canonical(std::filesystem::absolute(path, failure), failure);
  return failure || target.empty() ? path : target.string();
}

// What lies at a path that is to be written.
struct Place {
  explicit Place(const std::string& target) {
    struct stat info;
    if (stat(target.c_str(), &info) != 0) {
      if (errno == ENOENT) return;
      throw OutputError(target, errno);
    }
    if (S_ISDIR(info.st_mode)) throw OutputError(target, EISDIR);
    if (access(target.c_str(), W_OK) != 0) throw OutputError(target, errno);  // renaming would not ask
    regular = S_ISREG(info.st_mode);
    if (regular) mode = info.st_mode & 07777;
  }
  bool regular = true;  // or nothing yet
  mode_t mode = 0;      // of the file that is there
};

// A new file in the folder of `target`, gone again unless it takes its place.
class Aside {
 public:
  Aside(const std::string& target, mode_t mode) : target_(target) {
    const std::string folder = target.substr(0, target.rfind('/') + 1);
    // Never a file that is there, whoever left it. A name of its own, for that of the target may be as long as names can be.
    for (int n = 0; fd_ < 0; ++n) {
      path_ = folder + ".tsu-" + std::to_string(getpid()) + "-" + std::to_string(n) + ".tmp";
      fd_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (fd_ < 0 && errno != EEXIST) throw OutputError(target_, errno);
    }
    if (mode != 0) fchmod(fd_, mode);
  }
  ~Aside() {
    if (fd_ >= 0) close(fd_);
    if (!path_.empty()) unlink(path_.c_str());
  }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

  int fd() const { return fd_; }
  void TakePlace() {
    if (fsync(fd_) != 0 || close(std::exchange(fd_, -1)) != 0) throw OutputError(target_, errno);
    if (rename(path_.c_str(), target_.c_str()) != 0) throw OutputError(target_, errno);
    path_.clear();
  }

 private:
  std::string target_, path_;
  int fd_ = -1;
};

// All bytes; returns 0 or the error.
int WriteAll(int fd, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = write(fd, bytes.data(), bytes.size());
    if (wrote > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    } else if (wrote == 0) {
      return EIO;
    } else if (errno == EAGAIN) {
      pollfd entry = {fd, POLLOUT, 0};
      if (poll(&entry, 1, kPatience) == 0) return ETIMEDOUT;
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

void WriteFileAtomically(const std::string& path, std::span<const std::uint8_t> bytes) {
  const std::string target = Target(path);
  const Place place(target);
  if (place.regular) {
    Aside aside(target, place.mode);
    if (const int error = WriteAll(aside.fd(), bytes)) throw OutputError(target, error);
    aside.TakePlace();
  } else {
    const int fd = open(target.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) throw OutputError(target, errno);
    const int error = WriteAll(fd, bytes), closed = close(fd);
    if (error != 0 || closed != 0) throw OutputError(target, error != 0 ? error : errno);
  }
}

void CheckOutputs(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs) {
  std::set<std::string> read, written;
  for (const std::string& path : inputs) read.insert(Target(path));
  for (const std::string& path : outputs) {
    const std::string target = Target(path);
    const Place place(target);
    if (!place.regular) continue;
    if (read.contains(target)) throw Error(Exit::kUsage, "the output would replace the input", path, "name another file");
    if (!written.insert(target).second) throw Error(Exit::kUsage, "two outputs in one file", path, "name another file");
    Aside(target, 0);
  }
}

int OpenInput(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);  // opening a pipe must not wait for its writer
  struct stat info;
  if (fd < 0 || fstat(fd, &info) != 0) {
    const int error = errno;
    if (fd >= 0) close(fd);
    const bool forbidden = error == EACCES || error == EPERM;
    throw Error(forbidden ? Exit::kBusy : Exit::kBadInput, std::string("cannot read (") + std::strerror(error) + ")", path,
                forbidden ? "check the permissions of the file and its folder" : "check the path");
  }
  if (!S_ISREG(info.st_mode)) {
    close(fd);
    throw Error(Exit::kBadInput, S_ISDIR(info.st_mode) ? "a folder, not a file" : "not a plain file", path, "name a plain file");
  }
  return fd;
}

Bytes ReadFile(const std::string& path, std::uint64_t limit) {
  const int fd = OpenInput(path);
  Bytes bytes;
  std::uint8_t buffer[65536];
  std::string fault;
  while (fault.empty()) {
    const ssize_t got = read(fd, buffer, sizeof buffer);
    if (got == 0) break;
    if (got > 0) bytes.insert(bytes.end(), buffer, buffer + got);
    if (got < 0 && errno != EINTR) fault = std::strerror(errno);
    if (bytes.size() > limit) fault = "larger than " + std::to_string(limit) + " bytes";
  }
  close(fd);
  if (!fault.empty()) throw Error(Exit::kBadInput, "cannot read (" + fault + ")", path, "is it the right file?");
  return bytes;
}

}  // namespace tsu
