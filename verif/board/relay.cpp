// SPDX-License-Identifier: Apache-2.0
#include "verif/board/relay.hpp"

#include <algorithm>

#include "tsu/error.hpp"

namespace tsu::verif {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kLongest = 4096;  // bytes without a delimiter that are passed on as they are

}  // namespace

Relay::Relay(const std::string& tty, int baud, std::uint64_t seed)
    : port_(OpenUart(tty, baud)), random_(seed), thread_([this] { Run(); }) {}

Relay::~Relay() {
  stop_ = true;
  thread_.join();
}

std::uint64_t Relay::damaged() const {
  std::uint64_t sum = 0;
  for (const auto& count : counts_) sum += count;
  return sum;
}

void Relay::Run() {
  Way down, up;
  std::array<std::uint8_t, 1024> data;
  try {
    while (!stop_) {
      if (const std::size_t got = pty_.Read(data); got > 0) Feed(down, std::span(data).first(got));
      const Bytes out = Due(down);
      if (!cut_ && !out.empty()) port_->Write(out, Clock::now() + milliseconds(2000));
      const std::size_t got = port_->Read(data, Clock::now() + milliseconds(1));
      if (got > 0) Feed(up, std::span(data).first(got));
      const Bytes back = Due(up);
      if (!cut_ && !back.empty()) pty_.Write(back);
    }
  } catch (const Error&) {
    // The board is gone: the program at this end sees silence, as behind a long cable.
  }
}

void Relay::Feed(Way& way, std::span<const std::uint8_t> data) {
  for (const std::uint8_t byte : data) {
    way.frame.push_back(byte);
    if (byte != 0 && way.frame.size() < kLongest) continue;
    Pass(way, std::move(way.frame));
    way.frame.clear();
  }
}

void Relay::Pass(Way& way, Bytes frame) {
  auto when = way.late.empty() ? Clock::now() : way.late.back().first;
  const bool worth = frame.size() > 1;  // a lone delimiter says nothing
  frames_ += worth;
  if (worth && std::uniform_real_distribution<>()(random_) < damage_) {
    const auto fault = static_cast<Fault>(random_() % kFaultNames.size());
    ++counts_[static_cast<int>(fault)];
    const std::size_t at = random_() % frame.size();
    const auto place = frame.begin() + static_cast<std::ptrdiff_t>(at);
    switch (fault) {
      case Fault::kDropByte:
        frame.erase(place);
        break;
      case Fault::kFlipBit:
        *place ^= static_cast<std::uint8_t>(1u << random_() % 8);
        break;
      case Fault::kDuplicateByte:
        frame.insert(place, *place);
        break;
      case Fault::kInsertByte:
        frame.insert(place, static_cast<std::uint8_t>(random_()));
        break;
      case Fault::kSwapBytes:
        std::swap(*place, frame[(at + 1) % frame.size()]);
        break;
      case Fault::kTruncate:
        frame.resize(at);
        break;
      case Fault::kJoin:
        frame.pop_back();
        break;
      case Fault::kDropFrame:
        frame.clear();
        break;
      case Fault::kDuplicateFrame: {
        const Bytes once = frame;
        frame.insert(frame.end(), once.begin(), once.end());
        break;
      }
      case Fault::kDelay:
        when = std::max(when, Clock::now()) + milliseconds(1 + random_() % 150);
        break;
      case Fault::kBurst:
        for (std::uint64_t i = 0; i < 1 + random_() % 300; ++i)
          frame.insert(frame.begin(), static_cast<std::uint8_t>(random_()));
        break;
    }
  }
  way.late.emplace_back(std::max(when, Clock::now()), std::move(frame));
}

Bytes Relay::Due(Way& way) {
  Bytes due;
  const auto now = Clock::now();
  while (!way.late.empty() && way.late.front().first <= now) {
    due.insert(due.end(), way.late.front().second.begin(), way.late.front().second.end());
    way.late.erase(way.late.begin());
  }
  return due;
}

}  // namespace tsu::verif
