// SPDX-License-Identifier: Apache-2.0
// golden: the bit-exact twin as a device. It takes any shape; lanes= and groups= fix the chains it
// offers; noise= gives it another noise than the shipped one (verif/golden/noise_source.hpp).
#include <algorithm>
#include <bit>
#include <optional>
#include <string>

#include "tsu/error.hpp"
#include "tsu/interrupt.hpp"
#include "verif/devices/devices.hpp"
#include "verif/golden/core.hpp"

namespace tsu {
namespace {

constexpr int kMaxLanes = 32, kMaxGroups = 255;  // as a core can say of itself
constexpr int kTables = 64, kProgramWords = 4096;

[[noreturn]] void BadLoad(const std::string& what) {
  throw Error(Exit::kBadInput, "bad load", "golden: " + what, "");
}

class GoldenDevice : public Device {
 public:
  explicit GoldenDevice(const DeviceUrl& url)
      : url_("golden:"),
        lanes_(url.Number("lanes", 0, 1, kMaxLanes)),
        groups_(url.Number("groups", 1, 1, kMaxGroups)),
        table_bits_(url.Number("table_bits", 9, 4, 13)),
        noise_{golden::ParseNoiseKind(url.Option("noise", "shipped"), "'" + url.text + "'"), url.Number("bits", 16, 1, 16),
               url.Number("delay", 3, 0, 1 << 20)} {
    url.Expect(false, {"lanes", "groups", "table_bits", "noise", "bits", "delay"},
               "golden:?lanes=L&groups=G&table_bits=B&noise=NAME&bits=N&delay=N");
    if (url.Has("bits") && noise_.kind != golden::NoiseKind::kShort)
      throw Error(Exit::kUsage, "bits= without noise=short", "'" + url.text + "'", "bits of the compare go with noise=short");
    if (url.Has("delay") && noise_.kind != golden::NoiseKind::kDelayed)
      throw Error(Exit::kUsage, "delay= without noise=delayed", "'" + url.text + "'", "words a lane go with noise=delayed");
    for (const auto& [key, value] : url.options) url_ += (url_.back() == ':' ? "?" : "&") + key + "=" + value;
    if (lanes_ != 0 && !std::has_single_bit(static_cast<unsigned>(lanes_))) {
      throw Error(Exit::kUsage, "lanes are not a power of two", "'" + url.text + "'", "1, 2, 4, 8, 16 or 32");
    }
    if (url.Has("groups") && lanes_ == 0) {
      throw Error(Exit::kUsage, "groups= without lanes=", "'" + url.text + "'", "give both: chains = lanes x groups");
    }
  }

  std::string url() const override { return url_; }
  std::string noise() const override {
    return noise_.kind == golden::NoiseKind::kShipped ? "pseudo-random" : "pseudo-random, " + noise_.name();
  }

  Geometry Configure(const Shape& shape) override {
    if (shape.rows < 1 || shape.cols < 2 || shape.cols % 2 || shape.chains < 1 ||
        shape.layers < 1) {
      throw Error(Exit::kIncompatible, "no such shape", url_,
                  "rows >= 1, cols even, chains and layers >= 1");
    }
    geometry_ = {};
    geometry_.rows = shape.rows;
    geometry_.cols = shape.cols;
    geometry_.layers = shape.layers;
    geometry_.weight_bits = shape.weight_bits;
    geometry_.pattern = shape.pattern;
    geometry_.table_bits = table_bits_;
    geometry_.tables = kTables;
    geometry_.slots = kTables;
    geometry_.program_words = kProgramWords;
    // Lanes are a power of two; what is odd in the number of chains goes into groups.
    geometry_.lanes = lanes_ ? lanes_ : std::min(shape.chains & -shape.chains, kMaxLanes);
    geometry_.groups = lanes_ ? groups_ : shape.chains / geometry_.lanes;
    core_.emplace(shape.rows, shape.cols, shape.pattern, geometry_.chains(), table_bits_);
    core_->source = noise_.source();
    return geometry_;
  }

  void LoadSites(const Sites& sites) override {
    const std::size_t n = Core().sites.site_class.size();
    if (sites.site_class.size() != n || sites.clamp.size() != n) BadLoad("sites of another grid");
    for (const auto site_class : sites.site_class) {
      if (site_class >= 1 << regs::kClassBits) BadLoad("site class out of range");
    }
    Core().sites = sites;
  }

  void LoadLayer(int slot, const LayerWeights& layer) override {
    CheckLayer(layer);
    if (slot < 0 || slot >= geometry_.layers) BadLoad("no layer " + std::to_string(slot));
    if (static_cast<int>(Core().layers.size()) <= slot)
      Core().layers.resize(slot + 1, EmptyLayer());
    Core().layers[slot] = layer;
  }

