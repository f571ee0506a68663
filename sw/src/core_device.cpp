// SPDX-License-Identifier: Apache-2.0
#include "tsu/core_device.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "core_packets.hpp"
#include "tsu/error.hpp"
#include "tsu/interrupt.hpp"

namespace tsu {
namespace {

using Clock = std::chrono::steady_clock;
using regs::kRegStatus;

constexpr std::uint32_t kStatusBusy = 1, kStatusDone = 2, kStatusProgramError = 4, kStatusLoadError = 8, kStatusAlarm = 32;
constexpr std::uint32_t kControlStart = 1, kControlAbort = 2, kControlClear = 4;

std::string Hex(std::uint32_t value) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%08x", value);
  return text;
}

// Reassembles the packets of one Emit (one a lane group) into an Emission in row-major site order.
class EmissionBuilder {
 public:
  EmissionBuilder(const CoreGrid& grid, const Sites& sites, bool all) : grid_(grid) {
    // Rank of each emitted site in row-major order, listed in the order of the scan; -1: beyond the model's columns.
    std::vector<int> rank(static_cast<std::size_t>(grid.rows) * grid.cols, -1);
    for (std::size_t i = 0; i < rank.size(); ++i) {
      if (all || sites.site_class[i] > 0) rank[i] = emission_.sites++;
    }
    for (int row = 0; row < grid.rows; ++row) {
      for (int colour = 0; colour < 2; ++colour) {
        for (int pair = 0; pair < grid.core.pairs(); ++pair) {
          const int x = 2 * pair + ((row + colour) & 1);
          if (x < grid.cols) {
            const int k = rank[static_cast<std::size_t>(row) * grid.cols + x];
            if (k >= 0) scan_.push_back(k);
          } else if (all) {
            scan_.push_back(-1);
          }
        }
      }
    }
  }

  std::size_t PacketWords() const { return 1 + (scan_.size() * grid_.core.lanes + 31) / 32; }

  void Begin(int index) {
    emission_.index = index;
    emission_.bits.assign(static_cast<std::size_t>(emission_.sites) * grid_.core.chains(), 0);
  }

  void Add(std::span<const std::uint32_t> packet, int group) {
    const int lanes = grid_.core.lanes;
    for (std::size_t k = 0; k < scan_.size(); ++k) {
      if (scan_[k] < 0) continue;
      for (int lane = 0; lane < lanes; ++lane) {
        const std::size_t bit = k * lanes + lane, chain = static_cast<std::size_t>(group) * lanes + lane;
        emission_.bits[chain * emission_.sites + scan_[k]] = packet[1 + bit / 32] >> (bit % 32) & 1;
      }
    }
  }
  const Emission& emission() const { return emission_; }

 private:
  CoreGrid grid_;
  std::vector<int> scan_;
  Emission emission_;
};

class CoreDevice : public Device {
 public:
  explicit CoreDevice(std::unique_ptr<Transport> transport) : link_(std::move(transport)) {
    Expect("magic", regs::kRegId, regs::kMagic, "nothing that answers there is a TSU core");
    const std::uint32_t version = Read(regs::kRegVersion);
    if (version >> 16 != regs::kCoreVersion >> 16) {
      throw Error(Exit::kIncompatible, "core version " + Hex(version) + ", this program speaks " + Hex(regs::kCoreVersion),
                  link_->url(), version > regs::kCoreVersion ? "update this program" : "rebuild and load the gateware");
    }
    Expect("register map", regs::kRegMapHash, regs::kMapHash, "gateware and program come from different sources; rebuild one of them");
    ReadGeometry();
    WalkScratch();
    if (const std::uint32_t source = Read(regs::kRegCaps) >> 4 & 15; source != 0) entropy_.emplace(*link_, source);
  }

  std::string url() const override { return link_->url(); }
  std::string noise() const override {
    return entropy_ && entropy_->selected() ? entropy_->source() : "pseudo-random";
  }
  EntropySource* entropy() override { return entropy_ ? &*entropy_ : nullptr; }

