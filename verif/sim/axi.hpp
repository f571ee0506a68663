// SPDX-License-Identifier: Apache-2.0
// Bus-functional models of the core's three AXI interfaces, with random stalls and protocol checks.
// AxiBench owns the model; each Tick() is one clock in which every interface takes part. A breach of the protocol throws.
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "verif/sim/dut.hpp"

namespace tsu::verif {

struct StreamWord {
  std::uint32_t data;
  bool last;
  bool operator==(const StreamWord&) const = default;
};

// Percent of clocks in which an interface holds back.
struct Stalls {
  int axil = 0, source = 0, sink = 0;
};

template <typename Model>
class AxiBench {
 public:
  explicit AxiBench(std::uint64_t seed) : dut_("core"), random_(seed ^ 0xA51BE9C4u) {
    dut_->s_axil_awprot = dut_->s_axil_arprot = 0;
    Reset();
  }

  Stalls stalls;
  std::vector<StreamWord> received;  // of the sample stream, since the last reset

  void Reset(int clocks = 2) {
    dut_->s_axil_awvalid = dut_->s_axil_wvalid = dut_->s_axil_arvalid = 0;
    dut_->s_axil_bready = dut_->s_axil_rready = 0;
    dut_->s_axis_tvalid = dut_->m_axis_tready = 0;
    dut_->rst_i = 1;
    for (int i = 0; i < clocks; ++i) dut_.Tick();
    dut_->rst_i = 0;
    dut_.Settle();
    if (dut_->s_axil_bvalid || dut_->s_axil_rvalid || dut_->m_axis_tvalid) Breach("valid during reset");
    to_send_.clear();
    received.clear();
    offered_ = {};
  }

  // ---- AXI4-Lite ----
  void Write(std::uint32_t offset, std::uint32_t value, int strobe = 15) {
    dut_->s_axil_awaddr = offset;
    dut_->s_axil_wdata = value;
    dut_->s_axil_wstrb = strobe;
    bool address = false, data = false;  // accepted
    for (int clocks = 0; !address || !data; ++clocks) {
      // Address and data may come in either order; once valid they stay.
      dut_->s_axil_awvalid = !address && (dut_->s_axil_awvalid || !Chance(stalls.axil));
      dut_->s_axil_wvalid = !data && (dut_->s_axil_wvalid || !Chance(stalls.axil));
      dut_->s_axil_bready = 0;
      Begin();
      const bool aw = dut_->s_axil_awvalid && dut_->s_axil_awready, w = dut_->s_axil_wvalid && dut_->s_axil_wready;
      if (dut_->s_axil_bvalid && !(address && data)) Breach("B before AW and W");
      End();
      address |= aw;
      data |= w;
      Deadline(clocks, "AW/W");
    }
    dut_->s_axil_awvalid = dut_->s_axil_wvalid = 0;
    bool offered = false;
    for (int clocks = 0;; ++clocks) {
      dut_->s_axil_bready = !Chance(stalls.axil);
      Begin();
      if (offered && !dut_->s_axil_bvalid) Breach("B valid withdrawn");
      offered = dut_->s_axil_bvalid;
      const bool done = offered && dut_->s_axil_bready;
      if (done && dut_->s_axil_bresp != 0) Breach("BRESP is not OKAY");
      End();
      if (done) break;
      Deadline(clocks, "B");
    }
    dut_->s_axil_bready = 0;
  }

  std::uint32_t Read(std::uint32_t offset) {
    dut_->s_axil_araddr = offset;
    dut_->s_axil_rready = 0;
    for (int clocks = 0;; ++clocks) {
      dut_->s_axil_arvalid = dut_->s_axil_arvalid || !Chance(stalls.axil);
      Begin();
      if (dut_->s_axil_rvalid) Breach("R before AR");
      const bool done = dut_->s_axil_arvalid && dut_->s_axil_arready;
      End();
      if (done) break;
      Deadline(clocks, "AR");
    }
    dut_->s_axil_arvalid = 0;
    bool offered = false;
    std::uint32_t value = 0;
    for (int clocks = 0;; ++clocks) {
      dut_->s_axil_rready = !Chance(stalls.axil);
      Begin();
      if (offered && (!dut_->s_axil_rvalid || dut_->s_axil_rdata != value)) Breach("R withdrawn or changed");
      offered = dut_->s_axil_rvalid;
      value = dut_->s_axil_rdata;
      const bool done = offered && dut_->s_axil_rready;
      if (done && dut_->s_axil_rresp != 0) Breach("RRESP is not OKAY");
      End();
      if (done) break;
      Deadline(clocks, "R");
    }
    dut_->s_axil_rready = 0;
    return value;
  }

  // Low word, then high word.
  std::uint64_t Read64(std::uint32_t offset) {
    const std::uint64_t low = Read(offset);
    return low | std::uint64_t{Read(offset + 4)} << 32;
  }

  // ---- Streams ----
  // Queues a load packet; it goes out in the following clocks.
  void Queue(const std::vector<std::uint32_t>& packet) {
    for (std::size_t i = 0; i < packet.size(); ++i) to_send_.push_back({packet[i], i + 1 == packet.size()});
  }
  void Send(const std::vector<std::uint32_t>& packet) {
    Queue(packet);
    for (int clocks = 0; !to_send_.empty(); ++clocks) {
      Tick();
      Deadline(clocks / 1000, "load stream");
    }
    Tick();  // the last word is on its way to its memory
    Tick();
  }
  std::size_t queued() const { return to_send_.size(); }

  void Tick() {
    Begin();
    End();
  }
  void Ticks(int clocks) {
    for (int i = 0; i < clocks; ++i) Tick();
  }

  Dut<Model>& dut() { return dut_; }
  bool Chance(int percent) { return percent > 0 && static_cast<int>(random_() % 100) < percent; }

 private:
  // First half of a clock: streams drive, combinational outputs settle.
  void Begin() {
    if (!dut_->s_axis_tvalid && !to_send_.empty() && !Chance(stalls.source)) {
      dut_->s_axis_tvalid = 1;
      dut_->s_axis_tdata = to_send_.front().data;
      dut_->s_axis_tlast = to_send_.front().last;
    }
    dut_->m_axis_tready = !Chance(stalls.sink);
    dut_->clk_i = 0;
    dut_.Settle();
  }
  // Second half: what both sides agreed to happens at the rising edge.
  void End() {
    const bool sent = dut_->s_axis_tvalid && dut_->s_axis_tready;
    const StreamWord word{dut_->m_axis_tdata, dut_->m_axis_tlast != 0};
    const bool offered = dut_->m_axis_tvalid;
    if (offered_.valid && (!offered || word != offered_.word)) Breach("sample stream withdrawn or changed");
    offered_ = {offered && !dut_->m_axis_tready, word};
    if (offered && dut_->m_axis_tready) received.push_back(word);
    dut_.Tick();
    if (sent) {
      to_send_.pop_front();
      dut_->s_axis_tvalid = 0;
    }
    if (dut_.rtl_error()) Breach("an assertion in the RTL");
  }
  [[noreturn]] void Breach(const std::string& what) {
    throw std::runtime_error(what + ", clock " + std::to_string(dut_.clocks()));
  }
  void Deadline(int clocks, const std::string& what) {
    if (clocks > 10000) Breach("no handshake on " + what);
  }

  Dut<Model> dut_;
  std::mt19937_64 random_;
  std::deque<StreamWord> to_send_;
  struct {
    bool valid = false;
    StreamWord word{};
  } offered_;
};

}  // namespace tsu::verif
