// SPDX-License-Identifier: Apache-2.0
// The serial port. The only file that knows termios2: <asm/termbits.h> and <termios.h> cannot meet
// in one.
#include <asm/termbits.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <linux/tty_flags.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "tsu/error.hpp"
#include "tsu/interrupt.hpp"
#include "tsu/uart.hpp"

namespace tsu {
namespace {

using Clock = std::chrono::steady_clock;

class UartPort : public BytePort {
 public:
  UartPort(const std::string& path, int baud) : path_(path) {
    fd_ = open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd_ < 0) RefuseOpen(errno);
    try {
      Claim();
      Configure(baud);
    } catch (...) {
      Close();
      throw;
    }
  }
  ~UartPort() override { Close(); }
  UartPort(const UartPort&) = delete;
  UartPort& operator=(const UartPort&) = delete;

  void Write(std::span<const std::uint8_t> data, Deadline deadline) override {
    while (!data.empty()) {
      if (!Wait(POLLOUT, deadline))
        throw Error(Exit::kLink, "the serial port takes no bytes", path_,
                    "is the other end alive?");
      const ssize_t sent = write(fd_, data.data(), data.size());
      if (sent > 0) {
        data = data.subspan(static_cast<std::size_t>(sent));
      } else if (sent == 0 || (errno != EAGAIN && errno != EINTR)) {
        Gone();
      }
    }
  }

  std::size_t Read(std::span<std::uint8_t> data, Deadline deadline) override {
    while (Wait(POLLIN, deadline)) {
      const ssize_t got = read(fd_, data.data(), data.size());
      if (got > 0) return static_cast<std::size_t>(got);
      // End of file after "readable" is how a tty says that it was unplugged.
      if (got == 0 || (errno != EAGAIN && errno != EINTR)) Gone();
    }
    return 0;
  }

  void Discard() override { ioctl(fd_, TCFLSH, TCIFLUSH); }

 private:
  [[noreturn]] void RefuseOpen(int error) {
    switch (error) {
      case EACCES:
      case EPERM:
        throw Error(Exit::kBusy, "no permission for the serial port", path_,
                    "join the group that owns it, usually dialout, and log in again");
      case EBUSY:
        InUse();
      case ENOENT:
      case ENOTDIR:
        throw Error(Exit::kNoDevice, "no such serial port", path_,
                    "plug the board in; see /dev/serial/by-id");
      default:
        throw Error(Exit::kNoDevice,
                    std::string("cannot open the serial port, ") + std::strerror(error), path_,
                    "plug the board in again");
    }
  }
  [[noreturn]] void InUse() {
    throw Error(Exit::kBusy, "the serial port is in use", path_,
                "close the other program that holds it");
  }
  [[noreturn]] void Gone() {
    throw Error(Exit::kLink, "the serial port is gone", path_,
                "board unplugged or simulation ended; open the device again");
  }

  // Both: TIOCEXCL does not stop root, flock does not stop programs that ignore it.
  void Claim() {
    if (!isatty(fd_))
      throw Error(Exit::kNoDevice, "not a serial port", path_, "give the path of a tty");
    if (flock(fd_, LOCK_EX | LOCK_NB) != 0) InUse();
    ioctl(fd_, TIOCEXCL);
    claimed_ = true;
  }

  void Configure(int baud) {
    if (ioctl(fd_, TCGETS2, &before_) != 0) Gone();
    termios2 raw = before_;
    raw.c_iflag = IGNBRK;
    raw.c_oflag = 0;
    raw.c_lflag = 0;
    raw.c_cflag = CS8 | CREAD | CLOCAL | BOTHER |
                  BOTHER << IBSHIFT;  // no HUPCL: closing must not reset the board
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    raw.c_ispeed = raw.c_ospeed = static_cast<speed_t>(baud);
    termios2 now = {};
    if (ioctl(fd_, TCSETS2, &raw) != 0 || ioctl(fd_, TCGETS2, &now) != 0) Gone();
    configured_ = true;
    // Drivers round; beyond 3 % no receiver follows.
    const double error = static_cast<double>(now.c_ospeed) / baud - 1;
    if (error > 0.03 || error < -0.03) {
      throw Error(Exit::kUsage,
                  "the port runs at " + std::to_string(now.c_ospeed) + " baud instead of " +
                      std::to_string(baud),
                  path_, "choose a rate that the adapter has");
    }
    // USB adapters hold bytes back for 16 ms by default. Not every driver knows this: best effort.
    serial_struct serial = {};
    if (ioctl(fd_, TIOCGSERIAL, &serial) == 0 && !(serial.flags & ASYNC_LOW_LATENCY)) {
      serial.flags |= ASYNC_LOW_LATENCY;
      ioctl(fd_, TIOCSSERIAL, &serial);
    }
    ioctl(fd_, TCFLSH, TCIOFLUSH);
  }

  bool Wait(short events, Deadline deadline) {
    while (true) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
      pollfd entry = {fd_, events, 0};
      const int ready =
          poll(&entry, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30)));
      if (ready > 0 && (entry.revents & events)) return true;
      if (ready > 0) Gone();
      if (ready < 0 && errno != EINTR) Gone();
      if (ready < 0) CheckInterrupt("waiting for the serial port");
      if (left <= 0) return false;
    }
  }

  void Close() {
    if (configured_) ioctl(fd_, TCSETS2, &before_);
    if (claimed_) ioctl(fd_, TIOCNXCL);
    close(fd_);
  }

  std::string path_;
  int fd_ = -1;
  bool claimed_ = false, configured_ = false;
  termios2 before_ = {};
};

}  // namespace

std::unique_ptr<BytePort> OpenUart(const std::string& path, int baud) {
  return std::make_unique<UartPort>(path, baud);
}

}  // namespace tsu
