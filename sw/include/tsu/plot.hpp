// SPDX-License-Identifier: Apache-2.0
// Curves as a grey picture for SavePng: axes with numbered ticks, a legend, nothing else.
#pragma once

#include <string>
#include <vector>

#include "tsu/files.hpp"

namespace tsu {

struct Curve {
  std::string name;
  std::vector<double> x, y;  // points that are not finite, or not positive on a logarithmic axis, break the line
};

struct Axis {
  std::string label;
  bool log = false;
};

struct Plot {
  std::string title;
  Axis x, y;
  std::vector<Curve> curves;   // told apart by line (solid, dashed, dotted), mark and grey, in turn
  std::vector<double> guides;  // thin horizontal lines
};

// Text is drawn in capitals. A plot without a single point shows empty axes.
Sheet DrawPlot(const Plot& plot, int width = 720, int height = 480);

// Places of ticks: 1, 2, 5 times powers of ten on a logarithmic axis when that gives three or more, else evenly spaced
// round numbers.
std::vector<double> Ticks(double low, double high, bool log);

}  // namespace tsu
