// SPDX-License-Identifier: Apache-2.0
// The cable that lies: what it counts as damage is damage, of every kind, and nothing else is.
#include "verif/board/relay.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>

#include "tests/support/seed.hpp"

namespace tsu {
namespace {

using namespace std::chrono_literals;
using verif::Fault;

constexpr int kBaud = 1'000'000;

// A frame sent into the cable and what comes out at its far end.
class Cable {
 public:
  Cable() : relay(far_.path(), kBaud, test::Seed()), near_(OpenUart(relay.path(), kBaud)) {}
  Bytes Pass(const Bytes& frame) {
    const std::uint64_t frames = relay.frames();
    const auto deadline = std::chrono::steady_clock::now() + 5s;
    near_->Write(frame, deadline);
    while (relay.frames() == frames && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(1ms);
    Bytes got;
    // A frame that is delayed comes within 150 ms.
    for (int quiet = 0; quiet < (got.empty() ? 40 : 3);) {
      std::array<std::uint8_t, 1024> data;
      far_.Wait(10);
      const std::size_t count = far_.Read(data);
      got.insert(got.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(count));
      quiet = count > 0 ? 0 : quiet + 1;
    }
    return got;
  }

 private:
  verif::Pty far_;

 public:
  verif::Relay relay;

 private:
  std::unique_ptr<BytePort> near_;
};

TEST(Relay, PassesWhatItDoesNotDamage) {
  Cable cable;
  Bytes frame(50);
  std::iota(frame.rbegin(), frame.rend(), 0);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(cable.Pass(frame), frame);
  EXPECT_EQ(cable.relay.damaged(), 0u);
  EXPECT_EQ(cable.relay.frames(), 10u);
}

TEST(Relay, DamagesWhatItCounts) {
  Cable cable;
  cable.relay.SetDamage(1);
  Bytes frame(50);
  std::iota(frame.rbegin(), frame.rend(), 0);
  const auto every_kind = [&] {
    for (std::size_t kind = 0; kind < verif::kFaultNames.size(); ++kind) {
      if (cable.relay.damaged(static_cast<Fault>(kind)) == 0) return false;
    }
    return true;
  };
  for (int i = 1; i <= 300 && !every_kind(); ++i) {
    const std::uint64_t delayed = cable.relay.damaged(Fault::kDelay);
    const Bytes got = cable.Pass(frame);
    ASSERT_EQ(cable.relay.damaged(), static_cast<std::uint64_t>(i));
    EXPECT_EQ(got == frame, cable.relay.damaged(Fault::kDelay) > delayed) << "frame " << i;
  }
  EXPECT_TRUE(every_kind());
}

}  // namespace
}  // namespace tsu
