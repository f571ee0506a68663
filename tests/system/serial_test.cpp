// SPDX-License-Identifier: Apache-2.0
// The tool's own serial code against the bit-level board, through a pseudo-terminal and a cable
// that damages frames: the right samples or a clear error, never wrong samples, never a hang.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

#include "Vtsu_small_board.h"
#include "tests/support/seed.hpp"
#include "tsu/core_device.hpp"
#include "tsu/device.hpp"
#include "tsu/error.hpp"
#include "tsu/regs.hpp"
#include "tsu/uart.hpp"
#include "verif/board/pty_board.hpp"
#include "verif/board/relay.hpp"
#include "verif/devices/devices.hpp"
#include "verif/golden/random_model.hpp"

namespace tsu {
namespace {

using namespace std::chrono_literals;
using test::Seed;
using verif::Fault;
using verif::kBoardBaud;
using verif::Relay;

// The shape of tsu_small_board (tests/models.cmake).
const Shape kShape{16, 16, ParsePattern("G8"), 8, 2, 2};
constexpr auto kNoHang = 60s;  // no call here may take longer; most take milliseconds

class Board {
 public:
  Board() : board_(Seed()), thread_([this] { board_.Run(stop_); }) {}
  ~Board() {
    stop_ = true;
    thread_.join();
  }
  const std::string& path() const { return board_.path(); }
  void PressReset() { board_.PressReset(); }

