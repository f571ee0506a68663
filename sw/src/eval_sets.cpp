// SPDX-License-Identifier: Apache-2.0
#include "tsu/eval_sets.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "hash.hpp"
#include "train_layer.hpp"
#include "tsu/cpu.hpp"
#include "tsu/driver.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "tsu/train.hpp"

namespace tsu {
namespace {

constexpr const char* kFashionSha256 = "2e487a6c89124f78f2d7521542223cafe96f7123c3ca13d447772ac6ecbb3012";  // of the grey bytes of Fashion-MNIST's train images
// FIDs of such sets, n = 5,120, against the 60,000 train images at 0.1 in Inception features (a public replication of the DTM paper).
constexpr double kFidTest = 2.14, kFidOther = 29.75, kFidPerClass = 180.5, kFidClassBlind = 258.1, kFidUntrained = 311;
constexpr int kHeldOut = 6;  // one in so many train images stands in for a missing test file
constexpr int kUntrainedSide = 64, kUntrainedSweeps = 250;

// n indices of `labels` (of all images where there are none), as many of every class. pick(k, of, wanted): which of a class's
// `of` images is its k-th of `wanted`.
template <typename Pick>
std::vector<std::size_t> Stratified(const std::vector<std::uint8_t>& labels, std::size_t images, std::size_t n, const Pick& pick) {
  std::vector<std::vector<std::size_t>> classes(labels.empty() ? 1 : *std::max_element(labels.begin(), labels.end()) + 1);
  for (std::size_t i = 0; i < images; ++i) classes[labels.empty() ? 0 : labels[i]].push_back(i);
  // Classes take turns, so a class with too few images leaves its turns to the others.
  std::vector<std::size_t> wanted(classes.size(), 0);
  for (std::size_t done = 0; done < std::min(n, images);)
    for (std::size_t c = 0; c < classes.size() && done < n; ++c)
      if (wanted[c] < classes[c].size()) ++wanted[c], ++done;
  std::vector<std::size_t> chosen;
  for (std::size_t c = 0; c < classes.size(); ++c)
    for (std::size_t k = 0; k < wanted[c]; ++k) chosen.push_back(classes[c][pick(k, classes[c].size(), wanted[c])]);
  return chosen;
}

ImageSet Take(const std::string& name, const BinaryImages& images, const std::vector<std::uint8_t>& labels,
              const std::vector<std::size_t>& chosen, double public_fid) {
  ImageSet set{name, {}, {}, public_fid};
  for (const std::size_t i : chosen) {
    const auto begin = images.bits.begin() + static_cast<std::ptrdiff_t>(i * images.pixels());
    set.bits.insert(set.bits.end(), begin, begin + static_cast<std::ptrdiff_t>(images.pixels()));
    if (!labels.empty()) set.labels.push_back(labels[i]);
  }
  return set;
}

std::vector<std::size_t> Spaced(const EvalData& data, std::size_t n, double phase) {
  return Stratified(data.train_labels, data.train.count, n, [phase](std::size_t k, std::size_t of, std::size_t wanted) {
    return static_cast<std::size_t>((static_cast<double>(k) + phase) * static_cast<double>(of) / static_cast<double>(wanted));
  });
}

// Each pixel drawn by itself with the mean that it has over the train images of the label's class, or over all.
ImageSet IndependentPixels(const EvalData& data, const std::vector<std::uint8_t>& labels, bool per_class, std::uint64_t seed) {
  const std::size_t pixels = data.train.pixels(), classes = per_class ? 256 : 1;
  std::vector<double> on(classes * pixels, 0), images(classes, 0);
  for (std::size_t i = 0; i < data.train.count; ++i) {
    const std::size_t c = per_class ? data.train_labels[i] : 0;
    ++images[c];
    for (std::size_t p = 0; p < pixels; ++p) on[c * pixels + p] += data.train.bits[i * pixels + p];
  }
  ImageSet set{per_class ? "independent pixels per class" : "independent pixels, class-blind", {}, per_class ? labels : std::vector<std::uint8_t>(), 0};
  set.public_fid = data.fashion ? per_class ? kFidPerClass : kFidClassBlind : 0;
  set.bits.resize(labels.size() * pixels);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::size_t c = per_class ? labels[i] : 0;
    for (std::size_t p = 0; p < pixels; ++p)
      set.bits[i * pixels + p] = Uniform(seed, i * pixels + p) * images[c] < on[c * pixels + p];
  }
  return set;
}

ImageSet Flipped(const ImageSet& test, double share, std::uint64_t seed) {
  ImageSet set = test;
  set.name = "test images, " + std::to_string(std::lround(100 * share)) + " % of bits flipped";
  set.public_fid = 0;
  for (std::size_t i = 0; i < set.bits.size(); ++i) set.bits[i] ^= Uniform(seed, i) < share;
  return set;
}

template <typename T>
std::vector<T> Split(std::vector<T>& all, std::size_t first) {
  const auto at = all.begin() + static_cast<std::ptrdiff_t>(std::min(first, all.size()));
  std::vector<T> rest(at, all.end());
  all.erase(at, all.end());
  return rest;
}

}  // namespace

