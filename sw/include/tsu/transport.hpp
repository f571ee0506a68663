// SPDX-License-Identifier: Apache-2.0
// What a device made of RTL needs from its link: registers and two word streams.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tsu {

// Blocking; each call ends by its own deadline with the answer or tsu::Error(kLink).
class Transport {
 public:
  virtual ~Transport() = default;
  virtual std::string url() const = 0;
  virtual std::uint32_t ReadRegister(std::uint32_t offset) = 0;
  virtual void WriteRegister(std::uint32_t offset, std::uint32_t value) = 0;
  // One load packet (TLAST on its last word).
  virtual void SendPacket(std::span<const std::uint32_t> words) = 0;
  // Words waiting on the sample stream, at most `most`; may be none. last = the last one ended a packet; never reads past a packet end.
  virtual std::vector<std::uint32_t> Receive(int most, bool& last) = 0;
  // Lets time pass where nothing else does (a simulated core); real links sleep up to the given time.
  virtual void Idle(std::chrono::milliseconds time) = 0;
};

}  // namespace tsu