  std::optional<Shape> native_shape() const override {
    const Geometry& core = grid_.core;
    return Shape{core.rows, core.cols, core.pattern, core.weight_bits, core.layers, core.chains()};
  }

  Geometry Configure(const Shape& shape) override {
    grid_ = FitGrid(shape, grid_.core, link_->url());
    link_->WriteRegister(regs::kRegRows, static_cast<std::uint32_t>(shape.rows));
    if (Read(regs::kRegRows) != static_cast<std::uint32_t>(shape.rows)) {
      throw Error(Exit::kIncompatible, "the core does not take the number of rows", link_->url(), "use cpu:, or a board built for this model");
    }
    return grid_.core;
  }

  void LoadSites(const Sites& sites) override {
    ExpectSize("site classes", sites.site_class.size(), GridSites());
    ExpectSize("clamp bits", sites.clamp.size(), GridSites());
    sites_ = sites;
    for (int colour = 0; colour < 2; ++colour) Send(SitePacket(grid_, colour, sites));
  }
  void LoadLayer(int slot, const LayerWeights& layer) override {
    ExpectSize("weights", layer.j.size(), GridSites() * 4 * grid_.core.pattern.size());
    ExpectSize("biases", layer.h.size(), GridSites());
    ExpectIndex("layer", slot, grid_.core.layers);
    for (int colour = 0; colour < 2; ++colour) Send(WeightPacket(grid_, slot, colour, layer));
    Send(CouplingPacket(slot, layer.c));
  }
  void LoadTable(int index, const Table& table) override {
    ExpectIndex("table", index, grid_.core.tables);
    ExpectSize("threshold codes", table.size(), std::size_t{1} << grid_.core.table_bits);
    Send(TablePacket(index, table));
  }
  void LoadSpins(std::span<const std::uint8_t> bits) override { LoadPlane(regs::kTargetSpin, bits); }
  void LoadConditioning(std::span<const std::uint8_t> bits) override { LoadPlane(regs::kTargetConditioning, bits); }
  void LoadNoise(std::span<const NoiseState> streams) override {
    ExpectSize("noise streams", streams.size(), static_cast<std::size_t>(grid_.core.chains()) * (grid_.cols / 2));
    Send(NoisePacket(grid_, streams));
  }

  Counters Run(const Program& program, const EmissionSink& sink, std::chrono::milliseconds deadline) override {
    ProgramSweeps(program);
    if (program.size() > static_cast<std::size_t>(grid_.core.program_words)) {
      throw Error(Exit::kIncompatible, "program of " + std::to_string(program.size()) + " words", link_->url(),
                  "the core holds " + std::to_string(grid_.core.program_words));
    }
    try {
      Send(ProgramPacket(program));
      if (Read(kRegStatus) & kStatusLoadError) Fail("the core refused a load packet", kStatusLoadError);
      link_->WriteRegister(regs::kRegControl, kControlStart | kControlClear);
      Collect(program, sink, Clock::now() + deadline);
    } catch (...) {
      const std::uint32_t cause = Alarm();
      Abort();
      if (cause != 0) entropy_->ThrowAlarm(cause);  // the alarm cut the samples short, whatever else that looked like
      throw;
    }
    return ReadCounters();
  }

 private:
  std::uint32_t Read(std::uint32_t offset) { return link_->ReadRegister(offset); }

  std::size_t GridSites() const { return static_cast<std::size_t>(grid_.rows) * grid_.cols; }

  void Send(const Packet& packet) {
    CheckInterrupt("loading");
    link_->SendPacket(packet);
  }

  void ExpectSize(const std::string& what, std::size_t got, std::size_t wanted) {
    if (got != wanted) {
      throw Error(Exit::kBadInput, std::to_string(got) + " " + what + " where the grid takes " + std::to_string(wanted), link_->url(),
                  "load for the shape that was configured");
    }
  }
  void ExpectIndex(const std::string& what, int index, int count) {
    if (index < 0 || index >= count) {
      throw Error(Exit::kIncompatible, "no " + what + " " + std::to_string(index), link_->url(), "the core holds " + std::to_string(count));
    }
  }

