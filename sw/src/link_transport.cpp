// SPDX-License-Identifier: Apache-2.0
// Host side of the link: a window of open requests, repeated in order until each has its answer.
#include <algorithm>
#include <array>
#include <deque>
#include <random>
#include <thread>

#include "tsu/error.hpp"
#include "tsu/link.hpp"
#include "tsu/regs.hpp"

namespace tsu {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::uint32_t kStreamLast = 1, kStreamResume = 2;  // address bits of StreamIn
constexpr std::uint32_t kControlAbort = 2;
constexpr std::size_t kHelloWords = 6;
constexpr int kBitsPerByte = 10;  // on the line
constexpr std::size_t kOverhead =
    16;  // bytes of a frame besides its payload, COBS and delimiter included
// The core takes load words at once unless a program runs: this long without one word taken is a
// fault.
constexpr milliseconds kStallLimit{10'000};

class LinkTransport : public Transport {
 public:
  LinkTransport(std::unique_ptr<BytePort> port, const std::string& url, const LinkOptions& options)
      : port_(std::move(port)), url_(url), options_(options) {
    Guard([this] { Open(); });
  }

  std::string url() const override { return url_; }

  std::uint32_t ReadRegister(std::uint32_t offset) override {
    return Guard([&] {
      std::vector<Operation> one = {{regs::kLinkRead, 1, offset, {}, {}}};
      Exchange(one);
      return one[0].answer.words[0];
    });
  }

  void WriteRegister(std::uint32_t offset, std::uint32_t value) override {
    Guard([&] {
      std::vector<Operation> one = {{regs::kLinkWrite, 1, offset, {&value, 1}, {}}};
      Exchange(one);
    });
  }

  void SendPacket(std::span<const std::uint32_t> words) override {
    Guard([&] { Send(words); });
  }

  std::vector<std::uint32_t> Receive(int most, bool& last) override {
    return Guard([&] {
      if (received_.empty()) Fetch();
      std::vector<std::uint32_t> words;
      last = false;
      while (!received_.empty() && !last && words.size() < static_cast<std::size_t>(most)) {
        words.push_back(received_.front().data);
        last = received_.front().last;
        received_.pop_front();
      }
      return words;
    });
  }

  void Idle(milliseconds time) override { std::this_thread::sleep_for(time); }

 private:
  struct Operation {
    std::uint32_t command;
    std::size_t count;
    std::uint32_t address;
    std::span<const std::uint32_t> payload;
    LinkAnswer answer;
  };
  struct Word {
    std::uint32_t data;
    bool last;
  };

  // Runs one call; the first failure makes the link dead.
  template <typename Call>
  auto Guard(Call call) -> decltype(call()) {
    if (dead_) throw Error(Exit::kLink, "the link failed before", url_, "open the device again");
    try {
      return call();
    } catch (...) {
      dead_ = true;
      throw;
    }
  }

  // ---- Opening ----------------------------------------------------------------------------------
  void Open() {
    port_->Discard();
    std::random_device random;
    seq_ = static_cast<std::uint8_t>(random());
    window_ = 1;
    max_words_ = kHelloWords;
    std::vector<Operation> hello = {{regs::kLinkHello, 0, 0, {}, {}}};
    Exchange(hello);
    const std::vector<std::uint32_t>& words = hello[0].answer.words;
    if (words[0] != regs::kMagic || words[1] != regs::kLinkProtocolVersion || words[2] < 1 ||
        words[2] > 64 || words[3] < 4 || words[3] > regs::kLinkMaxPayload) {
      throw Error(Exit::kIncompatible, "the device speaks another link protocol", url_,
                  "build gateware and tool from one version");
    }
    window_ = words[2];
    max_words_ = words[3] / 4;
    // What an earlier user left: a running program, half a load packet, samples.
    WriteControl(kControlAbort);
    if (packet_open_) {
      const std::uint32_t filler = 0;
      Send({&filler, 1});
      WriteControl(kControlAbort);  // clears the load error that this caused
    }
    const auto end = Clock::now() + kStallLimit;
    do {
      received_.clear();
      Fetch();
      if (Clock::now() > end)
        throw Error(Exit::kLink, "the sample stream does not run dry", url_, "reset the board");
    } while (!received_.empty());
  }

  void WriteControl(std::uint32_t value) {
    std::vector<Operation> one = {{regs::kLinkWrite, 1, regs::kRegControl, {&value, 1}, {}}};
    Exchange(one);
  }

  // ---- Streams ----------------------------------------------------------------------------------
  void Send(std::span<const std::uint32_t> words) {
    auto end = Clock::now() + kStallLimit;
    bool resume = false;
    while (!words.empty()) {
      std::vector<Operation> parts;
      for (std::size_t at = 0; at < words.size(); at += max_words_) {
        const std::size_t count = std::min(max_words_, words.size() - at);
        const std::uint32_t last = at + count == words.size() ? kStreamLast : 0;
        parts.push_back({regs::kLinkStreamIn,
                         count,
                         last | (resume && at == 0 ? kStreamResume : 0),
                         words.subspan(at, count),
                         {}});
      }
      const std::size_t answered = Exchange(parts);
      std::size_t taken = 0;
      for (std::size_t i = 0; i < answered; ++i) taken += parts[i].answer.done();
      words = words.subspan(taken);
      if (words.empty()) break;
      resume = true;
      if (taken > 0) {
        end = Clock::now() + kStallLimit;
      } else if (Clock::now() > end) {
        throw Error(Exit::kLink, "the core takes no load words", url_,
                    "does a program run? reset the board");
      } else {
        Idle(milliseconds(1));
      }
    }
  }

  // Moves what waits on the sample stream into received_: one request when it was empty before,
  // else a window full.
  void Fetch() {
    std::vector<Operation> parts(stream_ran_ ? window_ : 1,
                                 Operation{regs::kLinkStreamOut, max_words_, 0, {}, {}});
    Exchange(parts);
    for (const Operation& part : parts) {
      const std::vector<std::uint32_t>& words = part.answer.words;
      for (std::size_t i = 0; i < words.size(); ++i) {
        received_.push_back(
            {words[i], i + 1 == words.size() && (part.answer.status & regs::kLinkStatusPacketEnd)});
      }
    }
    stream_ran_ = !received_.empty();
  }

  // ---- Requests ---------------------------------------------------------------------------------
  // Executes operations in order, each exactly once; returns how many were. Fewer than all only
  // after a StreamIn was cut short.
  std::size_t Exchange(std::vector<Operation>& operations) {
    const std::uint8_t first = seq_;
    std::size_t base = 0, sent = 0,
                limit = operations.size();  // answered; sent at least once; will be sent
    std::size_t next = 0;                   // to be sent now
    int tries = 1;
    bool went_back = false;
    auto deadline = Clock::time_point::max();
    const auto go_back = [&] {
      next = base;
      const std::uint8_t delimiter = 0;  // ends what a damaged delimiter left open
      port_->Write({&delimiter, 1}, WriteDeadline());
    };
    if (operations[0].command == regs::kLinkHello) {
      go_back();
      go_back();
    }
    while (base < limit) {
      if (next < limit && next < base + window_) {
        Operation& one = operations[next];
        port_->Write(
            EncodeRequest({static_cast<std::uint8_t>(one.command),
                           static_cast<std::uint8_t>(first + next),
                           static_cast<std::uint16_t>(one.count), one.address, one.payload}),
            WriteDeadline());
        sent = std::max(sent, ++next);
        deadline = Clock::now() + AnswerTime(operations, base, next);
        continue;
      }
      const auto answer = NextAnswer(deadline);
      if (!answer) {
        if (tries++ == options_.tries) NoAnswer(operations[base].command);
        go_back();
        continue;
      }
      const std::size_t ahead =
          static_cast<std::uint8_t>(answer->seq - static_cast<std::uint8_t>(first + base));
      if (ahead == 0 && answer->command == operations[base].command) {
        operations[base].answer = *answer;
        Check(operations[base]);
        packet_open_ = answer->status & regs::kLinkStatusPacketOpen;
        // Those sent behind a short StreamIn take nothing; no more are sent.
        if (operations[base].command == regs::kLinkStreamIn &&
            answer->done() < operations[base].count)
          limit = sent;
        ++base;
        next = std::max(next, base);
        tries = 1;
        went_back = false;
        deadline = Clock::now() + AnswerTime(operations, base, next);
      } else if (ahead < next - base && !went_back) {
        // A later answer: the line keeps order, so the one before it was damaged. Ask again now,
        // once, not after a time-out.
        went_back = true;
        go_back();
      }
    }
    seq_ = static_cast<std::uint8_t>(first + base);
    return base;
  }

  // Throws when an answer, undamaged, does not fit its request.
  void Check(const Operation& operation) {
    const LinkAnswer& answer = operation.answer;
    if (answer.code() == regs::kLinkStatusBusError) {
      throw Error(Exit::kIncompatible,
                  "the bus refused address " + std::to_string(operation.address), url_,
                  "tool and gateware disagree");
    }
    std::size_t least = 0, most = 0;  // words in the answer
    bool done_all = true;
    switch (operation.command) {
      case regs::kLinkHello:
        least = most = kHelloWords;
        break;
      case regs::kLinkRead:
        least = most = operation.count;
        break;
      case regs::kLinkWrite:
        done_all = answer.done() == operation.count;
        break;
      case regs::kLinkStreamIn:
        done_all = answer.done() <= operation.count;
        break;
      case regs::kLinkStreamOut:
        most = operation.count;
        break;
    }
    if (answer.code() != regs::kLinkStatusOk || answer.words.size() < least ||
        answer.words.size() > most || !done_all) {
      throw Error(Exit::kIncompatible,
                  "answer with status " + std::to_string(answer.status) + " to request " +
                      std::to_string(operation.command),
                  url_, "build gateware and tool from one version");
    }
  }

  // Next undamaged answer, or nothing at the deadline.
  std::optional<LinkAnswer> NextAnswer(Clock::time_point deadline) {
    while (true) {
      while (at_ < got_) {
        const std::uint8_t byte = buffer_[at_++];
        if (byte != 0) {
          // Longer than any frame: rubbish. It is dropped at its delimiter, and takes no memory
          // until then.
          if (line_.size() <= regs::kLinkMaxPayload + kOverhead) line_.push_back(byte);
          continue;
        }
        auto answer = DecodeAnswer(line_);
        line_.clear();
        if (answer) return answer;
      }
      at_ = 0;
      got_ = port_->Read(buffer_, deadline);
      any_byte_ = any_byte_ || got_ > 0;
      // Neither rubbish nor answers that nobody asked for must keep a call alive.
      if (got_ == 0 || Clock::now() > deadline) return std::nullopt;
    }
  }

  // Twice the time on the wire of what is open, and the time-out.
  milliseconds AnswerTime(const std::vector<Operation>& operations, std::size_t from,
                          std::size_t to) const {
    std::int64_t bytes = 0;
    for (std::size_t i = from; i < to; ++i)
      bytes += 2 * kOverhead + 4 * (operations[i].payload.size() + max_words_);
    return options_.timeout + milliseconds(2000 * kBitsPerByte * bytes / options_.baud);
  }
  Clock::time_point WriteDeadline() const {
    return Clock::now() + options_.timeout +
           milliseconds(1000 + 2000 * kBitsPerByte * std::int64_t{512} / options_.baud);
  }

  [[noreturn]] void NoAnswer(std::uint32_t command) {
    const std::string tries = " after " + std::to_string(options_.tries) + " tries";
    if (command != regs::kLinkHello) {
      throw Error(Exit::kLink, "no answer" + tries, url_,
                  "line damaged, board reset, or simulation slower than timeout=MS");
    }
    if (any_byte_)
      throw Error(Exit::kLink, "only rubbish instead of an answer" + tries, url_,
                  "is baud= that of the gateware?");
    throw Error(Exit::kLink, "nobody answers" + tries, url_,
                "is the board configured, and baud= that of its gateware?");
  }

  std::unique_ptr<BytePort> port_;
  std::string url_;
  LinkOptions options_;
  bool dead_ = false;
  std::uint8_t seq_ = 0;       // of the next new request
  std::size_t window_ = 1;     // requests that may be open
  std::size_t max_words_ = 1;  // payload of a frame
  bool packet_open_ = false;   // the core's load stream is inside a packet
  bool stream_ran_ = false;    // the last Fetch found words
  bool any_byte_ = false;
  std::deque<Word> received_;
  Bytes line_;  // of the frame that is coming in
  std::array<std::uint8_t, 4096> buffer_;
  std::size_t at_ = 0, got_ = 0;
};

}  // namespace

std::unique_ptr<Transport> MakeLinkTransport(std::unique_ptr<BytePort> port, const std::string& url,
                                             const LinkOptions& options) {
  return std::make_unique<LinkTransport>(std::move(port), url, options);
}

}  // namespace tsu
