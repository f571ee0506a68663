// SPDX-License-Identifier: Apache-2.0
// Training of a denoising thermodynamic model with the law that is deployed: quantised weights and threshold tables in every
// sample, float masters beside them. Reproducible: the same options and images give the same model on any number of threads.
//
// Each denoising step is trained by itself. For an image x, out = x noised to the level of the step's output, in = out
// noised on to the level of its input. Gradient = correlations with `out` clamped - correlations of free chains that start
// at `in`, see `in` as conditioning and run as long as deployed chains do, plus the total-correlation penalty.
// Then, with tuning_epochs, every step but the first goes on with outputs of the trained steps before it in the place of `in`:
// what it is given when deployed. Label cells are held at the image's label in both phases.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tsu/geometry.hpp"
#include "tsu/model.hpp"

namespace tsu {

// How the penalty follows the autocorrelation: as the author's code does, or as the paper prints it (src/train_layer.hpp).
enum class PenaltyRule { kAuthor, kPaper };

struct TrainOptions {
  Pattern pattern;
  int rows = 0, cols = 0;    // of the grid; 0: ChooseGrid
  int weight_bits = 8;
  int weight_step = 1;       // couplings are multiples of so many 1/32 in every forward pass: a power of two, 32 at most
  int steps = 2;             // denoising steps T; signal levels fall evenly from 1 to 0
  int epochs = 12;
  std::uint64_t seed = 1;
  int threads = 0;           // 0: one a core; no influence on the result
  int batch = 256;           // images a gradient step; a multiple of 64; fewer when there are not so many
  int sweeps = 250;          // of a deployed step
  int clamped_sweeps = 125;  // of the clamped phase, which mixes faster
  double rate = 0.006;       // Adam, after a short warm-up; cosine down to 2 %
  double threshold = 0.15;   // autocorrelation above which the penalty grows
  std::vector<double> levels;             // signal levels between the steps, falling; empty: evenly from 1 to 0
  double ramp_from = 0.9, ramp_to = 1.2;  // beta over the last step's sweeps
  bool ramp_training = false;  // the ramp also in training; else it is at beta 1
  int tuning_epochs = 0;     // then further passes for every step but the first, on outputs of the steps before it
  double tuning_rate = 0.002;
  int label_spots = 0;       // label cells: one-hot blocks of kClasses sites each, spread over the grid; 0: none
  int held_out = 5000;       // the last images, by which epochs are judged and on which nothing is trained; at most a twelfth
  PenaltyRule penalty_rule = PenaltyRule::kAuthor;
  std::string checkpoint;    // files CHECKPOINT.0, .1, ..., one a pass; empty: none. Existing ones of the same training are resumed.
  std::string log;           // file of JSON lines (train_log.hpp); empty: none
  std::string record;        // JSON object text to which the constants of the training are added
};

// Passes over layers: every layer by itself, then every one but the first that is tuned.
int Passes(const TrainOptions& options);
// State of a pass.
std::string CheckpointFile(const TrainOptions& options, int pass);

struct TrainSet {
  std::span<const std::uint8_t> bits;  // [image][pixel], 0/1
  int rows = 0, cols = 0;
  std::span<const std::uint8_t> labels{};  // [image], 0..kClasses - 1; needed with label_spots
};

struct TrainProgress {
  int layer = 0;
  int pass = 0, passes = 0;          // a pass for each layer, and one for each that is tuned
  std::int64_t step = 0, steps = 0;  // gradient steps of this pass
  double done = 0;                   // share of all passes
  double flips_per_ns = 0;           // of all ranks
  double gap = 0;                    // mean |clamped - free| correlation: how far from the data
  double autocorrelation = 0, penalty = 0;
  double largest = 0;                // largest |J|; above 3 = diverging
  double score = 0;                  // squared maximum mean discrepancy of the last epoch's average to held-out images
};
// Called after every gradient step that this process takes part in, and on the first rank for those of others, now and then;
// false ends the training with Error(kInterrupted) after a checkpoint.
using TrainObserver = std::function<bool(const TrainProgress&)>;

struct Trained {
  Model chosen;  // every layer of the epoch that did best on held-out images
  Model last;    // every layer of its last epoch
};

// Throws kUsage on options that cannot be, kBadInput on a foreign checkpoint or labels out of range.
Trained Train(const TrainSet& set, const TrainOptions& options, const TrainObserver& observer = nullptr);

// A grid that suits images of a size: about 2.3 times as wide and high, an even number of columns, no smaller than the
// pattern's reach, no larger than 224 x 224. Throws kUsage for images larger than kMostImage x kMostImage.
inline constexpr int kMostImage = 128;
struct GridSize {
  int rows, cols;
};
GridSize ChooseGrid(int image_rows, int image_cols, const Pattern& pattern);

// Sites of an image's pixels: the image stretched over the grid, columns c and width - 1 - c folded next to each other.
std::vector<std::int32_t> PlaceImage(int rows, int cols, int image_rows, int image_cols);
// Sites of label cells: [spot][class], spread evenly over what the image leaves free. Throws kUsage when there is too little.
std::vector<std::int32_t> PlaceLabels(int rows, int cols, const std::vector<std::int32_t>& image, int spots);

}  // namespace tsu
