// SPDX-License-Identifier: Apache-2.0
// The link bit by bit: UART, COBS and CRC of the RTL against the host's code; request sequence,
// streams and faults of tsu_link.
#include "tsu/link.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "Vtsu_link_parts.h"
#include "Vtsu_link_w1.h"
#include "Vtsu_link_w4.h"
#include "tests/support/link_rig.hpp"
#include "tests/support/seed.hpp"
#include "tsu/error.hpp"
#include "tsu/regs.hpp"
#include "verif/board/uart_line.hpp"
#include "verif/sim/dut.hpp"

namespace tsu {
namespace {

using test::LinkRig;
using test::Seed;
using verif::Dut;
using verif::UartLine;

// ---- COBS and CRC -------------------------------------------------------------------------------

// Every byte string over {0, 1, 2, 254, 255} up to length 5, and runs around the block limit.
std::vector<Bytes> CobsCases() {
  constexpr std::uint8_t kAlphabet[] = {0, 1, 2, 254, 255};
  std::vector<Bytes> cases = {{}};
  for (std::size_t from = 0; cases[from].size() < 5; ++from) {
    for (const std::uint8_t byte : kAlphabet) {
      cases.push_back(cases[from]);
      cases.back().push_back(byte);
    }
  }
  for (const std::size_t run : {250, 251, 252, 253, 254, 255, 256, 508, 509}) {
    for (int zero = 0; zero < 4; ++zero) {
      Bytes data(run, 7);
      if (zero & 1) data.insert(data.begin(), 0);
      if (zero & 2) data.push_back(0);
      cases.push_back(data);
    }
  }
  return cases;
}

TEST(Cobs, HostRoundTrip) {
  std::size_t compared = 0;
  for (const Bytes& data : CobsCases()) {
    const Bytes line = CobsEncode(data);
    EXPECT_EQ(std::count(line.begin(), line.end(), 0), 0);
    EXPECT_LE(line.size(), data.size() + 1 + data.size() / 254);
    const auto back = CobsDecode(line);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, data);
    ++compared;
  }
  EXPECT_EQ(CobsEncode(Bytes{0x11, 0x22, 0x00, 0x33}), (Bytes{0x03, 0x11, 0x22, 0x02, 0x33}));
  EXPECT_FALSE(CobsDecode(Bytes{0x03, 0x11}));
  EXPECT_EQ(compared, 1 + 5 + 25 + 125 + 625 + 3125 + 36u);
}

TEST(Cobs, RtlDecodesWhatTheHostEncodes) {
  Dut<Vtsu_link_parts> dut("parts");
  dut.Reset();
  dut->decode_valid_i = 1;
  for (const Bytes& data : CobsCases()) {
    Bytes line = CobsEncode(data), got;
    line.push_back(0);
    for (const std::uint8_t byte : line) {
      dut->decode_data_i = byte;
      dut.Settle();
      ASSERT_EQ(dut->decode_end_o, byte == 0);
      if (dut->decode_valid_o) got.push_back(dut->decode_data_o);
      ASSERT_FALSE(byte == 0 && dut->decode_bad_o);
      dut.Tick();
    }
    ASSERT_EQ(got, data);
  }
  // A delimiter inside a block is a fault, and the next frame is good again.
  for (const auto& [byte, bad] :
       std::vector<std::pair<int, int>>{{3, 0}, {1, 0}, {0, 1}, {2, 0}, {9, 0}, {0, 0}}) {
    dut->decode_data_i = byte;
    dut.Settle();
    if (byte == 0) {
      EXPECT_EQ(dut->decode_bad_o, bad);
    }
    dut.Tick();
  }
}

TEST(Cobs, RtlEncodesAsTheHost) {
  Dut<Vtsu_link_parts> dut("parts");
  dut.Reset();
  const auto clock = [&](Bytes& ram) {
    dut.Settle();
    if (dut->encode_we_o) ram[dut->encode_addr_o] = dut->encode_data_o;
    dut.Tick();
    dut->encode_start_i = dut->encode_valid_i = dut->encode_close_i = 0;
  };
  std::mt19937_64 random(Seed());
  for (const Bytes& data : CobsCases()) {
    if (data.size() > 253) continue;
    Bytes ram(256, 0xEE);
    dut->encode_start_i = 1;
    clock(ram);
    for (const std::uint8_t byte : data) {
      if (random() % 4 == 0) clock(ram);
      dut->encode_valid_i = 1;
      dut->encode_data_i = byte;
      clock(ram);
    }
    for (int i = 0; i < 2; ++i) {
      dut->encode_close_i = 1;
      clock(ram);
    }
    Bytes line = CobsEncode(data);
    line.push_back(0);
    ram.resize(line.size());
    ASSERT_EQ(ram, line);
  }
}

TEST(Crc, RtlIsZlibs) {
  Dut<Vtsu_link_parts> dut("parts");
  std::mt19937_64 random(Seed());
  for (int length = 0; length < 300; ++length) {
    Bytes data(length);
    for (auto& byte : data) byte = static_cast<std::uint8_t>(random());
    const std::uint32_t wanted = FrameCrc(data);
    for (int i = 0; i < 4; ++i) data.push_back(static_cast<std::uint8_t>(wanted >> 8 * i));
    dut->crc_state_i = 0xFFFFFFFF;
    for (std::size_t i = 0; i < data.size(); ++i) {
      if (i + 4 == data.size()) {
        ASSERT_EQ(~dut->crc_state_i, wanted);
      }
      dut->crc_data_i = data[i];
      dut.Settle();
      dut->crc_state_i = dut->crc_state_o;
    }
    ASSERT_EQ(dut->crc_state_i, 0xDEBB20E3u);  // tsu_link_receiver's residue
  }
}

// ---- UART ---------------------------------------------------------------------------------------

constexpr double kRatios[] = {4, 25.0 / 3, 24, 12e6 / 115200};

// Sends random bytes to receiver k at a rate off by `error`, with the line passed through `noise`;
// counts those that came right.
template <typename Noise>
int Receive(int k, int bytes, double error, Noise noise) {
  Dut<Vtsu_link_parts> dut("parts");
  dut->rx_i = 15;
  dut.Reset();
  std::mt19937_64 random(Seed() + k);
  UartLine line(kRatios[k] * (1 + error));
  std::deque<std::uint8_t> wanted;
  int right = 0, sent = 0;
  for (double idle = 0, pause = 0; sent < bytes || idle < 12 * kRatios[k];) {
    if (!line.sending() && sent < bytes && idle >= pause) {
      wanted.push_back(static_cast<std::uint8_t>(random()));
      line.Send(wanted.back());
      ++sent;
      // Back to back half of the time, else after a pause of any length.
      pause = random() % 2 ? 0 : static_cast<double>(random() % 64);
      idle = 0;
    }
    const bool busy = line.sending();
    dut->rx_i = noise(line.Level(), busy) ? 15 : 15 & ~(1 << k);
    idle = busy ? 0 : idle + 1;
    dut.Tick();
    if (dut->rx_valid_o >> k & 1) {
      const std::uint8_t got = static_cast<std::uint8_t>(dut->rx_data_o >> 8 * k);
      if (!wanted.empty() && got == wanted.front()) ++right;
      if (!wanted.empty()) wanted.pop_front();
    }
  }
  return right;
}

TEST(Uart, ReceivesAtEveryRatioAndTolerance) {
  for (int k = 0; k < 4; ++k) {
    // 4 clocks a bit sample with a quarter of a bit of uncertainty: less is left for the other
    // end's clock.
    for (const double error :
         k == 0 ? std::vector<double>{-0.015, 0, 0.015} : std::vector<double>{-0.025, 0, 0.025}) {
      const int bytes = k == 3 ? 100 : 400;
      EXPECT_EQ(Receive(k, bytes, error, [](bool level, bool) { return level; }), bytes)
          << "ratio " << kRatios[k] << " error " << error;
    }
  }
}

TEST(Uart, MajorityOutvotesSpikes) {
  // A spike of one clock in every bit of every character, anywhere but in the quarter around the
  // start edge and in the stop bit.
  const int k = 2, bits = static_cast<int>(kRatios[k]);
  std::mt19937_64 random(Seed());
  int clock = 0, spike = 0;
  const auto noise = [&](bool level, bool busy) {
    if (!busy) {
      clock = 0;
      return level;
    }
    const int in_character = clock++ % (10 * bits), in_bit = in_character % bits,
              bit = in_character / bits;
    if (in_bit == 0)
      spike =
          bit == 9 ? -1 : (bit == 0 ? bits / 4 : 0) + static_cast<int>(random() % (bits * 3 / 4));
    return in_bit == spike ? !level : level;
  };
  EXPECT_EQ(Receive(k, 400, 0, noise), 400);
}

TEST(Uart, SpikesOnAnIdleLineAreNoBytes) {
  Dut<Vtsu_link_parts> dut("parts");
  dut->rx_i = 15;
  dut.Reset();
  for (int i = 0; i < 20000; ++i) {
    dut->rx_i = i % 40 == 0 ? 0 : 15;
    dut.Tick();
    EXPECT_EQ(dut->rx_valid_o & 14, 0);
  }
  // A break is no byte either: it has no stop bit.
  dut->rx_i = 0;
  for (int i = 0; i < 5000; ++i) {
    dut.Tick();
    EXPECT_EQ(dut->rx_valid_o, 0);
  }
}

TEST(Uart, SendsAtEveryRatio) {
  Dut<Vtsu_link_parts> dut("parts");
  dut.Reset();
  constexpr int kBytes = 60;
  std::mt19937_64 random(Seed());
  for (int k = 0; k < 4; ++k) {
    for (int i = 0; i < 3000; ++i) dut.Tick();
    UartLine line(kRatios[k]);
    std::deque<std::uint8_t> wanted;
    int right = 0;
    std::uint64_t begin = 0;
    dut->tx_valid_i = 1;
    for (int sent = 0; right < kBytes && dut.clocks() < 10'000'000;) {
      dut->tx_data_i = static_cast<std::uint8_t>(random());
      dut.Settle();
      if (dut->tx_ready_o >> k & 1 && sent < kBytes) {
        if (sent++ == 0) begin = dut.clocks();
        wanted.push_back(dut->tx_data_i);
      }
      dut.Tick();
      if (line.Sample(dut->tx_o >> k & 1)) {
        ASSERT_FALSE(wanted.empty());
        EXPECT_EQ(line.received(), wanted.front());
        wanted.pop_front();
        ++right;
      }
    }
    dut->tx_valid_i = 0;
    EXPECT_EQ(right, kBytes);
    // One clock a byte to take it, besides ten bits; the last stop bit is seen at its middle.
    const double clocks = static_cast<double>(dut.clocks() - begin),
                 ideal = kBytes * 10 * kRatios[k];
    EXPECT_NEAR(clocks, ideal, kBytes * 2.0 + 2 * kRatios[k]) << "ratio " << kRatios[k];
  }
}

// ---- tsu_link -----------------------------------------------------------------------------------

using Rig1 = LinkRig<Vtsu_link_w1>;
using Rig4 = LinkRig<Vtsu_link_w4>;

TEST(Link, HelloTellsWhatItIs) {
  Rig4 rig(Seed());
  const auto answer = rig.Ask({regs::kLinkHello, 77, 0, 0, {}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->seq, 77);
  EXPECT_EQ(answer->words, (std::vector<std::uint32_t>{regs::kMagic, regs::kLinkProtocolVersion, 4,
                                                       regs::kLinkMaxPayload, 12'000'000, 0}));
  EXPECT_EQ(answer->code(), regs::kLinkStatusOk);
}

TEST(Link, NothingBeforeHello) {
  Rig4 rig(Seed());
  const std::uint32_t value = 5;
  EXPECT_FALSE(rig.Ask({regs::kLinkWrite, 1, 1, 0x10, {&value, 1}}));
  EXPECT_TRUE(rig.writes.empty());
  EXPECT_TRUE(rig.Ask({regs::kLinkHello, 0, 0, 0, {}}));
  EXPECT_TRUE(rig.Ask({regs::kLinkWrite, 1, 1, 0x10, {&value, 1}}));
  EXPECT_EQ(rig.writes.size(), 1u);
  rig.Reset();
  EXPECT_FALSE(rig.Ask({regs::kLinkWrite, 2, 1, 0x10, {&value, 1}}));
}

TEST(Link, RepeatedRequestsAreAnsweredNotExecuted) {
  Rig4 rig(Seed());
  rig.Ask({regs::kLinkHello, 250, 0, 0, {}});
  std::vector<LinkAnswer> answers;
  for (std::uint32_t i = 1; i <= 20; ++i) {
    const std::uint32_t value = i;
    const std::uint8_t seq = static_cast<std::uint8_t>(250 + i);
    answers.push_back(rig.Ask({regs::kLinkWrite, seq, 1, 4 * i, {&value, 1}}).value());
    ASSERT_EQ(rig.writes.size(), i);
    for (std::uint32_t back = 0; back < 4 && back < i; ++back) {
      // The same answer, whatever the repeated frame asks for.
      const auto again =
          rig.Ask({regs::kLinkRead, static_cast<std::uint8_t>(seq - back), 9, 0, {}});
      ASSERT_TRUE(again);
      EXPECT_EQ(again->command, regs::kLinkWrite);
      EXPECT_EQ(again->seq, answers[answers.size() - 1 - back].seq);
    }
    ASSERT_EQ(rig.writes.size(), i);
  }
  // Outside the window, behind or ahead: dropped.
  const std::uint8_t last = static_cast<std::uint8_t>(250 + 20);
  for (int ahead = 2; ahead <= 256 - 4; ++ahead) {
    rig.Send(EncodeRequest({regs::kLinkRead, static_cast<std::uint8_t>(last + ahead), 1, 0, {}}));
  }
  rig.Settle();
  EXPECT_FALSE(rig.NextAnswer());
  // Hello forgets what came before it.
  EXPECT_TRUE(rig.Ask({regs::kLinkHello, last, 0, 0, {}}));
  EXPECT_FALSE(rig.Ask({regs::kLinkRead, static_cast<std::uint8_t>(last - 1), 1, 0, {}}));
  EXPECT_TRUE(rig.Ask({regs::kLinkRead, static_cast<std::uint8_t>(last + 1), 1, 0, {}}));
}

TEST(Link, RefusesWhatMakesNoSense) {
  Rig4 rig(Seed());
  rig.Ask({regs::kLinkHello, 0, 0, 0, {}});
  const std::vector<std::uint32_t> two = {1, 2};
  const auto code = [&](std::uint8_t seq, std::uint32_t command, std::uint16_t count,
                        std::uint32_t address, std::span<const std::uint32_t> payload) {
    const auto answer = rig.Ask({static_cast<std::uint8_t>(command), seq, count, address, payload});
    EXPECT_TRUE(answer);
    return answer ? answer->code() : 99;
  };
  EXPECT_EQ(code(1, 6, 0, 0, {}), regs::kLinkStatusBadCommand);
  EXPECT_EQ(code(2, 0, 0, 0, {}), regs::kLinkStatusBadCommand);
  EXPECT_EQ(code(3, regs::kLinkWrite, 1, 0, two), regs::kLinkStatusBadLength);
  EXPECT_EQ(code(4, regs::kLinkWrite, 3, 0, two), regs::kLinkStatusBadLength);
  EXPECT_EQ(code(5, regs::kLinkRead, 61, 0, {}), regs::kLinkStatusBadLength);
  EXPECT_EQ(code(6, regs::kLinkRead, 0x0101, 0, {}), regs::kLinkStatusBadLength);
  EXPECT_EQ(code(7, regs::kLinkRead, 1, 2, {}), regs::kLinkStatusBusError);
  EXPECT_EQ(code(8, regs::kLinkRead, 1, 0x1000, {}), regs::kLinkStatusBusError);
  EXPECT_EQ(code(9, regs::kLinkWrite, 2, 0x10000, two), regs::kLinkStatusBusError);
  EXPECT_EQ(code(10, regs::kLinkRead, 60, 0, {}), regs::kLinkStatusOk);
  EXPECT_EQ(code(11, regs::kLinkWrite, 2, 0xFF8, two), regs::kLinkStatusOk);
  EXPECT_EQ(rig.writes.size(), 2u);
  rig.bus_error = true;
  EXPECT_EQ(code(12, regs::kLinkRead, 1, 0, {}), regs::kLinkStatusBusError);
  EXPECT_EQ(code(13, regs::kLinkWrite, 2, 0, two), regs::kLinkStatusBusError);
}

TEST(Link, DamagedFramesAreDroppedAndCounted) {
  Rig4 rig(Seed());
  rig.Ask({regs::kLinkHello, 9, 0, 0, {}});
  std::mt19937_64 random(Seed());
  std::uint32_t damaged = 0;
  const std::uint32_t value = 3;
  for (int i = 0; i < 300; ++i) {
    Bytes line = EncodeRequest({regs::kLinkWrite, 10, 1, 0, {&value, 1}});
    const std::size_t at = random() % (line.size() - 1);
    const int kind = random() % 3;
    if (kind == 0)
      line[at] = static_cast<std::uint8_t>(line[at] == 1 ? 2 : line[at] ^ (line[at] == 3 ? 4 : 1));
    if (kind == 1) line.erase(line.begin() + static_cast<std::ptrdiff_t>(at));
    if (kind == 2)
      line.insert(line.begin() + static_cast<std::ptrdiff_t>(at), 200, 1 + random() % 255);
    rig.Send(line);
    ++damaged;
  }
  rig.Send(Bytes(1000, 1));  // too long
  rig.Send({0, 0, 0, 0});    // the end of that; empty frames are none
  rig.Send({1, 1, 1, 0});    // too short
  // Too long by a word, but whole otherwise.
  rig.Send(EncodeRequest({regs::kLinkWrite, 10, 60, 0, std::vector<std::uint32_t>(61)}));
  damaged += 3;
  rig.Settle();
  EXPECT_FALSE(rig.NextAnswer());
  EXPECT_TRUE(rig.writes.empty());
  const auto hello = rig.Ask({regs::kLinkHello, 1, 0, 0, {}});
  ASSERT_TRUE(hello && hello->words.size() == 6);
  EXPECT_EQ(hello->words[5], damaged);
}

TEST(Link, WindowOfRequestsAtOnce) {
  // As many as the window says may be open are all kept and answered, in order, whole payloads
  // included.
  Rig4 rig(Seed());
  rig.Ask({regs::kLinkHello, 0, 0, 0, {}});
  rig.stall = 60;
  std::vector<std::uint32_t> block(60);
  for (std::uint8_t seq = 1; seq <= 4; ++seq) {
    for (std::uint32_t i = 0; i < 60; ++i) block[i] = seq * 0x01010101u + i;
    rig.Send(EncodeRequest({regs::kLinkWrite, seq, 60, 0x100, block}));
  }
  for (std::uint8_t seq = 1; seq <= 4; ++seq) {
    const auto answer = rig.WaitAnswer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->seq, seq);
    EXPECT_EQ(answer->done(), 60u);
  }
  EXPECT_EQ(rig.writes.size(), 240u);
  for (std::uint32_t i = 0; i < rig.writes.size(); ++i) {
    EXPECT_EQ(rig.writes[i].first, 0x100 + 4 * (i % 60));
    EXPECT_EQ(rig.writes[i].second, (i / 60 + 1) * 0x01010101u + i % 60);
  }
  EXPECT_EQ(rig.Ask({regs::kLinkRead, 5, 60, 0x100, {}}).value().words, block);
}

TEST(Link, RequestsBeyondTheWindowAreDropped) {
  Rig4 rig(Seed());
  rig.Ask({regs::kLinkHello, 0, 0, 0, {}});
  rig.hold_bus = true;
  for (std::uint32_t seq = 1; seq <= 7; ++seq) {
    rig.Send(EncodeRequest({regs::kLinkWrite, static_cast<std::uint8_t>(seq), 1, 0, {&seq, 1}}));
  }
  rig.Settle();
  rig.hold_bus = false;
  rig.Settle();
  ASSERT_EQ(rig.writes.size(), 4u);
  for (std::uint32_t i = 0; i < 4; ++i) EXPECT_EQ(rig.writes[i].second, i + 1);
  for (std::uint8_t seq = 1; seq <= 4; ++seq) EXPECT_EQ(rig.NextAnswer().value().seq, seq);
  EXPECT_FALSE(rig.NextAnswer());
  EXPECT_EQ(rig.Ask({regs::kLinkHello, 5, 0, 0, {}}).value().words[5], 3u);
}

TEST(Link, AFrameThatFoundNoRoomForAWhileIsDropped) {
  Rig1 rig(Seed());
  for (int clocks = 0; clocks < 800; clocks += 20) {
    rig.Reset();
    rig.writes.clear();
    rig.from_device.clear();
    rig.Ask({regs::kLinkHello, 0, 0, 0, {}});
    rig.hold_bus = true;
    const std::uint32_t first = 0x11111111, second = 0x22222222;
    rig.Send(EncodeRequest({regs::kLinkWrite, 1, 1, 4, {&first, 1}}));
    while (rig.line.sending()) rig.Tick();
    rig.Send(EncodeRequest({regs::kLinkWrite, 2, 1, 8, {&second, 1}}));
    for (int i = 0; i < clocks; ++i) rig.Tick();
    rig.hold_bus = false;
    rig.Settle();
    ASSERT_GE(rig.writes.size(), 1u);
    EXPECT_EQ(rig.writes[0], (std::pair<std::uint32_t, std::uint32_t>{4, first}));
    const bool dropped = rig.writes.size() == 1;
    EXPECT_TRUE(dropped || rig.writes[1] == (std::pair<std::uint32_t, std::uint32_t>{8, second}));
    EXPECT_TRUE(dropped || clocks < 100) << clocks;
    rig.Send(EncodeRequest({regs::kLinkHello, 5, 0, 0, {}}));
    auto hello = rig.WaitAnswer();
    while (hello && hello->command != regs::kLinkHello) hello = rig.WaitAnswer();
    ASSERT_TRUE(hello && hello->words.size() == 6);
    EXPECT_EQ(hello->words[5], dropped ? 1u : 0u) << clocks;
  }
}

TEST(Link, AnAnswerOnTheLineIsNotOverwritten) {
  Rig1 rig(Seed());
  rig.Ask({regs::kLinkHello, 0, 0, 0, {}});
  rig.Send(EncodeRequest({regs::kLinkRead, 1, 60, 0, {}}));
  for (int i = 0; i < 20000 && rig.from_device.empty(); ++i) rig.Tick();  // its answer begins
  rig.Send(EncodeRequest({regs::kLinkHello, 9, 0, 0, {}}));
  const auto first = rig.WaitAnswer(), second = rig.WaitAnswer();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->words.size(), 60u);
  EXPECT_EQ(second->seq, 9);
}

