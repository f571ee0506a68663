// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include "tsu/link.hpp"
#include "tsu/regs.hpp"

namespace tsu {
namespace {

constexpr std::size_t kFullBlock = 255;

void Put(Bytes& to, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) to.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

std::uint32_t Get(const Bytes& from, std::size_t at) {
  return from[at] | from[at + 1] << 8 | from[at + 2] << 16 |
         static_cast<std::uint32_t>(from[at + 3]) << 24;
}

}  // namespace

Bytes CobsEncode(std::span<const std::uint8_t> data) {
  Bytes line = {0};
  std::size_t code = 0;  // place of the open block's code byte
  const auto close = [&] {
    line[code] = static_cast<std::uint8_t>(line.size() - code);
    code = line.size();
    line.push_back(0);
  };
  for (const std::uint8_t byte : data) {
    // A full block stands for no zero; it is closed only when something follows it.
    if (line.size() - code == kFullBlock) close();
    if (byte == 0) {
      close();
    } else {
      line.push_back(byte);
    }
  }
  line[code] = static_cast<std::uint8_t>(line.size() - code);
  return line;
}

std::optional<Bytes> CobsDecode(std::span<const std::uint8_t> line) {
  Bytes data;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t code = line[at];
    if (code == 0 || at + code > line.size()) return std::nullopt;
    for (std::size_t i = 1; i < code; ++i) {
      if (line[at + i] == 0) return std::nullopt;
      data.push_back(line[at + i]);
    }
    at += code;
    if (code != kFullBlock && at < line.size()) data.push_back(0);
  }
  return data;
}

std::uint32_t FrameCrc(std::span<const std::uint8_t> data) {
  return static_cast<std::uint32_t>(
      crc32(crc32(0, nullptr, 0), data.data(), static_cast<uInt>(data.size())));
}

Bytes EncodeRequest(const LinkRequest& request) {
  Bytes frame = {request.command, request.seq};
  Put(frame, request.count, 2);
  Put(frame, request.address, 4);
  for (const std::uint32_t word : request.payload) Put(frame, word, 4);
  Put(frame, FrameCrc(frame), 4);
  Bytes line = CobsEncode(frame);
  line.push_back(0);
  return line;
}

std::optional<LinkAnswer> DecodeAnswer(std::span<const std::uint8_t> line) {
  constexpr std::size_t kHead = 2, kTail = 8;
  const auto frame = CobsDecode(line);
  if (!frame || frame->size() < kHead + kTail || (frame->size() - kHead) % 4 != 0)
    return std::nullopt;
  const std::size_t crc_at = frame->size() - 4;
  if (FrameCrc(std::span(*frame).first(crc_at)) != Get(*frame, crc_at)) return std::nullopt;
  if (!((*frame)[0] & regs::kLinkAnswerFlag)) return std::nullopt;
  LinkAnswer answer;
  answer.command = static_cast<std::uint8_t>((*frame)[0] & ~regs::kLinkAnswerFlag);
  answer.seq = (*frame)[1];
  answer.status = Get(*frame, crc_at - 4);
  for (std::size_t at = kHead; at < crc_at - 4; at += 4) answer.words.push_back(Get(*frame, at));
  return answer;
}

}  // namespace tsu
