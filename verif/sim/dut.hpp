// SPDX-License-Identifier: Apache-2.0
// One Verilated model with its clock and reset, as one C++ value.
// Time rule: set inputs, Settle() to read combinational outputs, Tick() for one rising edge.
#pragma once

#include <verilated.h>

#include <cstdint>
#include <memory>

namespace tsu::verif {

template <typename Model>
class Dut {
 public:
  explicit Dut(std::uint64_t seed) {
    context_.fatalOnError(false);  // an RTL assertion fails the test, not the process
    context_.randReset(2);         // "works because it was 0" cannot pass
    context_.randSeed(static_cast<int>(seed % 0x7FFFFFFE + 1));
    model_ = std::make_unique<Model>(&context_, "top");
    model_->clk_i = 0;
    model_->rst_i = 1;
  }
  ~Dut() { model_->final(); }

  Model* operator->() { return model_.get(); }
  Model& model() { return *model_; }
  void Settle() { model_->eval(); }
  void Tick() {
    model_->clk_i = 0;
    model_->eval();
    model_->clk_i = 1;
    model_->eval();
    ++cycles_;
  }
  std::uint64_t cycles() const { return cycles_; }
  bool rtl_error() const { return context_.gotError(); }

 private:
  VerilatedContext context_;  // declared first: outlives the model
  std::unique_ptr<Model> model_;
  std::uint64_t cycles_ = 0;
};

}  // namespace tsu::verif
