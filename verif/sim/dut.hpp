// SPDX-License-Identifier: Apache-2.0
// One Verilated model with its clock, reset and waveform, as one C++ value.
// Time rule: set inputs, Settle() to read combinational outputs, Tick() for one rising edge.
#pragma once

#include <verilated.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

namespace tsu::verif {

template <typename Model>
class Dut {
 public:
  explicit Dut(const std::string& name) {
    context_.fatalOnError(false);  // an RTL assertion fails the test, not the process
    context_.randReset(2);         // "works because it was 0" cannot pass
    const char* seed = std::getenv("TSU_SEED");
    context_.randSeed(seed ? static_cast<int>(std::strtoull(seed, nullptr, 0) & 0x7FFFFFFF) : 1);
    model_ = std::make_unique<Model>(&context_, name.c_str());
  }
  ~Dut() { model_->final(); }
  Dut(const Dut&) = delete;
  Dut& operator=(const Dut&) = delete;

  Model* operator->() { return model_.get(); }
  Model& operator*() { return *model_; }

  void Settle() { model_->eval(); }

  void Tick() {
    model_->clk_i = 0;
    Step();
    model_->clk_i = 1;
    Step();
    ++clocks_;
  }

  void Reset(int clocks = 2) {
    model_->rst_i = 1;
    for (int i = 0; i < clocks; ++i) Tick();
    model_->rst_i = 0;
  }

  std::uint64_t clocks() const { return clocks_; }
  bool rtl_error() const { return context_.gotError(); }

 private:
  void Step() {
    model_->eval();
    context_.timeInc(1);
  }

  VerilatedContext context_;  // declared first: outlives the model
  std::unique_ptr<Model> model_;
  std::uint64_t clocks_ = 0;
};

}  // namespace tsu::verif
