// SPDX-License-Identifier: Apache-2.0
// A core in memory behind a Transport: decodes load packets as rtl/README.md words them, runs the golden core, answers with
// sample packets, and can be told to misbehave. Shares no code with the driver it tests.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "tsu/error.hpp"
#include "tsu/transport.hpp"
#include "verif/golden/core.hpp"

namespace tsu::test {

class FakeCore : public Transport {
 public:
  enum class Fault { kNone, kLoadError, kProgramError, kHang, kLostPacket, kExtraPacket, kWrongHeader, kShortPacket, kEndlessPacket };

  explicit FakeCore(const Geometry& geometry) : g_(geometry) {
    const auto u = [](int value) { return static_cast<std::uint32_t>(value); };
    registers = {{regs::kRegId, regs::kMagic},
                 {regs::kRegVersion, regs::kCoreVersion},
                 {regs::kRegMapHash, regs::kMapHash},
                 {regs::kRegGridSize, u(g_.rows) << 16 | u(g_.cols)},
                 {regs::kRegLanes, u(g_.layers) << 24 | u(g_.tiles) << 16 | u(g_.groups) << 8 | u(g_.lanes)},
                 {regs::kRegFormats, u(g_.slots) << 24 | u(g_.tables) << 16 | u(g_.table_bits) << 8 | u(g_.weight_bits)},
                 {regs::kRegCaps, 6u << 8 | 2u << 4 | u(static_cast<int>(g_.pattern.size()))},
                 {regs::kRegRows, u(g_.rows)}};
    for (std::size_t k = 0; k < g_.pattern.size(); ++k) {
      registers[regs::kRegRule + 4 * static_cast<std::uint32_t>(k)] = (u(g_.pattern[k].a) & 0xFFFF) | u(g_.pattern[k].b) << 16;
    }
    core_.emplace(g_.rows, g_.cols, g_.pattern, g_.chains(), g_.table_bits);
    core_->layers.assign(g_.layers, {std::vector<std::int16_t>(Sites() * Neighbours()), std::vector<std::int16_t>(Sites()), {}});
    core_->tables.assign(g_.tables, Table(std::size_t{1} << g_.table_bits, 1));
  }

  std::map<std::uint32_t, std::uint32_t> registers;
  Fault fault = Fault::kNone;
  std::uint32_t stuck_scratch_bits = 0;
  int aborts = 0;
  std::deque<std::uint32_t> raw;  // words that its rings have given
  int alarm_after_raw = -1;       // a lag alarm when so many more have been read
  std::vector<std::vector<NoiseState>> noise_loads;  // of all chains, after each load
  bool idle_noise_is_nonzero = true;  // every stream beyond the model's grid was given a state

  std::string url() const override { return "fake:"; }
  void Idle(std::chrono::milliseconds) override {}

  std::uint32_t ReadRegister(std::uint32_t offset) override {
    // The high word of a counter is that of the moment its low word was read.
    if (offset == regs::kRegEntropyRaw) return TakeRaw();
    if (offset == regs::kRegEntropyStatus) {
      return registers[offset] | static_cast<std::uint32_t>(std::min<std::size_t>(raw.size(), regs::kRawWords)) << 8;
    }
    const std::uint32_t value = registers[offset];
    if (offset >= regs::kRegClocks && offset < regs::kRegProgramCounter && offset % 8 == 0) registers[offset + 4] = 0x10000 + offset;
    return offset == regs::kRegScratch ? value & ~stuck_scratch_bits : value;
  }

  void WriteRegister(std::uint32_t offset, std::uint32_t value) override {
    if (offset == regs::kRegRows && (value < 1 || value > static_cast<std::uint32_t>(g_.rows))) return;
    if (offset != regs::kRegControl) {
      registers[offset] = value;
    } else if (value & 2) {
      ++aborts;
      registers[regs::kRegStatus] = 0;
      samples_.clear();
    } else if (value & 1) {
      Start();
    }
  }

