// SPDX-License-Identifier: Apache-2.0
// Forward pass of a judge: windows gathered into rows of a matrix, then matrix products.
#include "tsu/judge.hpp"

#include <Eigen/Core>
#include <algorithm>

#include "parallel.hpp"
#include "tsu/error.hpp"
#include "tsu/interrupt.hpp"

namespace tsu {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using View = Eigen::Map<const Matrix>;

constexpr std::size_t kBlock = 4;  // images at a time: their windows stay in the second-level cache

// Buffers of one thread; activations are [image][row][column][channel].
struct Scratch {
  std::vector<float> in, out, windows;
};

// Windows of one image as rows [row * kernel + column][channel], zeros outside.
void Gather(const JudgeLayer& l, const float* image, float* windows) {
  const std::size_t channels = static_cast<std::size_t>(l.in);
  for (int y = 0; y < l.out_rows; ++y)
    for (int x = 0; x < l.out_cols; ++x)
      for (int ky = 0; ky < l.kernel; ++ky, windows += static_cast<std::size_t>(l.kernel) * channels) {
        const int row = y * l.stride + ky - l.pad_before, left = x * l.stride - l.pad_before;
        const int begin = std::clamp(-left, 0, l.kernel), end = std::clamp(l.cols - left, begin, l.kernel);
        if (row < 0 || row >= l.rows || begin == end) {
          std::fill_n(windows, l.kernel * channels, 0.f);
          continue;
        }
        std::fill_n(windows, begin * channels, 0.f);
        std::copy_n(image + (static_cast<std::size_t>(row) * l.cols + left + begin) * channels, (end - begin) * channels,
                    windows + begin * channels);
        std::fill_n(windows + end * channels, (l.kernel - end) * channels, 0.f);
      }
}

void MaxPool(const JudgeLayer& l, const float* image, float* out) {
  for (int y = 0; y < l.out_rows; ++y)
    for (int x = 0; x < l.out_cols; ++x, out += l.out)
      for (int k = 0; k < l.kernel * l.kernel; ++k) {
        const int row = y * l.kernel + k / l.kernel, col = x * l.kernel + k % l.kernel;
        const float* in = image + (static_cast<std::size_t>(row) * l.cols + col) * l.in;
        for (int c = 0; c < l.out; ++c) out[c] = k == 0 ? in[c] : std::max(out[c], in[c]);
      }
}

void Apply(const JudgeLayer& l, std::size_t images, Scratch& s) {
  const std::size_t in_size = static_cast<std::size_t>(l.rows) * l.cols * l.in;
  const std::size_t positions = static_cast<std::size_t>(l.out_rows) * l.out_cols;
  s.out.resize(images * positions * l.out);
  if (l.kind == JudgeLayer::Kind::kMaxPool) {
    for (std::size_t i = 0; i < images; ++i) MaxPool(l, &s.in[i * in_size], &s.out[i * positions * l.out]);
  } else {
    const std::size_t width = l.weight.size() / l.out;
    const float* rows = s.in.data();  // a dense layer takes the image as it lies
    if (l.kind == JudgeLayer::Kind::kConvolution) {
      s.windows.resize(images * positions * width);
      for (std::size_t i = 0; i < images; ++i) Gather(l, &s.in[i * in_size], &s.windows[i * positions * width]);
      rows = s.windows.data();
    }
    const auto count = static_cast<Eigen::Index>(images * positions);
    Eigen::Map<Matrix> out(s.out.data(), count, l.out);
    out.noalias() = View(rows, count, static_cast<Eigen::Index>(width)) * View(l.weight.data(), static_cast<Eigen::Index>(width), l.out);
    out.rowwise() += View(l.bias.data(), 1, l.out).row(0);
    if (l.relu) out = out.cwiseMax(0.f);
  }
  std::swap(s.in, s.out);
}

void Keep(const std::vector<float>& activations, std::size_t first, FloatMatrix& all) {
  std::copy(activations.begin(), activations.end(), all.values.begin() + static_cast<std::ptrdiff_t>(first * all.cols));
}

}  // namespace

JudgeOutput Judge::Run(std::span<const std::uint8_t> bits, int threads) const {
  const std::size_t pixels = static_cast<std::size_t>(rows) * cols, images = bits.size() / pixels;
  if (bits.size() % pixels != 0) throw Error(Exit::kBadInput, "not whole images of " + std::to_string(pixels) + " pixels", path, "");
  JudgeOutput result;
  for (const JudgeLayer& l : layers)
    if (l.features) result.features.cols = l.out;
  result.logits.cols = classes;
  for (FloatMatrix* m : {&result.features, &result.logits}) {
    m->rows = images;
    m->values.resize(images * m->cols);
  }
  threads = ThreadCount(threads);
  std::vector<Scratch> scratch(threads);
  // Blocks do not depend on the number of threads, nor then does the order of any sum.
  Parallel(threads, static_cast<int>((images + kBlock - 1) / kBlock), [&](int block, int worker) {
    CheckInterrupt("judging images");
    Scratch& s = scratch[worker];
    const std::size_t first = block * kBlock, count = std::min(kBlock, images - first);
    s.in.assign(bits.begin() + static_cast<std::ptrdiff_t>(first * pixels), bits.begin() + static_cast<std::ptrdiff_t>((first + count) * pixels));
    for (const JudgeLayer& l : layers) {
      Apply(l, count, s);
      if (l.features) Keep(s.in, first, result.features);
    }
    Keep(s.in, first, result.logits);
  });
  return result;
}

}  // namespace tsu
