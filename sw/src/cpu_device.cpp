// SPDX-License-Identifier: Apache-2.0
// Device "cpu:": unrolls a program into steps without output, runs them block by block, emits.
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cpu_sampler.hpp"
#include "cpu_targets.hpp"
#include "tsu/cpu.hpp"
#include "tsu/device.hpp"
#include "tsu/error.hpp"
#include "tsu/interrupt.hpp"

namespace tsu {
namespace {

using cpu::Sampler;
using cpu::Step;

constexpr std::size_t kMostSteps = 4096;  // steps gathered before they are run

class CpuDevice : public Device {
 public:
  CpuDevice(std::string url, int threads) : url_(std::move(url)), threads_(threads) {}

  std::string url() const override { return url_; }
  std::string noise() const override { return "pseudo-random"; }

  Geometry Configure(const Shape& shape) override {
    if (shape.rows < 1 || shape.cols < 2 || shape.cols % 2 || shape.chains < 1 || shape.layers < 1)
      throw Error(Exit::kIncompatible, "cpu: cannot run this shape",
                  std::to_string(shape.rows) + " x " + std::to_string(shape.cols), "columns must be even");
    geometry_ = {};
    geometry_.rows = shape.rows;
    geometry_.cols = shape.cols;
    geometry_.lanes = shape.chains;
    geometry_.layers = shape.layers;
    geometry_.weight_bits = shape.weight_bits;
    geometry_.tables = 64;
    geometry_.slots = geometry_.tables;
    geometry_.program_words = 1 << 16;
    geometry_.pattern = shape.pattern;
    sampler_ = std::make_unique<Sampler>(shape.rows, shape.cols, shape.pattern, shape.chains, threads_);
    return geometry_;
  }

  void LoadSites(const Sites& sites) override {
    sampler().SetSites(sites);
    visible_.clear();
    all_.clear();
    for (std::size_t i = 0; i < sites.site_class.size(); ++i) {
      all_.push_back(static_cast<std::int32_t>(i));
      if (sites.site_class[i]) visible_.push_back(static_cast<std::int32_t>(i));
    }
  }
  void LoadLayer(int slot, const LayerWeights& layer) override {
    if (slot < 0 || slot >= geometry_.layers)
      throw Error(Exit::kInternal, "cpu: no such layer slot", std::to_string(slot), "");
    sampler().SetLayer(static_cast<std::size_t>(slot), layer);
  }
  void LoadTable(int index, const Table& table) override {
    if (index < 0 || index >= geometry_.tables)
      throw Error(Exit::kInternal, "cpu: no such table", std::to_string(index), "");
    sampler().SetTable(static_cast<std::size_t>(index), table);
  }
  void LoadSpins(std::span<const std::uint8_t> bits) override { sampler().SetSpins(bits); }
  void LoadConditioning(std::span<const std::uint8_t> bits) override { sampler().SetConditioning(bits); }
  void LoadNoise(std::span<const NoiseState> streams) override { sampler().SetNoise(streams); }

  Counters Run(const Program& program, const EmissionSink& sink, std::chrono::milliseconds deadline) override;

 private:
  Sampler& sampler() {
    if (!sampler_) throw Error(Exit::kInternal, "cpu: used before Configure", url_, "");
    return *sampler_;
  }

  std::string url_;
  int threads_;
  Geometry geometry_;
  std::unique_ptr<Sampler> sampler_;
  std::vector<std::int32_t> visible_, all_;
};

Counters CpuDevice::Run(const Program& program, const EmissionSink& sink, std::chrono::milliseconds deadline) {
  ProgramSweeps(program);  // throws on what no sequencer could run
  const auto end = std::chrono::steady_clock::now() + deadline;
  const auto poll = [&] {
    CheckInterrupt("run on cpu:");
    if (std::chrono::steady_clock::now() > end)
      throw Error(Exit::kLink, "deadline passed", url_, "fewer samples a run, or more time");
  };
  Counters counters;
  std::vector<Step> steps;
  Step state{Step::Kind::kSweep};  // layer, table and clamp of the sweeps to come
  state.table = -1;
  int emissions = 0;
  const auto flush = [&] {
    sampler().Run(steps, poll);
    steps.clear();
  };
  const auto add = [&](Step::Kind kind, std::uint32_t count) {
    steps.push_back(state);
    steps.back().kind = kind;
    steps.back().count = count;
    if (kind != Step::Kind::kCopy) counters.row_steps += 2ull * geometry_.rows * count;
    if (steps.size() >= kMostSteps) flush();
  };
  ForEachInstruction(program, [&](std::uint32_t opcode, std::uint32_t argument) {
    switch (opcode) {
      case regs::kOpEnd: flush(); break;
      case regs::kOpLayer: state.layer = static_cast<int>(argument); break;
      case regs::kOpBeta: state.table = static_cast<int>(argument); break;
      case regs::kOpRandomise: add(argument ? Step::Kind::kRandomiseLatents : Step::Kind::kRandomiseAll, 1); break;
      case regs::kOpSweep: add(Step::Kind::kSweep, argument); break;
      case regs::kOpCopy: add(Step::Kind::kCopy, 1); break;
      case regs::kOpEmit: {
        flush();
        Emission emission;
        emission.index = emissions++;
        const auto& sites = argument ? all_ : visible_;
        emission.sites = static_cast<int>(sites.size());
        emission.bits = sampler().Bits(sites);
        ++counters.samples;
        if (sink) sink(emission);
        break;
      }
      case regs::kOpClamp: state.clamp = argument != 0; break;
      default: break;  // every table is resident: nothing to preload
    }
  });
  counters.flips = counters.row_steps * geometry_.pairs() * geometry_.lanes;
  return counters;
}

}  // namespace

std::unique_ptr<Device> MakeCpuDevice(int threads, const std::string& target) {
  if (!cpu::UseTarget(target)) {
    std::string names;
    for (const std::string& name : cpu::Targets()) names += " " + name;
    throw Error(Exit::kUsage, "no such instruction set here", target, "one of" + names);
  }
  std::string url = "cpu:?threads=" + std::to_string(threads);
  if (!target.empty()) url += "&target=" + target;
  return std::make_unique<CpuDevice>(threads || !target.empty() ? url : "cpu:", threads);
}

}  // namespace tsu
