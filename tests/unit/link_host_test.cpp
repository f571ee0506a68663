// SPDX-License-Identifier: Apache-2.0
// The host's end of the link against a device in memory: order, window, short loads, and every
// answer that must not be believed.
#include <gtest/gtest.h>

#include "tests/support/fake_link.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/seed.hpp"
#include "tsu/error.hpp"

namespace tsu {
namespace {

using namespace std::chrono_literals;
using test::FakeLink;
using test::Refusal;

// A link that is open, and its device.
struct Opened {
  Opened() : Opened([](FakeLink&) {}) {}
  template <typename Prepare>
  explicit Opened(Prepare prepare) {
    auto port = std::make_unique<FakeLink>();
    device = port.get();
    prepare(*device);
    LinkOptions options;
    options.timeout = 20ms;
    options.tries = 10;
    host = MakeLinkTransport(std::move(port), "fake", options);
  }
  FakeLink* device;
  std::unique_ptr<Transport> host;
};

std::vector<std::uint32_t> Count(std::size_t words) {
  std::vector<std::uint32_t> packet(words);
  for (std::size_t i = 0; i < words; ++i) packet[i] = static_cast<std::uint32_t>(i);
  return packet;
}

void ExpectLoaded(const std::deque<FakeLink::Word>& loads, std::size_t words) {
  ASSERT_EQ(loads.size(), words);
  for (std::size_t i = 0; i < words; ++i)
    ASSERT_EQ(loads[i], (FakeLink::Word{static_cast<std::uint32_t>(i), i + 1 == words})) << i;
}

TEST(LinkHost, ForeignProtocolsAreRefused) {
  for (const auto& [word, value] :
       std::vector<std::pair<int, std::uint32_t>>{{0, 1},
                                                  {1, regs::kLinkProtocolVersion + 1},
                                                  {2, 0},
                                                  {2, 65},
                                                  {3, 3},
                                                  {3, regs::kLinkMaxPayload + 4}}) {
    Refusal(Exit::kIncompatible,
            [&] { Opened([&](FakeLink& device) { device.hello[word] = value; }); });
  }
}

TEST(LinkHost, LeavesNothingOfAnEarlierUser) {
  Opened link([](FakeLink& device) {
    device.inside = true;
    for (int i = 0; i < 500; ++i) device.samples.push_back({1, i % 70 == 69});
  });
  EXPECT_EQ(link.device->loads, (std::deque<FakeLink::Word>{{0, true}}));
  EXPECT_EQ(link.device->controls, (std::vector<std::uint32_t>{2, 2}));
  EXPECT_TRUE(link.device->samples.empty());
  bool last = false;
  EXPECT_TRUE(link.host->Receive(100, last).empty());
}

TEST(LinkHost, UsesTheWindowAndNoMore) {
  Opened link;
  link.host->SendPacket(Count(1000));
  ExpectLoaded(link.device->loads, 1000);
  EXPECT_EQ(link.device->most_open, 4u);
}

TEST(LinkHost, LostRequestsAreRepeatedInOrder) {
  std::mt19937_64 random(test::Seed());
  Opened link;
  link.device->lose = [&] { return random() % 5 == 0; };
  for (int i = 0; i < 20; ++i) {
    link.host->SendPacket(Count(1000));
    ExpectLoaded(link.device->loads, 1000);
    link.device->loads.clear();
  }
}

TEST(LinkHost, ShortLoadsGoOnAtTheirWord) {
  std::mt19937_64 random(test::Seed());
  Opened link;
  link.device->share = &random;
  for (int i = 0; i < 20; ++i) {
    link.host->SendPacket(Count(500));
    ExpectLoaded(link.device->loads, 500);
    link.device->loads.clear();
  }
}

TEST(LinkHost, SamplesComeInPackets) {
  Opened link;
  for (std::uint32_t i = 0; i < 200; ++i) link.device->samples.push_back({i, i == 149 || i == 199});
  for (std::uint32_t next = 0; next < 200;) {
    bool last = false;
    const auto words = link.host->Receive(47, last);
    ASSERT_FALSE(words.empty());
    for (const std::uint32_t word : words) ASSERT_EQ(word, next++);
    EXPECT_EQ(last, next == 150 || next == 200) << next;
  }
}

TEST(LinkHost, OnlyTheAwaitedAnswerCounts) {
  Opened link;
  link.device->registers[0x10] = 7;
  // Undamaged answers of another seq or to another command: from before a time-out, or of another
  // user.
  link.device->before = [](LinkAnswer answer) {
    Bytes bytes;
    const auto add = [&](std::uint32_t command, int ahead) {
      LinkAnswer other = answer;
      other.command = static_cast<std::uint8_t>(command);
      other.seq = static_cast<std::uint8_t>(answer.seq + ahead);
      for (auto& word : other.words) ++word;
      const Bytes line = FakeLink::Encode(other);
      bytes.insert(bytes.end(), line.begin(), line.end());
    };
    for (const int ahead : {-1, 1, 4, 128}) add(answer.command, ahead);
    add(regs::kLinkWrite, 0);
    return bytes;
  };
  EXPECT_EQ(link.host->ReadRegister(0x10), 7u);
}

TEST(LinkHost, AnswersThatDoNotFitAreErrorsAndTheLinkIsDead) {
  const auto read = [](Transport& host) { host.ReadRegister(0x10); };
  const auto write = [](Transport& host) { host.WriteRegister(0x10, 1); };
  const auto send = [](Transport& host) { host.SendPacket(Count(10)); };
  const auto receive = [](Transport& host) {
    bool last = false;
    host.Receive(10, last);
  };
  const struct {
    const char* what;
    std::function<void(Transport&)> call;
    std::function<void(LinkAnswer&)> twist;
  } cases[] = {
      {"bus error", read, [](LinkAnswer& a) { a.status |= regs::kLinkStatusBusError; }},
      {"bad command", read, [](LinkAnswer& a) { a.status |= regs::kLinkStatusBadCommand; }},
      {"bad length", write, [](LinkAnswer& a) { a.status |= regs::kLinkStatusBadLength; }},
      {"nothing read", read, [](LinkAnswer& a) { a.words.clear(); }},
      {"too much read", read, [](LinkAnswer& a) { a.words.push_back(0); }},
      {"nothing written", write, [](LinkAnswer& a) { a.status &= 0xFFFF; }},
      {"more taken than given", send, [](LinkAnswer& a) { a.status += 1 << 16; }},
      {"more samples than asked for", receive, [](LinkAnswer& a) { a.words.resize(61); }}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    Opened link;
    link.device->twist = c.twist;
    Refusal(Exit::kIncompatible, [&] { c.call(*link.host); });
    link.device->twist = nullptr;
    const std::size_t frames = link.device->frames;
    EXPECT_NE(Refusal(Exit::kLink, [&] { c.call(*link.host); }).find("failed before"),
              std::string::npos);
    EXPECT_EQ(link.device->frames, frames);
  }
}

TEST(LinkHost, RubbishDoesNotKeepACallAlive) {
  for (const Bytes& rubbish : {Bytes(100, 7), FakeLink::Encode({regs::kLinkHello, 0, 0, {}})}) {
    Opened link;
    link.device->rubbish = [&] { return rubbish; };
    EXPECT_NE(Refusal(Exit::kLink, [&] { link.host->ReadRegister(0x10); }).find("no answer"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace tsu
