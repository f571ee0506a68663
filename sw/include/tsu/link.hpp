// SPDX-License-Identifier: Apache-2.0
// The serial link (rtl/README.md, "Link"): frames, and a Transport over any byte port.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tsu/transport.hpp"

namespace tsu {

using Bytes = std::vector<std::uint8_t>;

// ---- Frames -------------------------------------------------------------------------------------
Bytes CobsEncode(std::span<const std::uint8_t> data);  // without the delimiter
std::optional<Bytes> CobsDecode(
    std::span<const std::uint8_t> line);  // nothing when it is no COBS block sequence
std::uint32_t FrameCrc(std::span<const std::uint8_t> data);

struct LinkRequest {
  std::uint8_t command = 0, seq = 0;
  std::uint16_t count = 0;
  std::uint32_t address = 0;
  std::span<const std::uint32_t> payload;
};
struct LinkAnswer {
  std::uint8_t command = 0, seq = 0;  // command without the answer flag
  std::uint32_t status = 0;
  std::vector<std::uint32_t> words;
  std::uint32_t code() const { return status & 255; }
  std::size_t done() const { return status >> 16; }
};
Bytes EncodeRequest(const LinkRequest& request);  // as the line carries it, delimiter included
std::optional<LinkAnswer> DecodeAnswer(
    std::span<const std::uint8_t> line);  // a frame without its delimiter; nothing when damaged

// ---- Transport ----------------------------------------------------------------------------------
// Bytes both ways. Errors are tsu::Error(kLink); a port that has failed once may not be used again.
class BytePort {
 public:
  virtual ~BytePort() = default;
  using Deadline = std::chrono::steady_clock::time_point;
  virtual void Write(std::span<const std::uint8_t> data,
                     Deadline deadline) = 0;  // all of it, or throws
  virtual std::size_t Read(std::span<std::uint8_t> data,
                           Deadline deadline) = 0;  // 0: nothing came in time
  virtual void Discard() = 0;                       // drops what has come and is not read
};

struct LinkOptions {
  int baud = 1'000'000;                   // for the time a frame takes
  std::chrono::milliseconds timeout{50};  // wait for an answer, besides twice the time on the wire
  int tries = 5;                          // sendings of one request before the link counts as dead
};

// Opens the link: says Hello, aborts what runs, empties both streams. Throws kLink when nothing
// sensible answers, kIncompatible when something else than this protocol does. After an error it is
// dead: every later call fails at once, because the state of the core is unknown.
std::unique_ptr<Transport> MakeLinkTransport(std::unique_ptr<BytePort> port, const std::string& url,
                                             const LinkOptions& options);

}  // namespace tsu
