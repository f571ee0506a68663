// SPDX-License-Identifier: Apache-2.0
// The far end of a serial line, clock by clock: bytes to levels and levels to bytes, 8N1, at any
// rate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace tsu::verif {

class UartLine {
 public:
  explicit UartLine(double clocks_per_bit) { SetRate(clocks_per_bit); }
  void SetRate(double clocks_per_bit) {
    bit_ = static_cast<std::uint32_t>(clocks_per_bit * kOne + 0.5);
  }

  // ---- To the device: the level of the coming clock ----
  void Send(std::uint8_t byte) { to_send_.push_back(byte); }
  std::size_t waiting() const { return to_send_.size(); }
  bool sending() const { return bits_left_ > 0 || !to_send_.empty(); }
  bool Level() {
    if (bits_left_ == 0) {
      if (to_send_.empty()) return true;
      shift_ = to_send_.front() << 1 | 0x200u;
      to_send_.pop_front();
      bits_left_ = 10;
    }
    const bool level = shift_ & 1;
    send_at_ += kOne;
    if (send_at_ >= bit_) {
      send_at_ -= bit_;
      shift_ >>= 1;
      --bits_left_;
    }
    return level;
  }

  // ---- From the device: one call a clock; true when a byte is complete ----
  bool Sample(bool level) {
    if (receive_left_ == 0) {
      if (level) return false;
      receive_left_ = 10;
      until_ = static_cast<std::int64_t>(bit_ / 2);  // the middle of the start bit
    }
    until_ -= kOne;
    if (until_ >= 0) return false;
    until_ += bit_;
    --receive_left_;
    if (receive_left_ == 9) {
      if (level) receive_left_ = 0;  // a glitch
      return false;
    }
    if (receive_left_ > 0) {
      received_ = static_cast<std::uint8_t>(received_ >> 1 | (level ? 0x80 : 0));
      return false;
    }
    return level;  // without a stop bit there is no byte
  }
  std::uint8_t received() const { return received_; }
  bool receiving() const { return receive_left_ > 0; }

 private:
  static constexpr std::uint32_t kOne = 1 << 16;  // one clock
  std::uint32_t bit_ = 4 * kOne;
  std::deque<std::uint8_t> to_send_;
  std::uint32_t shift_ = 0, send_at_ = 0;
  int bits_left_ = 0, receive_left_ = 0;
  std::int64_t until_ = 0;
  std::uint8_t received_ = 0;
};

}  // namespace tsu::verif