 private:
  verif::PtyBoard<Vtsu_small_board> board_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

constexpr int kPatience = 40;  // tries, seconds of them: a busy machine starves the board

std::unique_ptr<Transport> OpenLink(const std::string& path, int baud = kBoardBaud, int tries = kPatience,
                                    std::chrono::milliseconds timeout = 100ms) {
  LinkOptions options;
  options.baud = baud;
  options.tries = tries;
  options.timeout = timeout;
  return MakeLinkTransport(OpenUart(path, baud), "uart:" + path, options);
}
std::unique_ptr<Device> OpenBoard(const std::string& path, int tries = kPatience) {
  return MakeCoreDevice(OpenLink(path, kBoardBaud, tries));
}

// Random model, noise and planes; sweeps, emits. Everything it loads depends on the seed alone.
std::vector<std::uint8_t> Job(Device& device, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const Geometry geometry = device.Configure(kShape);
  EXPECT_EQ(geometry.chains(), 2);
  const std::size_t bits = static_cast<std::size_t>(2) * kShape.rows * kShape.cols;
  for (int slot = 0; slot < 2; ++slot) {
    device.LoadLayer(slot, golden::RandomLayer(kShape.rows, kShape.cols, kShape.pattern,
                                               kShape.weight_bits, {}, random));
  }
  device.LoadTable(1,
                   MakeTable(0.5 + static_cast<double>(random() % 100) / 50, geometry.table_bits));
  device.LoadSites(golden::RandomCluster(kShape.rows, kShape.cols, kShape.pattern, 100, random));
  device.LoadNoise(NoiseStreams(seed, 0, 2, kShape.cols / 2));
  device.LoadSpins(golden::RandomBits(bits, random));
  device.LoadConditioning(golden::RandomBits(bits, random));
  const Program program{Instruction(regs::kOpBeta, 1),      Instruction(regs::kOpClamp, 1),
                        Instruction(regs::kOpSweep, 2),     Instruction(regs::kOpEmit, 1),
                        Instruction(regs::kOpLayer, 1),     Instruction(regs::kOpLoop, 3),
                        Instruction(regs::kOpSweep, 3),     Instruction(regs::kOpEmit, 1),
                        Instruction(regs::kOpNext),         Instruction(regs::kOpCopy),
                        Instruction(regs::kOpRandomise, 0), Instruction(regs::kOpSweep, 1),
                        Instruction(regs::kOpEmit, 0),      Instruction(regs::kOpEnd)};
  std::vector<std::uint8_t> samples;
  device.Run(
      program,
      [&](const Emission& emission) {
        samples.insert(samples.end(), emission.bits.begin(), emission.bits.end());
      },
      60s);
  return samples;
}

std::vector<std::uint8_t> Golden(std::uint64_t seed) {
  RegisterGoldenDevice();
  const auto device = OpenDevice("golden:?lanes=2&groups=1&table_bits=8");
  return Job(*device, seed);
}

// Exit class of what `action` throws, kOk when nothing. Fails when it takes too long.
template <typename Action>
Exit Outcome(Action action, std::string* message = nullptr) {
  const auto start = std::chrono::steady_clock::now();
  Exit exit = Exit::kOk;
  try {
    action();
  } catch (const Error& error) {
    exit = error.exit();
    if (message) *message = error.what();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, kNoHang);
  return exit;
}

TEST(Serial, CleanLineGivesTheGoldenSamples) {
  Board board;
  RegisterUartDevice();
  const auto device = OpenDevice("uart:" + board.path() + "?baud=3000000&timeout=2000");
  for (std::uint64_t seed = 1; seed <= 2; ++seed) EXPECT_EQ(Job(*device, seed), Golden(seed));
}

// The rings fail between two samples of one program: the alarm reaches the host while it waits for the next.
TEST(Serial, AnAlarmInMidRunStopsTheSamples) {
  Board board;
  const auto device = OpenBoard(board.path());
  EntropySource* entropy = device->entropy();
  ASSERT_NE(entropy, nullptr);
  EXPECT_EQ(Job(*device, 4), Golden(4));
  entropy->Select(true);
  entropy->Seed(std::chrono::steady_clock::now() + kNoHang);
  const Program endless{Instruction(regs::kOpBeta, 1),    Instruction(regs::kOpLoop, 0xFFFFFF), Instruction(regs::kOpSweep, 5),
                        Instruction(regs::kOpEmit, 1),    Instruction(regs::kOpNext),           Instruction(regs::kOpEnd)};
  int emissions = 0;
  std::string message;
  const auto inject = [&](const Emission&) {
    if (++emissions == 2) entropy->Inject(regs::kRingFaultStuck);
  };
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Outcome([&] { device->Run(endless, inject, 40s); }, &message), Exit::kHealth) << message;
  EXPECT_LT(std::chrono::steady_clock::now() - start, 35s) << "the program's own deadline ended it";
  EXPECT_NE(message.find("repetition count"), std::string::npos) << message;
  EXPECT_GE(emissions, 2);
  EXPECT_EQ(Outcome([&] { Job(*device, 4); }), Exit::kHealth) << "nothing starts";
  entropy->Inject(regs::kRingFaultNone);
  entropy->ClearAlarm();
  EXPECT_EQ(Job(*device, 4), Golden(4));
}

TEST(Serial, DamagedFramesSoak) {
  const char* wish = std::getenv("TSU_SOAK_FRAMES");
  const std::uint64_t wanted = wish ? std::strtoull(wish, nullptr, 0) : 250;
  Board board;
  Relay relay(board.path(), kBoardBaud, Seed());
  int right = 0, wrong = 0, errors = 0, hangs = 0;
  std::unique_ptr<Device> device;
  for (std::uint64_t seed = Seed() * 1000; relay.damaged() < wanted; ++seed) {
    relay.SetDamage(0.1);
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::uint8_t> samples;
    std::string message;
    const Exit exit = Outcome(
        [&] {
          if (!device) device = OpenBoard(relay.path());
          samples = Job(*device, seed);
        },
        &message);
    if (exit == Exit::kOk) {
      ++(samples == Golden(seed) ? right : wrong);
    } else {
      EXPECT_EQ(exit, Exit::kLink) << message;
      ++errors;
      device.reset();
    }
    if (std::chrono::steady_clock::now() - start > kNoHang) ++hangs;
  }
  std::string kinds;
  for (std::size_t i = 0; i < verif::kFaultNames.size(); ++i) {
    const std::uint64_t count = relay.damaged(static_cast<Fault>(i));
    kinds += std::string(i ? ", " : "") + verif::kFaultNames[i] + " " + std::to_string(count);
    EXPECT_TRUE(count > 0 || wanted < 200) << verif::kFaultNames[i];
  }
  std::cout << "REPORT serial line: " << relay.frames() << " frames, " << relay.damaged()
            << " damaged (" << kinds << "); jobs right " << right << ", ended by a clear error "
            << errors << ", wrong samples " << wrong << ", hangs " << hangs << "\n";
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(hangs, 0);
  EXPECT_GT(right, 0);
  EXPECT_LE(errors * 10, right);  // forty tries each: an error is rare
}

TEST(Serial, GarbageBeforeOpen) {
  Board board;
  std::mt19937_64 random(Seed());
  for (const int baud : {kBoardBaud, 115200, 1'000'000}) {
    {
      const auto port = OpenUart(board.path(), baud);
      Bytes garbage(300);
      for (auto& byte : garbage) byte = static_cast<std::uint8_t>(random());
      port->Write(garbage, std::chrono::steady_clock::now() + 10s);
      // Half a request on top: the next user's first frame must not be its second half.
      const Bytes line = EncodeRequest({regs::kLinkHello, 1, 0, 0, {}});
      port->Write(std::span(line).first(line.size() / 2), std::chrono::steady_clock::now() + 10s);
    }
    const auto link = OpenLink(board.path());
    EXPECT_EQ(link->ReadRegister(regs::kRegId), regs::kMagic);
  }
  EXPECT_EQ(Job(*OpenBoard(board.path()), 3), Golden(3));
}

TEST(Serial, WrongBaudIsAClearError) {
  Board board;
  for (const int baud : {1'000'000, 1'500'000, 2'000'000, 6'000'000}) {
    std::string message;
    EXPECT_EQ(Outcome([&] { OpenLink(board.path(), baud, 2); }, &message), Exit::kLink) << baud;
    EXPECT_NE(message.find("baud="), std::string::npos) << message;
  }
  EXPECT_EQ(OpenLink(board.path())->ReadRegister(regs::kRegId), regs::kMagic);
}

TEST(Serial, ResetInMidFrame) {
  Board board;
  std::mt19937_64 random(Seed());
  for (int i = 0; i < 4; ++i) {
    const auto device = OpenBoard(board.path(), 3);
    std::jthread button([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 300));
      board.PressReset();
    });
    std::vector<std::uint8_t> samples;
    std::string message;
    const Exit exit = Outcome(
        [&] {
          for (std::uint64_t seed = 10; seed < 14; ++seed) {
            samples = Job(*device, seed);
            EXPECT_EQ(samples, Golden(seed));  // whatever ends well is right
          }
        },
        &message);
    button.join();
    EXPECT_EQ(exit, Exit::kLink) << message;
    // The old session stays dead: its loads are lost.
    EXPECT_EQ(Outcome([&] { Job(*device, 5); }), Exit::kLink);
  }
  EXPECT_EQ(Job(*OpenBoard(board.path()), 5), Golden(5));
}

