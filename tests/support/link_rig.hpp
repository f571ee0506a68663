// SPDX-License-Identifier: Apache-2.0
// A Verilated tsu_link between a serial line and a small model of the core's bus and streams.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "tsu/link.hpp"
#include "verif/board/uart_line.hpp"
#include "verif/sim/dut.hpp"

namespace tsu::test {

struct StreamWord {
  std::uint32_t data;
  bool last;
  bool operator==(const StreamWord&) const = default;
};

template <typename Model>
class LinkRig {
 public:
  explicit LinkRig(std::uint64_t seed) : dut_("link"), random_(seed) { Reset(); }

  // What the core saw and has.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> writes;
  std::deque<StreamWord> loads, samples;
  bool bus_error = false, hold_bus = false, hold_loads = false;
  bool flicker = false;  // hold_loads changes every now and then
  int stall = 0;         // percent of clocks in which the core holds back
  int damaged = 0;       // bytes that a RigPort damaged
  verif::UartLine line{4};
  Bytes from_device;

  void Reset() {
    dut_->uart_rx_i = 1;
    dut_->m_axil_bvalid = dut_->m_axil_rvalid = dut_->s_axis_tvalid = dut_->m_axis_tready = 0;
    dut_->m_axil_awready = dut_->m_axil_wready = dut_->m_axil_arready = 0;
    dut_.Reset(4);
  }

  // One clock. Outputs of the link are registers, so the core's answers may be decided before the
  // edge.
  void Tick() {
    auto& m = *dut_;
    if (flicker && random_() % 2000 == 0) hold_loads = !hold_loads;
    m.uart_rx_i = line.Level();
    m.m_axil_awready = m.m_axil_awvalid && !Stalled();
    m.m_axil_wready = m.m_axil_wvalid && !Stalled();
    m.m_axil_arready = m.m_axil_arvalid && !Stalled();
    m.m_axis_tready = !hold_loads && !Stalled();
    // An offered sample stays.
    m.s_axis_tvalid = !samples.empty() && (m.s_axis_tvalid || !Stalled());
    m.s_axis_tdata = samples.empty() ? 0 : samples.front().data;
    m.s_axis_tlast = !samples.empty() && samples.front().last;
    m.m_axil_rdata = Register(m.m_axil_araddr);
    m.m_axil_rresp = m.m_axil_bresp = bus_error ? 2 : 0;
    if (read_ && !hold_bus && !Stalled()) m.m_axil_rvalid = 1;
    if (address_ && data_ && !hold_bus && !Stalled()) m.m_axil_bvalid = 1;
    dut_.Settle();
    const bool aw = m.m_axil_awvalid && m.m_axil_awready, w = m.m_axil_wvalid && m.m_axil_wready;
    const bool ar = m.m_axil_arvalid && m.m_axil_arready, load = m.m_axis_tvalid && m.m_axis_tready;
    const bool r = m.m_axil_rvalid && m.m_axil_rready, b = m.m_axil_bvalid && m.m_axil_bready;
    const bool sample = m.s_axis_tvalid && m.s_axis_tready;
    if (aw) address_ = m.m_axil_awaddr;
    if (w) data_ = m.m_axil_wdata;
    if (load) loads.push_back({m.m_axis_tdata, static_cast<bool>(m.m_axis_tlast)});
    dut_.Tick();
    if (ar) read_ = true;
    if (r) {
      read_ = false;
      m.m_axil_rvalid = 0;
    }
    if (b) {
      writes.emplace_back(*address_, *data_);
      registers_[*address_ / 4] = *data_;
      address_.reset();
      data_.reset();
      m.m_axil_bvalid = 0;
    }
    if (sample) {
      samples.pop_front();
      m.s_axis_tvalid = 0;
    }
    if (line.Sample(m.uart_tx_o)) from_device.push_back(line.received());
  }

  void Send(const Bytes& bytes) {
    for (const std::uint8_t byte : bytes) line.Send(byte);
  }
  // Runs until nothing is left to send and the link has had time to answer the longest request.
  void Settle() {
    while (line.sending()) Tick();
    for (int i = 0; i < 6000; ++i) Tick();
  }
  // A frame that has come, if any.
  std::optional<LinkAnswer> NextAnswer() {
    const auto end = std::find(from_device.begin(), from_device.end(), 0);
    if (end == from_device.end()) return std::nullopt;
    const Bytes frame(from_device.begin(), end);
    from_device.erase(from_device.begin(), end + 1);
    return DecodeAnswer(frame);
  }
  std::optional<LinkAnswer> WaitAnswer() {
    for (int i = 0; i < 60000; ++i) {
      if (auto answer = NextAnswer()) return answer;
      Tick();
    }
    return std::nullopt;
  }
  // Sends a request; its answer, or nothing when none has come in the time any answer takes.
  std::optional<LinkAnswer> Ask(const LinkRequest& request) {
    Send(EncodeRequest(request));
    while (line.sending()) Tick();
    for (int i = 0; i < 16000; ++i) {
      if (auto answer = NextAnswer()) return answer;
      Tick();
    }
    return std::nullopt;
  }
  bool rtl_error() const { return dut_.rtl_error(); }

 private:
  bool Stalled() { return stall > 0 && static_cast<int>(random_() % 100) < stall; }
  std::uint32_t Register(std::uint32_t offset) const {
    return registers_[offset / 4 % registers_.size()];
  }

  verif::Dut<Model> dut_;
  std::mt19937 random_;
  std::array<std::uint32_t, 1024> registers_{};
  std::optional<std::uint32_t> address_, data_;
  bool read_ = false;
};

// The rig as a byte port. Damages a share of the bytes, both ways.
template <typename Rig>
class RigPort : public BytePort {
 public:
  RigPort(Rig& rig, std::uint64_t seed, double share) : rig_(rig), random_(seed), share_(share) {}
  void Write(std::span<const std::uint8_t> data, Deadline) override {
    for (const std::uint8_t byte : data) {
      for (const std::uint8_t sent : Damage(byte)) rig_.line.Send(sent);
    }
  }
  std::size_t Read(std::span<std::uint8_t> data, Deadline deadline) override {
    while (rig_.from_device.empty()) {
      if (std::chrono::steady_clock::now() > deadline) return 0;
      for (int i = 0; i < 100; ++i) rig_.Tick();
    }
    std::size_t count = 0;
    for (const std::uint8_t byte : rig_.from_device) {
      for (const std::uint8_t got : Damage(byte)) data[count++] = got;
    }
    rig_.from_device.clear();
    return count;
  }
  void Discard() override { rig_.from_device.clear(); }

 private:
  Bytes Damage(std::uint8_t byte) {
    if (std::uniform_real_distribution<>()(random_) >= share_) return {byte};
    ++rig_.damaged;
    switch (random_() % 3) {
      case 0:
        return {};
      case 1:
        return {static_cast<std::uint8_t>(byte ^ (1u << random_() % 8))};
      default:
        return {byte, byte};
    }
  }

  Rig& rig_;
  std::mt19937 random_;
  double share_;
};

}  // namespace tsu::test