  void LoadTable(int index, const Table& table) override {
    if (index < 0 || index >= kTables) BadLoad("no table " + std::to_string(index));
    if (table.size() != std::size_t{1} << table_bits_) BadLoad("table of another length");
    if (static_cast<int>(Core().tables.size()) <= index) Core().tables.resize(index + 1);
    Core().tables[index] = noise_.thresholds(table);
  }

  void LoadSpins(std::span<const std::uint8_t> bits) override { LoadPlane(Core().spins, bits); }
  void LoadConditioning(std::span<const std::uint8_t> bits) override {
    LoadPlane(Core().conditioning, bits);
  }

  void LoadNoise(std::span<const NoiseState> streams) override {
    if (streams.size() != Core().noise.size()) BadLoad("noise of another number of streams");
    for (const auto& state : streams) {
      const std::uint32_t any = state[0] | state[1] | state[2] | state[3];
      if (any == 0 || any >> regs::kNoiseWordBits)
        BadLoad("noise state is zero or wider than its words");
    }
    Core().noise = noise_.streams(streams, geometry_.pairs());
  }

  Counters Run(const Program& program, const EmissionSink& sink,
               std::chrono::milliseconds deadline) override {
    const auto end = std::chrono::steady_clock::now() + deadline;
    golden::Core& core = Core();
    Counters counters;
    const std::uint64_t words_before = core.words_drawn;
    core.Run(
        program,
        [&](const Emission& emission) {
          counters.samples += geometry_.groups;
          if (sink) sink(emission);
        },
        [&] {
          CheckInterrupt("sampling on golden:");
          if (std::chrono::steady_clock::now() < end) return;
          throw Error(Exit::kLink, "deadline passed", url_ + " program",
                      "allow more time or run fewer sweeps");
        });
    const std::uint64_t words = core.words_drawn - words_before;
    counters.row_steps = words * geometry_.groups;
    counters.flips = words * core.noise.size();
    return counters;
  }

 private:
  golden::Core& Core() {
    if (!core_) throw Error(Exit::kInternal, "device used before Configure", url_, "");
    return *core_;
  }

  LayerWeights EmptyLayer() {
    const std::size_t n = Core().sites.site_class.size();
    return {std::vector<std::int16_t>(n * 4 * geometry_.pattern.size()),
            std::vector<std::int16_t>(n),
            {}};
  }

  void CheckLayer(const LayerWeights& layer) {
    const LayerWeights empty = EmptyLayer();
    if (layer.j.size() != empty.j.size() || layer.h.size() != empty.h.size())
      BadLoad("weights of another shape");
    const auto within = [](int value, int bits) {
      return value >= -(1 << (bits - 1)) && value < 1 << (bits - 1);
    };
    const auto offsets = Offsets(geometry_.pattern);
    for (std::size_t k = 0; k < layer.j.size(); ++k) {
      const int site = static_cast<int>(k / offsets.size());
      const auto [dx, dy] = offsets[k % offsets.size()];
      const int x = site % geometry_.cols + dx, y = site / geometry_.cols + dy;
      const bool inside = x >= 0 && x < geometry_.cols && y >= 0 && y < geometry_.rows;
      if (!within(layer.j[k], geometry_.weight_bits)) BadLoad("weight wider than the weight bits");
      if (!inside && layer.j[k] != 0) BadLoad("weight that points off the grid");
    }
    for (const auto h : layer.h) {
      if (!within(h, regs::kBiasBits)) BadLoad("bias out of range");
    }
    for (const auto c : layer.c) {
      if (!within(c, regs::kBiasBits)) BadLoad("coupling out of range");
    }
    if (layer.c[0] != 0) BadLoad("coupling of class 0 is not zero");
  }

  void LoadPlane(std::vector<std::uint8_t>& plane, std::span<const std::uint8_t> bits) {
    if (bits.size() != plane.size()) BadLoad("plane of another shape");
    if (std::any_of(bits.begin(), bits.end(), [](std::uint8_t b) { return b > 1; }))
      BadLoad("spin is not 0 or 1");
    plane.assign(bits.begin(), bits.end());
  }

  std::string url_;
  int lanes_, groups_, table_bits_;
  golden::Noise noise_;
  Geometry geometry_;
  std::optional<golden::Core> core_;
};

}  // namespace

void RegisterGoldenDevice() {
  RegisterDevice("golden",
                 [](const DeviceUrl& url) { return std::make_unique<GoldenDevice>(url); });
}

}  // namespace tsu