TEST(Serial, WhatAnEarlierUserLeft) {
  Board board;
  {
    const auto device = OpenBoard(board.path());
    Job(*device, 6);
  }
  {
    // Half a load packet.
    const auto port = OpenUart(board.path(), kBoardBaud);
    const std::vector<std::uint32_t> words = {regs::kTargetWeight << 28, 0, 1, 2, 3};
    port->Write(EncodeRequest({regs::kLinkHello, 200, 0, 0, {}}),
                std::chrono::steady_clock::now() + 10s);
    port->Write(EncodeRequest({regs::kLinkStreamIn, 201, 5, 0, words}),
                std::chrono::steady_clock::now() + 10s);
    std::array<std::uint8_t, 64> data;
    std::ptrdiff_t answers = 0;
    for (std::size_t got = 1; got > 0 && answers < 2;) {
      got = port->Read(data, std::chrono::steady_clock::now() + 10s);
      answers += std::count(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(got), 0);
    }
    ASSERT_EQ(answers, 2);
  }
  EXPECT_EQ(Job(*OpenBoard(board.path()), 6), Golden(6));
  {
    // A program that waits for its reader, endless besides.
    const auto link = OpenLink(board.path());
    const Program endless{Instruction(regs::kOpLoop, 0xFFFFFF), Instruction(regs::kOpRandomise, 0),
                          Instruction(regs::kOpEmit, 1), Instruction(regs::kOpNext),
                          Instruction(regs::kOpEnd)};
    std::vector<std::uint32_t> packet = {regs::kTargetProgram << 28, 0};
    packet.insert(packet.end(), endless.begin(), endless.end());
    link->SendPacket(packet);
    link->WriteRegister(regs::kRegControl, 1);
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!(link->ReadRegister(regs::kRegStatus) & 16))
      ASSERT_LT(std::chrono::steady_clock::now(), end);
  }
  EXPECT_EQ(Job(*OpenBoard(board.path()), 7), Golden(7));
}

