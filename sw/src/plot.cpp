// SPDX-License-Identifier: Apache-2.0
#include "tsu/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "plot_font.hpp"

namespace tsu {
namespace {

constexpr int kZoom = 2, kLetter = (kGlyphWidth + 1) * kZoom, kLine = (kGlyphHeight + 3) * kZoom;
constexpr int kLeft = 64, kRight = 16, kTop = 32, kBottom = 48, kTickLength = 5, kSample = 44;
constexpr std::uint8_t kPaper = 255, kInk = 0, kFaint = 225, kGuide = 150;

struct Canvas {
  Sheet sheet;
  Canvas(int width, int height) : sheet{width, height, Bytes(static_cast<std::size_t>(width) * height, kPaper)} {}

  void Dot(int x, int y, std::uint8_t grey) {
    if (x >= 0 && x < sheet.width && y >= 0 && y < sheet.height)
      sheet.pixels[static_cast<std::size_t>(y) * sheet.width + x] = grey;
  }
  void Box(int x, int y, int radius, std::uint8_t grey) {
    for (int dy = -radius; dy <= radius; ++dy)
      for (int dx = -radius; dx <= radius; ++dx) Dot(x + dx, y + dy, grey);
  }
  // `on` dots drawn, `off` left out, in turn along the line; phase goes on over the pieces of a curve.
  void Line(double x0, double y0, double x1, double y1, std::uint8_t grey, int width, int on, int off, double& phase) {
    const double length = std::hypot(x1 - x0, y1 - y0);
    for (double t = 0; t <= length; t += 0.5, phase += 0.5) {
      if (off && std::fmod(phase, on + off) >= on) continue;
      const double share = length > 0 ? t / length : 0;
      const int x = static_cast<int>(std::lround(x0 + share * (x1 - x0))),
                y = static_cast<int>(std::lround(y0 + share * (y1 - y0)));
      for (int d = 0; d < width; ++d) {
        Dot(x, y + d, grey);
        Dot(x + d, y, grey);
      }
    }
  }
  void Straight(int x0, int y0, int x1, int y1, std::uint8_t grey) {
    double phase = 0;
    Line(x0, y0, x1, y1, grey, 1, 1, 0, phase);
  }
  void Text(int x, int y, const std::string& text, bool upright = false) {
    for (std::size_t n = 0; n < text.size(); ++n) {
      const int rows = Glyph(text[n]);
      for (int i = 0; i < kGlyphHeight * kZoom; ++i) {
        for (int j = 0; j < kGlyphWidth * kZoom; ++j) {
          if (!(rows >> (3 * (kGlyphHeight - 1 - i / kZoom) + kGlyphWidth - 1 - j / kZoom) & 1)) continue;
          const int along = static_cast<int>(n) * kLetter + j;
          upright ? Dot(x + i, y - along, kInk) : Dot(x + along, y + i, kInk);
        }
      }
    }
  }
};

int Width(const std::string& text) { return static_cast<int>(text.size()) * kLetter - kZoom; }

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

// Values of one axis to dots.
struct Scale {
  bool log;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  int from = 0, to = 0;

