// SPDX-License-Identifier: Apache-2.0
#include "verif/board/pty.hpp"

#include <asm/termbits.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "tsu/error.hpp"

namespace tsu::verif {

Pty::Pty() {
  fd_ = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  char name[128];
  termios2 raw = {};
  if (fd_ < 0 || grantpt(fd_) != 0 || unlockpt(fd_) != 0 ||
      ptsname_r(fd_, name, sizeof name) != 0 || ioctl(fd_, TCGETS2, &raw) != 0) {
    throw Error(Exit::kInternal, "no pseudo-terminal", "/dev/ptmx", "is /dev/pts mounted?");
  }
  path_ = name;
  // Set from this side, it holds for the other: a line does not echo, whoever opens it.
  raw.c_iflag = raw.c_oflag = raw.c_lflag = 0;
  ioctl(fd_, TCSETS2, &raw);
}

Pty::~Pty() { close(fd_); }

std::size_t Pty::Read(std::span<std::uint8_t> data) {
  const ssize_t got = read(fd_, data.data(), data.size());
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

std::size_t Pty::Write(std::span<const std::uint8_t> data) {
  const ssize_t sent = write(fd_, data.data(), data.size());
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

void Pty::Wait(int milliseconds) {
  pollfd entry = {fd_, POLLIN, 0};
  // With nobody at the other side poll returns at once, for ever.
  if (poll(&entry, 1, milliseconds) > 0 && !(entry.revents & POLLIN)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  }
}

int Pty::baud() const {
  termios2 now = {};
  return ioctl(fd_, TCGETS2, &now) == 0 ? static_cast<int>(now.c_ospeed) : 0;
}

}  // namespace tsu::verif
