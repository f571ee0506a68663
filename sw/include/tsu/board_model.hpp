// SPDX-License-Identifier: Apache-2.0
// A board that only counts: what a job would cost on it, from the figures of its place and route. It draws nothing.
//
// Sampling: clocks of the program at the board's clock, 2 max(rows x groups, shortest phase) a sweep and 2^table_bits a table copied
// (rtl/README.md, "Time"). Link: 8N1, ten bits a byte, full frames of kLinkMaxPayload bytes and kFrameOverhead more, one direction
// at a time counted, answers to loads hidden behind the next request. Host and operating system count nothing.
#pragma once

#include <memory>
#include <string>

#include "tsu/device.hpp"

namespace tsu {

struct BoardFigures {
  std::string title;
  Geometry geometry;       // clock_hz: the clock of the board file
  double fmax_hz = 0;      // 0 where no tool routed it
  std::string kind;        // "post-route estimate", "synthesis estimate"
};
// fpga/<board>/result.json; throws kFile or kFormat with the file's name.
BoardFigures LoadBoardFigures(const std::string& path);

// Seconds of a job so far.
struct BoardTimes {
  double weights = 0;   // couplings, weights, sites, tables over the link
  double noise = 0;     // states of all streams over the link
  double programs = 0;  // programs and spins over the link
  double sampling = 0;
  double readout = 0;   // samples over the link
  double total() const { return weights + noise + programs + sampling + readout; }
};

class BoardModel : public Device {
 public:
  static constexpr int kFrameOverhead = 14;  // header 8, crc 4, COBS 1, delimiter 1
  BoardModel(BoardFigures figures, int baud) : figures_(std::move(figures)), baud_(baud) {}

  const BoardTimes& times() const { return times_; }

  std::string url() const override { return "board model of " + figures_.title; }
  std::string noise() const override { return "none: it only counts"; }
  Geometry Configure(const Shape& shape) override;
  void LoadSites(const Sites& sites) override;
  void LoadLayer(int slot, const LayerWeights& layer) override;
  void LoadTable(int index, const Table& table) override;
  void LoadSpins(std::span<const std::uint8_t> bits) override;
  void LoadConditioning(std::span<const std::uint8_t> bits) override;
  void LoadNoise(std::span<const NoiseState> streams) override;
  Counters Run(const Program& program, const EmissionSink& sink, std::chrono::milliseconds deadline) override;

 private:
  double LinkSeconds(double words) const;

  BoardFigures figures_;
  int baud_;
  Shape shape_;
  Sites sites_;
  BoardTimes times_;
};

}  // namespace tsu
