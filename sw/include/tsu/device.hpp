// SPDX-License-Identifier: Apache-2.0
// The one interface between programs and samplers: golden:, cpu:, sim:, uart: all implement it, with the same samples.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tsu/entropy.hpp"
#include "tsu/geometry.hpp"
#include "tsu/law.hpp"
#include "tsu/noise.hpp"
#include "tsu/program.hpp"

namespace tsu {

// One layer as a device takes it. Site index i = y * cols + x; n = neighbour index (rtl/README.md).
struct LayerWeights {
  std::vector<std::int16_t> j;      // [i * 4 * rules + n]; both directions of an edge; 0 when off the grid
  std::vector<std::int16_t> h;      // [i]
  std::array<std::int16_t, 4> c{};  // by site class; c[0] = 0
};

struct Sites {
  std::vector<std::uint8_t> site_class;  // [i], 0 latent, 1..3 visible kinds
  std::vector<std::uint8_t> clamp;       // [i], 0/1; obeyed while the program's Clamp is on
};

struct Counters {
  std::uint64_t clocks = 0, sweep_clocks = 0, row_steps = 0, flips = 0, stalls = 0, samples = 0;
};

// What one Emit instruction gave: bits[chain * sites + k], 0/1, k-th emitted site in row-major order (y, then x);
// chains = the device's chains() of this run, sites = visible sites or all.
struct Emission {
  int index = 0;
  int sites = 0;
  std::vector<std::uint8_t> bits;
};
using EmissionSink = std::function<void(const Emission&)>;

// Not thread-safe. Every call blocks at most for its deadline and throws tsu::Error.
class Device {
 public:
  virtual ~Device() = default;

  virtual std::string url() const = 0;
  // What seeds the noise of the next runs: "pseudo-random", or, selected, "ring oscillator" or a "simulation model" of one.
  virtual std::string noise() const = 0;
  virtual EntropySource* entropy() { return nullptr; }  // of a device with ring oscillators

  // The shape that fills a device of fixed shape; none for those made of software, which adapt.
  virtual std::optional<Shape> native_shape() const { return std::nullopt; }

  // Prepares for models of this shape; returns what the device gives (chains(), layers may be fewer than wished, the
  // grid may be larger). Throws kIncompatible when the model cannot run here.
  virtual Geometry Configure(const Shape& shape) = 0;

  // Loads, all in the grid of the Shape. Spins and conditioning: [chain * rows * cols + i], 0/1.
  virtual void LoadSites(const Sites& sites) = 0;
  virtual void LoadLayer(int slot, const LayerWeights& layer) = 0;
  virtual void LoadTable(int index, const Table& table) = 0;
  virtual void LoadSpins(std::span<const std::uint8_t> bits) = 0;
  virtual void LoadConditioning(std::span<const std::uint8_t> bits) = 0;
  virtual void LoadNoise(std::span<const NoiseState> streams) = 0;  // [chain * pairs + pair]

  // Runs a program to its End; hands over every Emission in order. State (spins, conditioning, noise) stays.
  virtual Counters Run(const Program& program, const EmissionSink& sink,
                       std::chrono::milliseconds deadline) = 0;
};

// "scheme:path?key=value&key=value"
struct DeviceUrl {
  std::string scheme, path;
  std::vector<std::pair<std::string, std::string>> options;
  std::string text;  // as given

  bool Has(const std::string& key) const;
  std::string Option(const std::string& key, const std::string& fallback) const;
  // A whole number in least..most, or the fallback where the key is absent; throws kUsage.
  int Number(const std::string& key, int fallback, int least, int most) const;
  // Throws kUsage on a path or an option that the device does not have; `usage` shows how it is written.
  void Expect(bool path, const std::vector<std::string>& keys, const std::string& usage) const;
};
DeviceUrl ParseDeviceUrl(const std::string& url);  // throws kUsage, also on an option given twice

// Devices register under their scheme; Open throws kUsage for an unknown one, listing the known.
using DeviceFactory = std::function<std::unique_ptr<Device>(const DeviceUrl&)>;
void RegisterDevice(const std::string& scheme, DeviceFactory factory);
std::unique_ptr<Device> OpenDevice(const std::string& url);

}  // namespace tsu