  bool Shows(double v) const { return std::isfinite(v) && (!log || v > 0); }
  void Include(double v) {
    if (!Shows(v)) return;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  void Settle(int first, int last) {
    from = first;
    to = last;
    if (!(low <= high)) low = 1, high = 10;
    if (low == high) high = log ? 2 * low : low + 1;
  }
  double At(double v) const {
    const double share = log ? std::log(v / low) / std::log(high / low) : (v - low) / (high - low);
    return from + share * (to - from);
  }
};

struct Style {
  int on, off;
  std::uint8_t grey;
};
constexpr std::array<Style, 6> kStyles{{{1, 0, 0}, {6, 5, 0}, {1, 0, 140}, {6, 5, 140}, {2, 4, 0}, {2, 4, 140}}};

}  // namespace

std::vector<double> Ticks(double low, double high, bool log) {
  std::vector<double> ticks;
  const double slack = 1e-9 * (high - low);
  if (log) {
    for (int e = static_cast<int>(std::floor(std::log10(low))); std::pow(10, e) <= high + slack; ++e) {
      for (const int m : {1, 2, 5}) {
        const double v = m * std::pow(10, e);
        if (v >= low - slack && v <= high + slack) ticks.push_back(v);
      }
    }
    if (ticks.size() >= 3) return ticks;
    ticks.clear();
  }
  const double rough = (high - low) / 6, power = std::pow(10, std::floor(std::log10(rough))), m = rough / power;
  const double step = power * (m <= 1 ? 1 : m <= 2 ? 2 : m <= 5 ? 5 : 10);
  for (double k = std::ceil((low - slack) / step); k * step <= high + slack; ++k) ticks.push_back(k * step);
  return ticks;
}

Sheet DrawPlot(const Plot& plot, int width, int height) {
  Canvas canvas(width, height);
  Scale x{plot.x.log}, y{plot.y.log};
  for (const Curve& c : plot.curves) {
    for (const double v : c.x) x.Include(v);
    for (const double v : c.y) y.Include(v);
  }
  for (const double v : plot.guides) y.Include(v);
  std::size_t longest = 0;
  for (const Curve& c : plot.curves) longest = std::max(longest, c.name.size());
  const int legend = width - kRight - static_cast<int>(longest) * kLetter - kSample;
  x.Settle(kLeft, legend - 2 * kRight);
  y.Settle(height - kBottom, kTop);

  for (const double v : Ticks(x.low, x.high, x.log)) {
    const int at = static_cast<int>(std::lround(x.At(v)));
    canvas.Straight(at, y.from, at, y.to, kFaint);
    canvas.Straight(at, y.from, at, y.from + kTickLength, kInk);
    canvas.Text(at - Width(Number(v)) / 2, y.from + kTickLength + 4, Number(v));
  }
  for (const double v : Ticks(y.low, y.high, y.log)) {
    const int at = static_cast<int>(std::lround(y.At(v)));
    canvas.Straight(x.from, at, x.to, at, kFaint);
    canvas.Straight(x.from - kTickLength, at, x.from, at, kInk);
    canvas.Text(x.from - kTickLength - 4 - Width(Number(v)), at - kGlyphHeight * kZoom / 2, Number(v));
  }
  for (const double v : plot.guides) {
    if (!y.Shows(v)) continue;
    const int at = static_cast<int>(std::lround(y.At(v)));
    canvas.Straight(x.from, at, x.to, at, kGuide);
    canvas.Text(x.to + 4, at - kGlyphHeight * kZoom / 2, Number(v));
  }
  canvas.Straight(x.from, y.from, x.to, y.from, kInk);
  canvas.Straight(x.from, y.from, x.from, y.to, kInk);
  canvas.Text((width - Width(plot.title)) / 2, 10, plot.title);
  canvas.Text((x.from + x.to - Width(plot.x.label)) / 2, height - 16, plot.x.label);
  canvas.Text(6, (y.from + y.to + Width(plot.y.label)) / 2, plot.y.label, true);

  for (std::size_t n = 0; n < plot.curves.size(); ++n) {
    const Curve& c = plot.curves[n];
    const Style& style = kStyles[n % kStyles.size()];
    double phase = 0;
    for (std::size_t i = 0; i < std::min(c.x.size(), c.y.size()); ++i) {
      if (!x.Shows(c.x[i]) || !y.Shows(c.y[i])) continue;
      canvas.Box(static_cast<int>(std::lround(x.At(c.x[i]))), static_cast<int>(std::lround(y.At(c.y[i]))), 2,
                 style.grey);
      if (i == 0 || !x.Shows(c.x[i - 1]) || !y.Shows(c.y[i - 1])) continue;
      canvas.Line(x.At(c.x[i - 1]), y.At(c.y[i - 1]), x.At(c.x[i]), y.At(c.y[i]), style.grey, 2, style.on, style.off,
                  phase);
    }
    const int row = kTop + 8 + static_cast<int>(n) * kLine;
    phase = 0;
    canvas.Line(legend, row + 4, legend + kSample - 8, row + 4, style.grey, 2, style.on, style.off, phase);
    canvas.Box(legend + kSample / 2 - 4, row + 4, 2, style.grey);
    canvas.Text(legend + kSample, row, c.name);
  }
  return canvas.sheet;
}

}  // namespace tsu