TEST(Serial, PeerGone) {
  auto board = std::make_unique<Board>();
  const auto device = OpenBoard(board->path());
  std::jthread unplug([&] {
    std::this_thread::sleep_for(100ms);
    board.reset();
  });
  std::string message;
  EXPECT_EQ(Outcome(
                [&] {
                  for (std::uint64_t seed = 20; seed < 200; ++seed)
                    EXPECT_EQ(Job(*device, seed), Golden(seed));
                },
                &message),
            Exit::kLink);
  unplug.join();
  EXPECT_NE(message.find("gone"), std::string::npos) << message;

  // A cut cable gives no sign: the time-outs must end it.
  Board other;
  Relay relay(other.path(), kBoardBaud, Seed());
  const auto link = OpenLink(relay.path());
  relay.Cut();
  EXPECT_EQ(Outcome([&] { link->ReadRegister(regs::kRegId); }, &message), Exit::kLink);
  EXPECT_NE(message.find("no answer"), std::string::npos) << message;
}

TEST(Serial, SecondOpenerIsTurnedAway) {
  Board board;
  auto first = OpenBoard(board.path());
  std::jthread second([&] {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(Outcome([&] { OpenLink(board.path()); }), Exit::kBusy);
  });
  EXPECT_EQ(Job(*first, 8), Golden(8));
  second.join();
  first.reset();
  EXPECT_EQ(OpenLink(board.path())->ReadRegister(regs::kRegId), regs::kMagic);
}

TEST(Serial, PathsThatAreNoPort) {
  EXPECT_EQ(Outcome([] { OpenUart("/dev/no-such-tty", 115200); }), Exit::kNoDevice);
  EXPECT_EQ(Outcome([] { OpenUart("/dev/null", 115200); }), Exit::kNoDevice);
  EXPECT_EQ(Outcome([] { OpenUart("/dev/null/tty", 115200); }), Exit::kNoDevice);
  RegisterUartDevice();
  for (const char* url : {"uart:", "uart:/dev/ttyX?baud=0", "uart:/dev/ttyX?baud=9600x",
                          "uart:/dev/ttyX?bauds=9600", "uart:/dev/ttyX?timeout=-1"}) {
    EXPECT_EQ(Outcome([url] { OpenDevice(url); }), Exit::kUsage) << url;
  }
}

TEST(Serial, NobodyAnswers) {
  // A pseudo-terminal with nothing behind it, and one that echoes what it gets.
  verif::Pty silent;
  std::string message;
  EXPECT_EQ(Outcome([&] { OpenLink(silent.path(), kBoardBaud, 3, 20ms); }, &message), Exit::kLink);
  EXPECT_NE(message.find("nobody answers"), std::string::npos) << message;
  verif::Pty echo;
  std::atomic<bool> stop = false;
  std::jthread mirror([&] {
    std::array<std::uint8_t, 256> data;
    while (!stop) {
      echo.Wait(5);
      echo.Write({data.data(), echo.Read(data)});
    }
  });
  EXPECT_EQ(Outcome([&] { OpenLink(echo.path(), kBoardBaud, 3, 300ms); }, &message), Exit::kLink);
  EXPECT_NE(message.find("rubbish"), std::string::npos) << message;
  stop = true;
  mirror.join();
}

}  // namespace
}  // namespace tsu