  void SendPacket(std::span<const std::uint32_t> words) override {
    const std::uint32_t target = words[0] >> 28, index = words[1] >> 16;
    const int colour = words[1] >> 15 & 1, row = static_cast<int>(words[1] & 0x7FFF);
    Bits bits{words.subspan(2)};
    bool known = true;
    switch (target) {
      case regs::kTargetProgram: program_.assign(words.begin() + 2, words.end()); break;
      case regs::kTargetTable: core_->tables.at(index).assign(words.begin() + 2, words.end()); break;
      case regs::kTargetCoupling:
        for (int k = 0; k < 4; ++k) core_->layers.at(index).c[k] = static_cast<std::int16_t>(words[2 + k]);
        break;
      case regs::kTargetWeight: TakeWeights(core_->layers.at(index), colour, row, bits); break;
      case regs::kTargetSite: EachSite(colour, row, bits, [&](int site) {
          const std::uint32_t value = bits.Take(3);
          core_->sites.site_class[site] = value & 3;
          core_->sites.clamp[site] = value >> 2;
        });
        break;
      case regs::kTargetSpin: TakePlane(core_->spins, static_cast<int>(index), colour, row, bits); break;
      case regs::kTargetConditioning: TakePlane(core_->conditioning, static_cast<int>(index), colour, row, bits); break;
      case regs::kTargetNoise: TakeNoise(row, words.subspan(2)); break;
      default: known = false;
    }
    if (!known || fault == Fault::kLoadError) registers[regs::kRegStatus] |= 8;
  }

  std::vector<std::uint32_t> Receive(int most, bool& last) override {
    std::vector<std::uint32_t> words;
    last = false;
    if (fault == Fault::kEndlessPacket) return std::vector<std::uint32_t>(100, 0);
    chunk_ = chunk_ % 5 + 1;  // pieces of all sizes, and now and then nothing
    while (!samples_.empty() && !last && static_cast<int>(words.size()) < std::min(most, chunk_ - 1)) {
      words.push_back(samples_.front().first);
      last = samples_.front().second;
      samples_.pop_front();
    }
    return words;
  }

 private:
  // Fields from the low end of 32-bit words.
  struct Bits {
    std::span<const std::uint32_t> words;
    std::size_t at = 0;
    std::uint32_t Take(int count) {
      std::uint32_t value = 0;
      for (int i = 0; i < count; ++i, ++at) value |= (words[at / 32] >> (at % 32) & 1) << i;
      return value;
    }
    int Signed(int count) { return static_cast<int>(Take(count) << (32 - count)) >> (32 - count); }
    void Align() { at = (at + 31) / 32 * 32; }
    bool More() const { return at < words.size() * 32; }
  };

  std::size_t Sites() const { return static_cast<std::size_t>(g_.rows) * g_.cols; }
  std::size_t Neighbours() const { return 4 * g_.pattern.size(); }
  int Site(int row, int colour, int pair) const { return row * g_.cols + 2 * pair + ((row + colour) & 1); }

  template <typename F>
  void EachSite(int colour, int row, Bits& bits, F&& take) {
    for (; bits.More(); ++row, bits.Align()) {
      for (int pair = 0; pair < g_.pairs(); ++pair) take(Site(row, colour, pair));
    }
  }
  void TakeWeights(LayerWeights& layer, int colour, int row, Bits& bits) {
    EachSite(colour, row, bits, [&](int site) {
      for (std::size_t n = 0; n < Neighbours(); ++n) layer.j[site * Neighbours() + n] = static_cast<std::int16_t>(bits.Signed(g_.weight_bits));
      layer.h[site] = static_cast<std::int16_t>(bits.Signed(12));
      bits.Align();
    });
  }
  void TakePlane(std::vector<std::uint8_t>& plane, int group, int colour, int row, Bits& bits) {
    EachSite(colour, row, bits, [&](int site) {
      for (int lane = 0; lane < g_.lanes; ++lane) plane[(group * g_.lanes + lane) * Sites() + site] = static_cast<std::uint8_t>(bits.Take(1));
    });
  }
  std::uint32_t TakeRaw() {
    if (raw.empty()) return 0;
    if (alarm_after_raw >= 0 && alarm_after_raw-- == 0) registers[regs::kRegEntropyStatus] = 4u << 16 | regs::kCauseLag << 4;
    const std::uint32_t word = raw.front();
    raw.pop_front();
    return word;
  }
  void TakeNoise(int pair, std::span<const std::uint32_t> words) {
    for (std::size_t at = 0; at < words.size(); ++pair) {
      for (int lane = 0; lane < g_.lanes; ++lane) {
        const auto state = [&](int group) -> NoiseState& { return core_->noise[(group * g_.lanes + lane) * g_.pairs() + pair]; };
        for (int group = 0; group < g_.groups; ++group) state(group) = {};
        for (int step = 0; step < static_cast<int>(regs::kNoiseInjections) * g_.groups; step += 2, ++at) {
          NoiseInject(state(step % g_.groups), words[at] & ((1u << regs::kNoiseShl) - 1));
          NoiseInject(state((step + 1) % g_.groups), words[at] >> regs::kNoiseShl);
        }
      }
    }
    noise_loads.push_back(core_->noise);
    for (const NoiseState& state : core_->noise) idle_noise_is_nonzero &= state != NoiseState{};
  }

