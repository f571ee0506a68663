// SPDX-License-Identifier: Apache-2.0
#include "verif/tools/noise_quality.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "sw/src/parallel.hpp"
#include "tsu/device.hpp"
#include "tsu/driver.hpp"
#include "verif/stats/stats.hpp"

namespace tsu::golden {
namespace {

// cpu: fed with the start states of another noise: right, bit for bit, where words and decisions are the shipped ones.
class Restarted : public Device {
 public:
  explicit Restarted(const Noise& noise) : noise_(noise), cpu_(OpenDevice("cpu:?threads=1")) {}
  std::string url() const override { return cpu_->url(); }
  std::string noise() const override { return cpu_->noise() + ", " + noise_.name(); }
  Geometry Configure(const Shape& shape) override {
    pairs_ = shape.cols / 2;
    return cpu_->Configure(shape);
  }
  void LoadSites(const Sites& sites) override { cpu_->LoadSites(sites); }
  void LoadLayer(int slot, const LayerWeights& layer) override { cpu_->LoadLayer(slot, layer); }
  void LoadTable(int index, const Table& table) override { cpu_->LoadTable(index, table); }
  void LoadSpins(std::span<const std::uint8_t> bits) override { cpu_->LoadSpins(bits); }
  void LoadConditioning(std::span<const std::uint8_t> bits) override { cpu_->LoadConditioning(bits); }
  void LoadNoise(std::span<const NoiseState> streams) override { cpu_->LoadNoise(noise_.streams(streams, pairs_)); }
  Counters Run(const Program& program, const EmissionSink& sink, std::chrono::milliseconds deadline) override {
    return cpu_->Run(program, sink, deadline);
  }

 private:
  Noise noise_;
  std::unique_ptr<Device> cpu_;
  int pairs_ = 0;
};

std::unique_ptr<Device> Board(const Noise& noise) {
  const std::string golden = "golden:?lanes=" + std::to_string(kBoardLanes) + "&noise=";
  switch (noise.kind) {
    case NoiseKind::kShort:
      return OpenDevice(golden + "short&bits=" + std::to_string(noise.bits));
    case NoiseKind::kShifted:
      return OpenDevice(golden + "shifted");
    case NoiseKind::kShipped:
    case NoiseKind::kDelayed:
      break;
  }
  return std::make_unique<Restarted>(noise);
}

}  // namespace

std::vector<std::uint8_t> DrawPictures(const Model& model, const Noise& noise, int count, std::uint64_t seed, int threads,
                                       const std::function<void(double done)>& progress) {
  const std::size_t pixels = model.visible.size();
  std::vector<std::uint8_t> pictures(count * pixels);
  const int boards = (count + kBoardLanes - 1) / kBoardLanes;
  int done = 0;
  std::mutex mutex;
  Parallel(ThreadCount(threads), boards, [&](int board, int) {
    const auto device = Board(noise);
    RunOptions options;
    options.count = kBoardLanes;
    options.seed = seed + static_cast<std::uint64_t>(board);
    const RunResult run = RunModel(*device, model, options);
    const std::size_t first = board * kBoardLanes * pixels;
    std::copy_n(run.samples.begin(), std::min(run.samples.size(), pictures.size() - first), pictures.begin() + first);
    const std::lock_guard lock(mutex);
    progress(static_cast<double>(++done) / boards);
  });
  return pictures;
}

PictureReport Judge(const std::vector<std::uint8_t>& pictures, const MmdReference& train, std::size_t pixels) {
  const std::span<const std::uint8_t> bits(pictures);
  const PackedImages packed(bits, pixels);
  PictureReport report{train.Hold(packed).ratio, 0, 0, 0};
  report.fill = static_cast<double>(std::count(pictures.begin(), pictures.end(), 1)) / static_cast<double>(pictures.size());
  // One instant a board: fill[lane][board], as BlockVarianceRatio takes chains and times.
  const std::size_t boards = packed.size() / kBoardLanes;
  std::vector<std::uint64_t> distances;
  std::vector<double> fill(boards * kBoardLanes);
  for (std::size_t board = 0; board < boards; ++board) {
    const PackedImages own(bits.subspan(board * kBoardLanes * pixels, kBoardLanes * pixels), pixels);
    for (int lane = 0; lane < kBoardLanes; ++lane) {
      const std::size_t i = board * kBoardLanes + lane;
      fill[lane * boards + board] = std::count(pictures.begin() + i * pixels, pictures.begin() + (i + 1) * pixels, 1);
      own.Distances(lane, own, kBoardLanes, distances);
      distances[lane] = pixels;  // not to itself
      report.nearest += static_cast<double>(*std::min_element(distances.begin(), distances.begin() + kBoardLanes));
    }
  }
  report.nearest /= static_cast<double>(fill.size());
  report.board_ratio = stats::BlockVarianceRatio(fill, kBoardLanes);
  return report;
}

}  // namespace tsu::golden
