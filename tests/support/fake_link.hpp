// SPDX-License-Identifier: Apache-2.0
// The device's end of the link in memory, behind a BytePort: keeps the rules of rtl/README.md,
// "Link", and can be told to break them. Time does not pass in it: where nothing waits to be read,
// a deadline has passed.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <stdexcept>
#include <vector>

#include "tsu/link.hpp"
#include "tsu/regs.hpp"

namespace tsu::test {

class FakeLink : public BytePort {
 public:
  struct Word {
    std::uint32_t data;
    bool last;
    bool operator==(const Word&) const = default;
  };

  std::map<std::uint32_t, std::uint32_t> registers;
  std::vector<std::uint32_t> controls;  // what was written to Control
  std::deque<Word> loads, samples;
  bool inside = false;               // the load stream is inside a packet
  std::mt19937_64* share = nullptr;  // StreamIn takes a random share of its words
  std::vector<std::uint32_t> hello = {
      regs::kMagic, regs::kLinkProtocolVersion, 4, regs::kLinkMaxPayload, 12'000'000, 0};
  std::function<bool()> lose;                      // the request that comes is lost
  std::function<void(LinkAnswer&)> twist;          // changes an answer
  std::function<Bytes(const LinkAnswer&)> before;  // goes on the line before an answer
  std::function<Bytes()> rubbish;                  // all that can be read from now on
  std::size_t frames = 0, most_open = 0;  // requests that came; most without an answer read

  static Bytes Encode(const LinkAnswer& answer) {
    Bytes frame = {static_cast<std::uint8_t>(answer.command | regs::kLinkAnswerFlag), answer.seq};
    for (const std::uint32_t word : answer.words) Put(frame, word);
    Put(frame, answer.status);
    Put(frame, FrameCrc(frame));
    Bytes line = CobsEncode(frame);
    line.push_back(0);
    return line;
  }

  void Write(std::span<const std::uint8_t> data, Deadline) override {
    for (const std::uint8_t byte : data) {
      if (byte != 0) {
        line_.push_back(byte);
        continue;
      }
      const auto frame = CobsDecode(line_);
      line_.clear();
      if (!frame || frame->size() < 12) continue;
      ++frames;
      open_ = std::max<std::size_t>(open_, static_cast<std::uint8_t>((*frame)[1] - read_));
      if ((*frame)[0] != regs::kLinkHello) most_open = std::max(most_open, open_);
      if (!lose || !lose()) Take(*frame);
    }
  }
  std::size_t Read(std::span<std::uint8_t> data, Deadline) override {
    if (rubbish) {
      if (std::chrono::steady_clock::now() > begin_ + std::chrono::seconds(10))
        throw std::logic_error("the call does not end");
      const Bytes bytes = rubbish();
      std::copy(bytes.begin(), bytes.end(), data.begin());
      return bytes.size();
    }
    if (answers_.empty()) return 0;
    const auto [seq, bytes] = answers_.front();
    answers_.pop_front();
    read_ = seq;
    open_ = 0;
    std::copy(bytes.begin(), bytes.end(), data.begin());
    return bytes.size();
  }
  void Discard() override { answers_.clear(); }

 private:
  static void Put(Bytes& to, std::uint32_t value) {
    for (int i = 0; i < 4; ++i) to.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  }
  static std::uint32_t Get(const Bytes& from, std::size_t at, int bytes = 4) {
    std::uint32_t value = 0;
    for (int i = 0; i < bytes; ++i) value |= static_cast<std::uint32_t>(from[at + i]) << 8 * i;
    return value;
  }

  void Take(const Bytes& frame) {
    const std::uint8_t seq = frame[1], back = static_cast<std::uint8_t>(last_ - seq);
    if (frame[0] == regs::kLinkHello) {
      kept_.clear();
    } else if (back < kept_.size()) {
      return Send(kept_[kept_.size() - 1 - back]);
    } else if (back != 255) {
      return;
    }
    last_ = seq;
    kept_.push_back(Execute(frame));
    if (kept_.size() > hello[2]) kept_.pop_front();
    Send(kept_.back());
  }

  void Send(LinkAnswer answer) {
    if (twist) twist(answer);
    Bytes bytes = before ? before(answer) : Bytes{};
    const Bytes line = Encode(answer);
    bytes.insert(bytes.end(), line.begin(), line.end());
    answers_.emplace_back(answer.seq, bytes);
  }

  LinkAnswer Execute(const Bytes& frame) {
    LinkAnswer answer;
    answer.command = frame[0];
    answer.seq = frame[1];
    const std::uint32_t count = Get(frame, 2, 2), address = Get(frame, 4);
    std::uint32_t done = count, end = 0;
    switch (frame[0]) {
      case regs::kLinkHello:
        answer.words = hello;
        break;
      case regs::kLinkRead:
        answer.words = {registers[address]};
        break;
      case regs::kLinkWrite:
        (address == regs::kRegControl ? controls.emplace_back() : registers[address]) =
            Get(frame, 8);
        break;
      case regs::kLinkStreamIn:
        if (short_ && !(address & 2)) {
          done = 0;
        } else if (share) {
          done = static_cast<std::uint32_t>((*share)() % (count + 1));
        }
        for (std::uint32_t i = 0; i < done; ++i)
          loads.push_back({Get(frame, 8 + 4 * i), (address & 1) && i + 1 == count});
        short_ = done < count;
        if (done > 0) inside = !loads.back().last;
        break;
      case regs::kLinkStreamOut:
        for (done = 0; done < count && !end && !samples.empty(); ++done) {
          answer.words.push_back(samples.front().data);
          end = samples.front().last;
          samples.pop_front();
        }
        break;
    }
    answer.status = done << 16 | (end ? regs::kLinkStatusPacketEnd : 0) |
                    (inside ? regs::kLinkStatusPacketOpen : 0);
    return answer;
  }

  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  Bytes line_;
  std::deque<std::pair<std::uint8_t, Bytes>> answers_;
  std::deque<LinkAnswer> kept_;
  std::uint8_t last_ = 0, read_ = 0;
  std::size_t open_ = 0;
  bool short_ = false;
};

}  // namespace tsu::test
