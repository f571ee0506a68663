// SPDX-License-Identifier: Apache-2.0
// sim: the Verilated core in this process, driven through its AXI interfaces. Time passes only inside the calls below.
#include <verilated.h>

#include <deque>
#include <memory>
#include <string>

#include "Vtsu_core_d24.h"
#include "Vtsu_core_t1.h"
#include "Vtsu_core_t4.h"
#include "tsu/core_device.hpp"
#include "tsu/error.hpp"
#include "tsu/regs.hpp"
#include "verif/devices/devices.hpp"

namespace tsu {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kDeadline{10000};
constexpr int kBatch = 512;  // clocks between two looks at the status or at the wall clock

template <typename Model>
class SimTransport : public Transport {
 public:
  explicit SimTransport(std::string url) : url_(std::move(url)) {
    context_.fatalOnError(false);
    context_.randReset(2);
    context_.randSeed(1);
    model_ = std::make_unique<Model>(&context_, "core");
    model_->s_axil_awprot = model_->s_axil_arprot = 0;
    model_->s_axil_awvalid = model_->s_axil_wvalid = model_->s_axil_arvalid = 0;
    model_->s_axil_wstrb = 15;
    model_->s_axil_bready = model_->s_axil_rready = 1;
    model_->s_axis_tvalid = 0;
    model_->m_axis_tready = 0;
    model_->rst_i = 1;
    RunClocks(4);
    model_->rst_i = 0;
    model_->m_axis_tready = 1;
  }
  ~SimTransport() override { model_->final(); }

  std::string url() const override { return url_; }

  std::uint32_t ReadRegister(std::uint32_t offset) override {
    model_->s_axil_araddr = offset;
    model_->s_axil_arvalid = 1;
    Until([&] { return model_->s_axil_arready != 0; }, "register read");
    model_->s_axil_arvalid = 0;
    std::uint32_t value = 0;
    Until([&] {
      value = model_->s_axil_rdata;
      return model_->s_axil_rvalid != 0;
    }, "register read");
    return value;
  }

  void WriteRegister(std::uint32_t offset, std::uint32_t value) override {
    model_->s_axil_awaddr = offset;
    model_->s_axil_wdata = value;
    model_->s_axil_awvalid = model_->s_axil_wvalid = 1;
    Until([&] { return model_->s_axil_awready && model_->s_axil_wready; }, "register write");
    model_->s_axil_awvalid = model_->s_axil_wvalid = 0;
    Until([&] { return model_->s_axil_bvalid != 0; }, "register write");
  }

  void SendPacket(std::span<const std::uint32_t> words) override {
    model_->s_axis_tvalid = 1;
    for (std::size_t i = 0; i < words.size(); ++i) {
      model_->s_axis_tdata = words[i];
      model_->s_axis_tlast = i + 1 == words.size();
      Until([&] { return model_->s_axis_tready != 0; }, "load packet");
    }
    model_->s_axis_tvalid = 0;
  }

  std::vector<std::uint32_t> Receive(int most, bool& last) override {
    if (samples_.empty()) RunClocks(kBatch);
    std::vector<std::uint32_t> words;
    last = false;
    while (!last && !samples_.empty() && words.size() < static_cast<std::size_t>(most)) {
      words.push_back(samples_.front().data);
      last = samples_.front().last;
      samples_.pop_front();
    }
    return words;
  }

  void Idle(milliseconds time) override {
    const auto end = Clock::now() + time;
    do {
      RunClocks(kBatch);
      if (context_.gotError()) throw Error(Exit::kInternal, "an assertion in the RTL failed", url_, "please report");
    } while ((ReadRegister(regs::kRegStatus) & 1) && Clock::now() < end);
  }

 private:
  struct Sample {
    std::uint32_t data;
    bool last;
  };

  // One clock. `agreed` looks at the outputs just before the rising edge.
  template <typename Condition>
  bool Step(Condition agreed) {
    model_->clk_i = 0;
    model_->eval();
    const bool result = agreed();
    if (model_->m_axis_tvalid && model_->m_axis_tready) samples_.push_back({model_->m_axis_tdata, model_->m_axis_tlast != 0});
    model_->clk_i = 1;
    model_->eval();
    return result;
  }

  void RunClocks(int clocks) {
    for (int i = 0; i < clocks; ++i) Step([] { return true; });
  }

  // Clocks until the handshake has taken place in the last of them.
  template <typename Condition>
  void Until(Condition agreed, const char* what) {
    if (Step(agreed)) return;
    const auto end = Clock::now() + kDeadline;
    for (int clocks = 1; !Step(agreed); ++clocks) {
      if (clocks % kBatch == 0 && Clock::now() > end)
        throw Error(Exit::kLink, std::string("no answer to a ") + what, url_, "the core is busy or hangs");
    }
  }

  std::string url_;
  VerilatedContext context_;
  std::unique_ptr<Model> model_;
  std::deque<Sample> samples_;
};

std::unique_ptr<Device> OpenSim(const DeviceUrl& url) {
  const std::string builds = "build=4tile, build=1tile or build=d24 (degree 24)";
  url.Expect(false, {"build"}, "sim:?" + builds);
  const std::string build = url.Option("build", "4tile");
  if (build == "4tile") return MakeCoreDevice(std::make_unique<SimTransport<Vtsu_core_t4>>("sim:"));
  if (build == "1tile") return MakeCoreDevice(std::make_unique<SimTransport<Vtsu_core_t1>>("sim:?build=1tile"));
  if (build == "d24") return MakeCoreDevice(std::make_unique<SimTransport<Vtsu_core_d24>>("sim:?build=d24"));
  throw Error(Exit::kUsage, "no simulated core of that name", "'" + url.text + "'", builds);
}

}  // namespace

void RegisterSimDevice() { RegisterDevice("sim", OpenSim); }

}  // namespace tsu
