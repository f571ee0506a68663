// SPDX-License-Identifier: Apache-2.0
// A denoising thermodynamic model: the safetensors file, in memory.
//
// Tensors (all little-endian, row-major): `layer<k>.J` I16 [rows, cols, 2 * rules]: weight of the edge from site (y, x) to its
// neighbour at rotation r = 0 (last index 2k) and r = 1 (2k + 1) of rule k: every undirected edge once, 0 when off the grid;
// `layer<k>.h` I16 [rows, cols]; `layer<k>.c` I16 [4]; `sites.class` U8 [rows, cols]; `visible` I32 [pixels]: site index
// y * cols + x of each pixel in image order; in models with label cells `labels` I32 [spots, 10]: sites that hold a chain's label
// one-hot, clamped. Layer 0 acts first (on pure noise). Metadata `tsu`: one JSON text with
// format_version, pattern, weight_bits, image size, schedule, noise_schedule and training record.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tsu/device.hpp"
#include "tsu/geometry.hpp"

namespace tsu {

inline constexpr int kModelFormatVersion = 1;
inline constexpr int kClasses = 10;              // of labels
inline constexpr int kMostSide = 1024;           // rows or columns of a grid
inline constexpr int kMostSweeps = 1'000'000;    // of a segment

// A stretch of sweeps at one inverse temperature.
struct Segment {
  double beta = 1.0;
  int sweeps = 0;
};

struct ModelLayer {
  std::vector<std::int16_t> j;      // [(y * cols + x) * 2 * rules + 2 * rule + r]
  std::vector<std::int16_t> h;      // [y * cols + x]
  std::array<std::int16_t, 4> c{};  // by site class
  std::vector<Segment> schedule;    // beta programme of this denoising step
  double signal_in = 0;             // noise schedule: signal level a of this step's input (0 = pure noise)
  double signal_out = 1;            // and of its output (1 = clean)
};

struct Model {
  int rows = 0, cols = 0;
  int image_rows = 0, image_cols = 0;
  Pattern pattern;
  int weight_bits = 8;
  std::vector<ModelLayer> layers;
  std::vector<std::uint8_t> site_class;  // [y * cols + x]
  std::vector<std::int32_t> visible;     // [pixel] -> site index
  std::vector<std::int32_t> labels;      // [spot * kClasses + class] -> site index; empty: no label cells
  std::string training;                  // JSON text: command, seed, data hash, epochs, ...

  Shape shape(int chains) const;
};

// Throws kBadInput on anything that is not a complete, consistent model; never trusts a length in the file.
Model LoadModel(const std::string& path);
// Writes aside and renames; throws kOutput.
void SaveModel(const std::string& path, const Model& model);
// Throws kBadInput naming the first offence: range, shape, off-grid weight, duplicate visible site ...
void CheckModel(const Model& model, const std::string& where);
// The model with another number of sweeps a denoising step, its segments in proportion; every segment keeps one at least.
Model WithSweeps(const Model& model, int sweeps);
// Both directions of every edge, as devices take it.
LayerWeights Expand(const Model& model, int layer);

}  // namespace tsu
