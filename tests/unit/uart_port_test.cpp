// SPDX-License-Identifier: Apache-2.0
// The serial port alone, on a pseudo-terminal: raw both ways, ours alone while open, and every way
// it can end.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <numeric>

#include "tsu/error.hpp"
#include "tsu/uart.hpp"
#include "verif/board/pty.hpp"

namespace tsu {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int kBaud = 1'000'000;

template <typename Action>
Exit Outcome(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.exit();
  }
  return Exit::kOk;
}

// Opens the tty as another program would; closes it at the end.
struct Foreign {
  explicit Foreign(const std::string& path) : fd(open(path.c_str(), O_RDWR | O_NOCTTY)) {}
  ~Foreign() { close(fd); }
  const int fd;
};

TEST(UartPort, EveryBytePassesWhateverTheTtyWasSetTo) {
  verif::Pty far;
  // As a login leaves it: echo, line editing, Ctrl-C, XON/XOFF, CR and NL translated.
  const Foreign other(far.path());
  termios cooked = {};
  ASSERT_EQ(tcgetattr(other.fd, &cooked), 0);
  cooked.c_iflag = ICRNL | IXON | IXOFF | ISTRIP;
  cooked.c_oflag = OPOST | ONLCR;
  cooked.c_lflag = ICANON | ECHO | ISIG;
  ASSERT_EQ(tcsetattr(other.fd, TCSANOW, &cooked), 0);
  {
    const auto port = OpenUart(far.path(), kBaud);
    EXPECT_EQ(far.baud(), kBaud);
    Bytes all(256), got;
    std::iota(all.begin(), all.end(), 0);
    std::array<std::uint8_t, 300> data;
    port->Write(all, Clock::now() + 5s);
    for (int i = 0; i < 100 && got.size() < all.size(); ++i) {
      far.Wait(10);
      const std::size_t count = far.Read(data);
      got.insert(got.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(count));
    }
    EXPECT_EQ(got, all);
    got.clear();
    ASSERT_EQ(far.Write(all), all.size());
    while (const std::size_t count = port->Read(data, Clock::now() + 200ms))
      got.insert(got.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(count));
    EXPECT_EQ(got, all);
    EXPECT_EQ(far.Read(data), 0u) << "an echo";
  }
  termios after = {};
  ASSERT_EQ(tcgetattr(other.fd, &after), 0);
  EXPECT_EQ(after.c_lflag, cooked.c_lflag) << "left as it was found";
}

TEST(UartPort, IsOursAloneWhileOpen) {
  verif::Pty far;
  const Foreign early(far.path());
  const auto exclusive = [&] {
    int on = -1;
    EXPECT_EQ(ioctl(early.fd, TIOCGEXCL, &on), 0);
    return on != 0;
  };
  auto port = OpenUart(far.path(), kBaud);
  EXPECT_TRUE(exclusive()) << "programs that know no lock are kept out by the kernel";
  EXPECT_EQ(Outcome([&] { OpenUart(far.path(), kBaud); }), Exit::kBusy) << "and root by the lock";
  port.reset();
  EXPECT_FALSE(exclusive());
  EXPECT_EQ(Outcome([&] { OpenUart(far.path(), kBaud); }), Exit::kOk);
}

TEST(UartPort, WaitsNoLongerThanItsDeadline) {
  verif::Pty far;
  const auto port = OpenUart(far.path(), kBaud);
  std::array<std::uint8_t, 16> data;
  const auto start = Clock::now();
  EXPECT_EQ(port->Read(data, start + 50ms), 0u);
  EXPECT_GE(Clock::now() - start, 50ms);
  EXPECT_EQ(Outcome([&] { port->Write(Bytes(1 << 20, 1), Clock::now() + 50ms); }), Exit::kLink)
      << "nobody reads";
  EXPECT_LT(Clock::now() - start, 5s);
}

TEST(UartPort, DropsWhatCameBeforeDiscard) {
  verif::Pty far;
  const auto port = OpenUart(far.path(), kBaud);
  std::array<std::uint8_t, 16> data;
  far.Write(Bytes{1, 2, 3});
  port->Discard();
  far.Write(Bytes{4});
  ASSERT_EQ(port->Read(data, Clock::now() + 5s), 1u);
  EXPECT_EQ(data[0], 4);
}

TEST(UartPort, ALineThatIsGoneIsAnErrorBothWays) {
  auto far = std::make_unique<verif::Pty>();
  const auto port = OpenUart(far->path(), kBaud);
  far.reset();
  std::array<std::uint8_t, 16> data;
  EXPECT_EQ(Outcome([&] { port->Write(Bytes{1}, Clock::now() + 1s); }), Exit::kLink);
  EXPECT_EQ(Outcome([&] { port->Read(data, Clock::now() + 1s); }), Exit::kLink);
}

}  // namespace
}  // namespace tsu