EvalData LoadEvalData(const std::string& dir, double threshold) {
  EvalData d;
  d.dir = dir;
  d.train = LoadSplit(dir, true, threshold);
  d.fashion = d.train.sha256 == kFashionSha256;
  if (HasLabels(dir, true)) d.train_labels = LoadLabels(dir, true, d.train.count);
  if (HasTestSplit(dir)) {
    d.test = LoadSplit(dir, false, threshold);
    if (HasLabels(dir, false)) d.test_labels = LoadLabels(dir, false, d.test.count);
    return d;
  }
  const std::size_t kept = d.train.count - d.train.count / kHeldOut;
  d.held_out = true;
  d.test = d.train;
  d.test.bits = Split(d.train.bits, kept * d.train.pixels());
  d.test_labels = Split(d.train_labels, kept);
  d.test.count = d.train.count - kept;
  d.train.count = kept;
  return d;
}

ImageSet TestSet(const EvalData& data, std::size_t n) {
  const auto first = [](std::size_t k, std::size_t, std::size_t) { return k; };
  return Take(data.held_out ? "held-out train images" : "test images", data.test, data.test_labels,
              Stratified(data.test_labels, data.test.count, n, first), data.fashion ? kFidTest : 0);
}

ImageSet TrainShare(const EvalData& data, std::size_t n, double phase) {
  return Take("train copies", data.train, data.train_labels, Spaced(data, n, phase), 0);
}

Model UntrainedModel(int image_rows, int image_cols, std::uint64_t seed) {
  Model m;
  m.rows = std::max(kUntrainedSide, image_rows);
  m.cols = std::max(kUntrainedSide, image_cols + image_cols % 2);
  m.image_rows = image_rows;
  m.image_cols = image_cols;
  m.pattern = ParsePattern("G12");
  m.visible = PlaceImage(m.rows, m.cols, image_rows, image_cols);
  m.site_class.assign(static_cast<std::size_t>(m.rows) * m.cols, 0);
  for (const std::int32_t site : m.visible) m.site_class[site] = 1;
  ModelLayer layer;
  layer.j.assign(m.site_class.size() * 2 * m.pattern.size(), 0);
  layer.h.assign(m.site_class.size(), 0);
  layer.schedule = {{1.0, kUntrainedSweeps}};
  const std::vector<train::GridEdge> edges = train::GridEdges(m.rows, m.cols, m.pattern);
  train::Quantise(train::FirstParameters(edges.size(), m.site_class.size(), seed), edges, m.weight_bits, 1, layer);
  m.layers.push_back(layer);
  CheckModel(m, "untrained model");
  return m;
}

std::vector<ImageSet> CalibrationSets(const EvalData& data, std::size_t n, std::uint64_t seed, int threads) {
  std::vector<ImageSet> sets;
  const ImageSet test = TestSet(data, n), copies = TrainShare(data, n, 0.5);
  n = test.bits.size() / data.test.pixels();
  const BinaryImages other = LoadSplit(data.dir, true, FullScale(data.dir) / 2);
  sets.push_back(Take("train images binarised at 0.5", other, data.train_labels, Spaced(data, n, 0.5), data.fashion ? kFidOther : 0));
  if (!data.train_labels.empty()) sets.push_back(IndependentPixels(data, copies.labels, true, Hash(seed, 1)));
  sets.push_back(IndependentPixels(data, std::vector<std::uint8_t>(n, 0), false, Hash(seed, 2)));
  const auto device = MakeCpuDevice(threads);
  RunOptions options;
  options.count = static_cast<int>(n);
  options.seed = seed;
  sets.push_back({"untrained model", RunModel(*device, UntrainedModel(data.test.rows, data.test.cols, Hash(seed, 3)), options).samples,
                  {}, data.fashion ? kFidUntrained : 0});
  sets.push_back(copies);
  for (const double share : {0.02, 0.05, 0.10}) sets.push_back(Flipped(test, share, Hash(seed, 4)));
  return sets;
}

}  // namespace tsu
