// SPDX-License-Identifier: Apache-2.0
#include "train_batches.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hash.hpp"

namespace tsu::train {

std::vector<Level> Levels(const TrainOptions& o) {
  std::vector<Level> levels;
  double out = 1;
  for (int t = 1; t <= o.steps; ++t) {
    const double even = 1 - static_cast<double>(t) / o.steps;
    const double wish = o.levels.empty() || t == o.steps ? even : o.levels[t - 1];
    const int c = static_cast<int>(std::lround(32 * std::atanh(wish / out)));
    levels.push_back({out, out * std::tanh(c / 32.0), c});
    out = levels.back().in;
  }
  std::reverse(levels.begin(), levels.end());
  return levels;
}

TrainSet Part(const TrainSet& set, std::size_t first, std::size_t count) {
  const std::size_t pixels = static_cast<std::size_t>(set.rows) * static_cast<std::size_t>(set.cols);
  TrainSet part = set;
  part.bits = set.bits.subspan(first * pixels, count * pixels);
  if (!set.labels.empty()) part.labels = set.labels.subspan(first, count);
  return part;
}

Batch Noised(const TrainSet& set, const Level& level, std::span<const std::size_t> images, std::uint64_t seed, int label_spots) {
  const std::size_t pixels = static_cast<std::size_t>(set.rows) * static_cast<std::size_t>(set.cols);
  const double flip_out = (1 - level.out) / 2, flip_in = (1 - level.in / level.out) / 2;
  Batch batch;
  batch.out.resize(images.size() * pixels);
  batch.in.resize(batch.out.size());
  for (std::size_t b = 0; b < images.size(); ++b)
    for (std::size_t p = 0; p < pixels; ++p) {
      const std::size_t i = b * pixels + p;
      batch.out[i] = set.bits[images[b] * pixels + p] ^ (Uniform(seed, 2 * i) < flip_out);
      batch.in[i] = batch.out[i] ^ (Uniform(seed, 2 * i + 1) < flip_in);
    }
  for (std::size_t b = 0; label_spots > 0 && b < images.size(); ++b)
    for (int k = 0; k < kClasses * label_spots; ++k) batch.label.push_back(set.labels[images[b]] == k % kClasses);
  return batch;
}

Batches::Batches(const TrainSet& set, const Level& level, int batch, std::uint64_t seed, int label_spots)
    : set_(set), level_(level), batch_(batch), label_spots_(label_spots), seed_(seed),
      an_epoch_(static_cast<std::int64_t>(Images(set)) / batch) {}

Batch Batches::At(std::int64_t step) {
  if (const std::int64_t epoch = step / an_epoch_; epoch != epoch_) {
    epoch_ = epoch;
    order_.resize(Images(set_));
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    const std::uint64_t seed = Hash(Hash(seed_, 4), static_cast<std::uint64_t>(epoch));
    for (std::size_t i = order_.size() - 1; i > 0; --i) std::swap(order_[i], order_[Hash(seed, i) % (i + 1)]);
  }
  const std::span<const std::size_t> images(order_.data() + static_cast<std::size_t>(step % an_epoch_) * batch_, batch_);
  return Noised(set_, level_, images, Hash(Hash(seed_, 5), static_cast<std::uint64_t>(step)), label_spots_);
}

}  // namespace tsu::train