TEST(Link, StreamOutStopsAtPacketEnds) {
  Rig1 rig(Seed());
  rig.Ask({regs::kLinkHello, 0, 0, 0, {}});
  for (std::uint32_t i = 0; i < 10; ++i) rig.samples.push_back({i, i == 3 || i == 9});
  const auto ask = [&](std::uint8_t seq, std::uint16_t most) {
    return rig.Ask({regs::kLinkStreamOut, seq, most, 0, {}}).value();
  };
  auto answer = ask(1, 60);
  EXPECT_EQ(answer.words, (std::vector<std::uint32_t>{0, 1, 2, 3}));
  EXPECT_TRUE(answer.status & regs::kLinkStatusPacketEnd);
  answer = ask(2, 4);
  EXPECT_EQ(answer.words, (std::vector<std::uint32_t>{4, 5, 6, 7}));
  EXPECT_FALSE(answer.status & regs::kLinkStatusPacketEnd);
  answer = ask(2, 4);  // again: the same words, none is lost
  EXPECT_EQ(answer.words, (std::vector<std::uint32_t>{4, 5, 6, 7}));
  answer = ask(3, 60);
  EXPECT_EQ(answer.words, (std::vector<std::uint32_t>{8, 9}));
  EXPECT_TRUE(answer.status & regs::kLinkStatusPacketEnd);
  answer = ask(4, 60);
  EXPECT_TRUE(answer.words.empty());
  EXPECT_FALSE(answer.status & regs::kLinkStatusPacketEnd);
}

