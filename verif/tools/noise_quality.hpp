// SPDX-License-Identifier: Apache-2.0
// Pictures of a model drawn with another noise, by the twin or, the same bits, by cpu:; and what the judges say of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tsu/eval.hpp"
#include "tsu/model.hpp"
#include "verif/golden/noise_source.hpp"

namespace tsu::golden {

inline constexpr int kBoardLanes = 32;  // chains of one board; boards have seeds of their own

// `count` pictures, [picture][pixel], 0/1, from boards of kBoardLanes chains: the same for any number of threads.
std::vector<std::uint8_t> DrawPictures(const Model& model, const Noise& noise, int count, std::uint64_t seed, int threads,
                                       const std::function<void(double done)>& progress);

struct PictureReport {
  double mmd_ratio = 0;     // as `tsu eval`
  double fill = 0;          // share of pixels that are on
  double board_ratio = 0;   // variance of a board's mean fill, over its value for independent pictures
  double nearest = 0;       // mean Hamming distance of a picture to the nearest other of its board
};
PictureReport Judge(const std::vector<std::uint8_t>& pictures, const MmdReference& train, std::size_t pixels);

}  // namespace tsu::golden