  // Every bit of the link both ways, before anything is trusted to it.
  void WalkScratch() {
    for (const std::uint32_t value : {0u, ~0u, 0x55555555u, 0xAAAAAAAAu, 0x00FF00FFu, 0x0F0F0F0Fu, 0x12345678u}) {
      link_->WriteRegister(regs::kRegScratch, value);
      const std::uint32_t got = Read(regs::kRegScratch);
      if (got != value) {
        throw Error(Exit::kLink, "the scratch register gave " + Hex(got) + " for " + Hex(value), link_->url(), "check cable and baud rate");
      }
    }
  }

  void Expect(const std::string& name, std::uint32_t offset, std::uint32_t wanted, const std::string& hint) {
    const std::uint32_t got = Read(offset);
    if (got != wanted) {
      throw Error(Exit::kIncompatible, name + " is " + Hex(got) + ", expected " + Hex(wanted), link_->url(), hint);
    }
  }

  void ReadGeometry() {
    Geometry& core = grid_.core;
    const std::uint32_t size = Read(regs::kRegGridSize), lanes = Read(regs::kRegLanes);
    const std::uint32_t formats = Read(regs::kRegFormats), caps = Read(regs::kRegCaps);
    core.cols = static_cast<int>(size & 0xFFFF);
    core.rows = static_cast<int>(size >> 16);
    core.lanes = static_cast<int>(lanes & 255);
    core.groups = static_cast<int>(lanes >> 8 & 255);
    core.tiles = static_cast<int>(lanes >> 16 & 255);
    core.layers = static_cast<int>(lanes >> 24);
    core.weight_bits = static_cast<int>(formats & 255);
    core.table_bits = static_cast<int>(formats >> 8 & 255);
    core.tables = static_cast<int>(formats >> 16 & 255);
    core.slots = static_cast<int>(formats >> 24);
    core.program_words = 1 << (caps >> 8 & 31);
    core.build_id = Read(regs::kRegBuildId);
    core.clock_hz = Read(regs::kRegClockHz);
    const std::uint32_t rules = caps & 15;
    if (rules < 1 || rules > regs::kMaxRules || core.lanes < 1 || core.groups < 1 || core.cols < 2 || core.rows < 1) {
      throw Error(Exit::kIncompatible, "the core's description of itself makes no sense", link_->url(), "rebuild the gateware");
    }
    for (std::uint32_t k = 0; k < rules; ++k) {
      const std::uint32_t rule = Read(regs::kRegRule + 4 * k);
      core.pattern.push_back({static_cast<std::int16_t>(rule & 0xFFFF), static_cast<std::int16_t>(rule >> 16)});
    }
    grid_.rows = core.rows;
    grid_.cols = core.cols;
  }

  void LoadPlane(std::uint32_t target, std::span<const std::uint8_t> bits) {
    ExpectSize("spins", bits.size(), GridSites() * static_cast<std::size_t>(grid_.core.chains()));
    for (int group = 0; group < grid_.core.groups; ++group) {
      for (int colour = 0; colour < 2; ++colour) Send(SpinPacket(grid_, target, group, colour, bits));
    }
  }