TEST(Link, StreamInTakesWhatTheCoreTakes) {
  Rig4 rig(Seed());
  rig.Ask({regs::kLinkHello, 0, 0, 0, {}});
  rig.hold_loads = true;
  const std::vector<std::uint32_t> words = {10, 11, 12, 13};
  auto answer = rig.Ask({regs::kLinkStreamIn, 1, 4, 1, words}).value();
  EXPECT_EQ(answer.done(), 1u);  // waits at the core's door
  EXPECT_TRUE(answer.status & regs::kLinkStatusPacketOpen);
  // One that was sent behind it must not slip in, even when the core takes words again.
  rig.hold_loads = false;
  answer = rig.Ask({regs::kLinkStreamIn, 2, 4, 1, words}).value();
  EXPECT_EQ(answer.done(), 0u);
  answer = rig.Ask({regs::kLinkStreamIn, 3, 3, 3, std::span(words).subspan(1)}).value();
  EXPECT_EQ(answer.done(), 3u);
  EXPECT_FALSE(answer.status & regs::kLinkStatusPacketOpen);
  const std::deque<test::StreamWord> wanted = {{10, false}, {11, false}, {12, false}, {13, true}};
  EXPECT_EQ(rig.loads, wanted);
}

// The host's transport on the RTL's link, with damage both ways: what arrives is what was sent,
// exactly once.
template <typename Rig>
void TransportThroughDamage() {
  std::mt19937_64 random(Seed());
  Rig rig(Seed());
  rig.stall = 30;
  rig.flicker = true;
  LinkOptions options;
  options.baud = 3'000'000;
  options.timeout = std::chrono::milliseconds(25);
  options.tries = 12;
  const auto transport =
      MakeLinkTransport(std::make_unique<test::RigPort<Rig>>(rig, Seed(), 0.002), "rig", options);
  std::deque<test::StreamWord> loads, samples;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> writes = rig.writes;
  for (int i = 0; i < 60; ++i) {
    const std::uint32_t offset = 0x100 + 4 * (random() % 16),
                        value = static_cast<std::uint32_t>(random());
    transport->WriteRegister(offset, value);
    writes.emplace_back(offset, value);
    ASSERT_EQ(transport->ReadRegister(offset), value);
    std::vector<std::uint32_t> packet(1 + random() % 200);
    for (auto& word : packet) {
      word = static_cast<std::uint32_t>(random()) & (random() % 2 ? 0xFFu : ~0u);
      loads.push_back({word, &word == &packet.back()});
    }
    transport->SendPacket(packet);
    const std::size_t length = 1 + random() % 150;
    for (std::size_t k = 0; k < length; ++k)
      rig.samples.push_back({static_cast<std::uint32_t>(random()), k + 1 == length});
    samples.insert(samples.end(), rig.samples.end() - static_cast<std::ptrdiff_t>(length),
                   rig.samples.end());
    for (bool last = false; !last;) {
      const auto got = transport->Receive(static_cast<int>(1 + random() % 100), last);
      for (std::size_t k = 0; k < got.size(); ++k) {
        ASSERT_FALSE(samples.empty());
        ASSERT_EQ((test::StreamWord{got[k], last && k + 1 == got.size()}), samples.front());
        samples.pop_front();
      }
    }
    ASSERT_TRUE(samples.empty());
  }
  EXPECT_EQ(rig.loads, loads);
  EXPECT_EQ(rig.writes, writes);
  EXPECT_GT(rig.damaged, 50);
}
TEST(Link, TransportThroughDamageWindow4) { TransportThroughDamage<Rig4>(); }
TEST(Link, TransportThroughDamageWindow1) { TransportThroughDamage<Rig1>(); }

}  // namespace
}  // namespace tsu