  void Start() {
    registers[regs::kRegStatus] = fault == Fault::kHang ? 1 : 2;
    if (fault == Fault::kHang || fault == Fault::kEndlessPacket) return;
    if (fault == Fault::kProgramError) {
      registers[regs::kRegStatus] = 4;
      registers[regs::kRegProgramCounter] = 3;
      return;
    }
    // Rows in use are a core of that height; what lies below keeps its state.
    const int rows = static_cast<int>(registers[regs::kRegRows]);
    golden::Core used(rows, g_.cols, g_.pattern, g_.chains(), g_.table_bits);
    Crop(used, rows);
    used.Run(program_, [&](const Emission& e) { Emit(used, e.index, e.sites == rows * g_.cols); });
    for (int chain = 0; chain < g_.chains(); ++chain) {
      std::copy_n(used.spins.begin() + chain * rows * g_.cols, rows * g_.cols, core_->spins.begin() + chain * static_cast<int>(Sites()));
      std::copy_n(used.conditioning.begin() + chain * rows * g_.cols, rows * g_.cols, core_->conditioning.begin() + chain * static_cast<int>(Sites()));
    }
    core_->noise = used.noise;
    registers[regs::kRegRowSteps] = static_cast<std::uint32_t>(used.words_drawn);
    if (fault == Fault::kLostPacket) samples_.clear();
    if (fault == Fault::kExtraPacket) samples_.emplace_back(0, true);
    if (fault == Fault::kWrongHeader && !samples_.empty()) samples_.front().first ^= 1;
    if (fault == Fault::kShortPacket && !samples_.empty()) samples_.pop_front();
  }

  void Crop(golden::Core& used, int rows) const {
    const std::size_t n = static_cast<std::size_t>(rows) * g_.cols;
    for (int chain = 0; chain < g_.chains(); ++chain) {
      std::copy_n(core_->spins.begin() + chain * static_cast<int>(Sites()), n, used.spins.begin() + chain * static_cast<int>(n));
      std::copy_n(core_->conditioning.begin() + chain * static_cast<int>(Sites()), n, used.conditioning.begin() + chain * static_cast<int>(n));
    }
    used.noise = core_->noise;
    used.tables = core_->tables;
    used.layers = core_->layers;
    for (auto& layer : used.layers) {
      layer.j.resize(n * Neighbours());
      layer.h.resize(n);
    }
    used.sites = core_->sites;
    used.sites.site_class.resize(n);
    used.sites.clamp.resize(n);
  }

  void Emit(const golden::Core& core, int index, bool all) {
    const std::size_t n = static_cast<std::size_t>(core.rows()) * g_.cols;
    for (int group = 0; group < g_.groups; ++group) {
      std::vector<std::uint32_t> packet = {static_cast<std::uint32_t>(index) << 16 | static_cast<std::uint32_t>(group)};
      std::size_t at = 0;
      for (int row = 0; row < core.rows(); ++row) {
        for (int colour = 0; colour < 2; ++colour) {
          for (int pair = 0; pair < g_.pairs(); ++pair) {
            const int site = Site(row, colour, pair);
            if (!all && core.sites.site_class[site] == 0) continue;
            for (int lane = 0; lane < g_.lanes; ++lane, ++at) {
              if (at % 32 == 0) packet.push_back(0);
              packet.back() |= static_cast<std::uint32_t>(core.spins[(group * g_.lanes + lane) * n + site]) << (at % 32);
            }
          }
        }
      }
      for (std::size_t i = 0; i < packet.size(); ++i) samples_.emplace_back(packet[i], i + 1 == packet.size());
    }
  }

  Geometry g_;
  std::optional<golden::Core> core_;
  Program program_;
  std::deque<std::pair<std::uint32_t, bool>> samples_;
  int chunk_ = 0;
};

}  // namespace tsu::test
