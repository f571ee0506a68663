// SPDX-License-Identifier: Apache-2.0
#include "verif/tools/noise_quality.hpp"

#include <algorithm>
#include <mutex>

#include "sw/src/parallel.hpp"
#include "tsu/device.hpp"
#include "tsu/driver.hpp"
#include "tsu/eval.hpp"
#include "verif/stats/stats.hpp"

namespace tsu::golden {
namespace {

std::string BoardUrl(const Noise& noise) {
  const std::string url = "golden:?lanes=" + std::to_string(kBoardLanes) + "&noise=";
  switch (noise.kind) {
    case NoiseKind::kShort:
      return url + "short&bits=" + std::to_string(noise.bits);
    case NoiseKind::kShifted:
      return url + "shifted";
    case NoiseKind::kDelayed:
      return url + "delayed&delay=" + std::to_string(noise.delay);
    case NoiseKind::kShipped:
      break;
  }
  return url + "shipped";
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
    const auto device = OpenDevice(BoardUrl(noise));
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

PictureReport Judge(const std::vector<std::uint8_t>& pictures, const BinaryImages& train, const BinaryImages& test, int threads) {
  const std::size_t pixels = test.pixels();
  const PackedImages packed(pictures, pixels);
  const MmdReport mmd = Mmd(packed, PackedImages(test.bits, pixels), PackedImages(train.bits, pixels), kMmdSigma, threads);
  PictureReport report{mmd.ratio, mmd.fill, 0, 0};
  // One instant a board: fill[lane][board], as BlockVarianceRatio takes chains and times.
  const std::size_t boards = packed.size() / kBoardLanes;
  std::vector<double> fill(boards * kBoardLanes);
  for (std::size_t board = 0; board < boards; ++board) {
    for (int lane = 0; lane < kBoardLanes; ++lane) {
      const std::size_t i = board * kBoardLanes + lane;
      fill[lane * boards + board] = std::count(pictures.begin() + i * pixels, pictures.begin() + (i + 1) * pixels, 1);
      int nearest = static_cast<int>(pixels);
      for (std::size_t j = board * kBoardLanes; j < (board + 1) * kBoardLanes; ++j)
        if (j != i) nearest = std::min(nearest, packed.Distance(i, packed, j));
      report.nearest += nearest;
    }
  }
  report.nearest /= static_cast<double>(fill.size());
  report.board_ratio = stats::BlockVarianceRatio(fill, kBoardLanes);
  return report;
}

}  // namespace tsu::golden
