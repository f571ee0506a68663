// SPDX-License-Identifier: Apache-2.0
// A board that is a Verilated fpga_core behind a pseudo-terminal, bit by bit through its UART.
#pragma once

#include <verilated.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "verif/board/pty.hpp"
#include "verif/board/uart_line.hpp"

namespace tsu::verif {

inline constexpr int kBoardClockHz = 12'000'000,
                     kBoardBaud = 3'000'000;  // fpga_core's defaults: 4 clocks a bit

// Model: a Verilated fpga_core. A program at the path that sets another baud rate gets, and gives,
// what the line would.
template <typename Model>
class PtyBoard {
 public:
  explicit PtyBoard(std::uint64_t seed = 1) {
    context_.randReset(2);
    context_.randSeed(static_cast<int>(seed % 0x7FFFFFFE + 1));
    model_ = std::make_unique<Model>(&context_, "board");
    Reset();
  }
  ~PtyBoard() { model_->final(); }

  const std::string& path() const { return pty_.path(); }
  std::uint64_t clocks() const { return clocks_; }

  void Reset() {
    model_->uart_rx_i = 1;
    model_->rst_i = 1;
    for (int i = 0; i < 16; ++i) Tick();
    model_->rst_i = 0;
  }

  // Simulates until stop is set. Sleeps when nothing has moved on the line for a second.
  void Run(const std::atomic<bool>& stop) {
    auto active = std::chrono::steady_clock::now();
    while (!stop.load(std::memory_order_relaxed)) {
      if (reset_.exchange(false)) Reset();
      if (Burst()) {
        active = std::chrono::steady_clock::now();
      } else if (std::chrono::steady_clock::now() - active > std::chrono::seconds(1)) {
        pty_.Wait(20);
      }
    }
  }

  // From another thread: resets the device as its button would, at once, whatever is on the line.
  void PressReset() { reset_ = true; }

  // Simulates a few bytes' time; false when the line was idle.
  bool Burst() {
    bool busy = line_.sending() || line_.receiving();
    if (line_.waiting() < kAhead) {
      std::array<std::uint8_t, 256> data;
      const std::size_t got = pty_.Read(data);
      if (got > 0) {
        if (const int baud = pty_.baud(); baud > 0)
          line_.SetRate(static_cast<double>(kBoardClockHz) / baud);
        for (std::size_t i = 0; i < got; ++i) line_.Send(data[i]);
        busy = true;
      }
    }
    std::array<std::uint8_t, kClocks / 10> out;
    std::size_t received = 0;
    for (int i = 0; i < kClocks; ++i) {
      model_->uart_rx_i = line_.Level();
      Tick();
      if (line_.Sample(model_->uart_tx_o)) out[received++] = line_.received();
    }
    if (received > 0) pty_.Write({out.data(), received});
    return busy || received > 0 || line_.receiving();
  }

 private:
  static constexpr int kClocks = 200;        // a burst: five bytes
  static constexpr std::size_t kAhead = 64;  // bytes read ahead of the line

  void Tick() {
    model_->clk_i = 0;
    model_->eval();
    model_->clk_i = 1;
    model_->eval();
    ++clocks_;
  }

  VerilatedContext context_;  // declared first: outlives the model
  std::unique_ptr<Model> model_;
  Pty pty_;
  UartLine line_{static_cast<double>(kBoardClockHz) / kBoardBaud};
  std::atomic<bool> reset_ = false;
  std::uint64_t clocks_ = 0;
};

struct ServeOptions {
  std::string link;                               // also make a symbolic link here; "" for none
  std::function<void(const std::string&)> ready;  // called with the path once the board listens
  const std::atomic<bool>* stop = nullptr;        // serve until it is set
};

// Serves the board of the shipped geometry. Throws tsu::Error (kOutput: the link cannot be made).
void ServeSim(const ServeOptions& options);

}  // namespace tsu::verif