  // Takes sample packets until the program has ended and its last packet is here.
  void Collect(const Program& program, const EmissionSink& sink, Clock::time_point end) {
    const std::vector<bool> plan = EmissionPlan(program);
    const bool needs_sites = std::find(plan.begin(), plan.end(), false) != plan.end();
    if (needs_sites) ExpectSize("site classes", sites_.site_class.size(), GridSites());
    EmissionBuilder visible(grid_, sites_, !needs_sites), whole(grid_, sites_, true);
    std::vector<std::uint32_t> packet;
    std::size_t emitted = 0;
    int group = 0;
    int silent = 0;  // times nothing has come since Done
    while (true) {
      CheckInterrupt("waiting for samples");
      if (Clock::now() > end) throw Error(Exit::kLink, "the program did not end in time", link_->url(), "raise --timeout, or the core hangs");
      bool last = false;
      const std::vector<std::uint32_t> words = link_->Receive(kReceiveWords, last);
      packet.insert(packet.end(), words.begin(), words.end());
      if (!words.empty()) {
        silent = 0;
        if (emitted >= plan.size()) Fail("a sample packet too many", 0);
        EmissionBuilder& builder = plan[emitted] ? whole : visible;
        if (packet.size() > builder.PacketWords()) Fail("a sample packet of the wrong shape", 0);
        if (!last) continue;
        if (group == 0) builder.Begin(static_cast<int>(emitted));
        const std::uint32_t head = static_cast<std::uint32_t>(emitted & 0xFFFF) << 16 | static_cast<std::uint32_t>(group);
        if (packet.size() != builder.PacketWords() || packet[0] != head) Fail("a sample packet of the wrong shape", 0);
        builder.Add(packet, group);
        if (++group == grid_.core.groups) {
          if (sink) sink(builder.emission());
          ++emitted;
          group = 0;
        }
        packet.clear();
        continue;
      }
      const std::uint32_t status = Read(kRegStatus);
      if (status & kStatusAlarm) Fail("a health alarm", 0);
      if (status & kStatusProgramError) Fail("program error at word " + std::to_string(Read(regs::kRegProgramCounter)), kStatusProgramError);
      if (status & kStatusDone) {
        if (emitted == plan.size() && silent > 0) return;  // a stray packet would spoil the next run
        if (++silent > 3) Fail("sample packets are missing", 0);
      }
      link_->Idle(std::chrono::milliseconds(2));
    }
  }

  // For each Emit that will be executed: whether it emits every site.
  static std::vector<bool> EmissionPlan(const Program& program) {
    std::vector<bool> plan;
    ForEachInstruction(program, [&](std::uint32_t opcode, std::uint32_t argument) {
      if (opcode == regs::kOpEmit) plan.push_back(argument != 0);
    });
    return plan;
  }

  [[noreturn]] void Fail(const std::string& what, std::uint32_t bit) {
    throw Error(bit ? Exit::kIncompatible : Exit::kLink, what, link_->url(), bit ? "program and gateware disagree" : "check the link");
  }

  // Cause of the alarm that stopped this run; 0 where none did, or the link is dead.
  std::uint32_t Alarm() noexcept {
    try {
      return entropy_ && entropy_->selected() ? entropy_->State().cause : 0;
    } catch (const Error&) {
      return 0;
    }
  }

  // Best effort: leaves the core idle and the sample stream empty; the first error is what the user sees.
  void Abort() noexcept {
    try {
      link_->WriteRegister(regs::kRegControl, kControlAbort);
      const auto end = Clock::now() + std::chrono::seconds(2);
      while ((Read(kRegStatus) & kStatusBusy) && Clock::now() < end) link_->Idle(std::chrono::milliseconds(1));
      for (bool last = false; Clock::now() < end && (!link_->Receive(kReceiveWords, last).empty() || last);) {
      }
    } catch (const Error&) {
    }
  }

  Counters ReadCounters() {
    const auto wide = [this](std::uint32_t offset) {
      const std::uint64_t low = Read(offset);
      return low | static_cast<std::uint64_t>(Read(offset + 4)) << 32;
    };
    return {wide(regs::kRegClocks), wide(regs::kRegSweepClocks), wide(regs::kRegRowSteps),
            wide(regs::kRegFlips),  wide(regs::kRegStalls),      wide(regs::kRegSamples)};
  }

  static constexpr int kReceiveWords = 4096;
  std::unique_ptr<Transport> link_;
  CoreGrid grid_;
  Sites sites_;
  std::optional<EntropySource> entropy_;
};

}  // namespace

std::unique_ptr<Device> MakeCoreDevice(std::unique_ptr<Transport> transport) {
  return std::make_unique<CoreDevice>(std::move(transport));
}

}  // namespace tsu
