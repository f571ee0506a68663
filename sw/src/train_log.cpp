// SPDX-License-Identifier: Apache-2.0
#include "tsu/train_log.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "tsu/error.hpp"
#include "tsu/plot.hpp"

namespace tsu {
namespace {

struct Field {
  const char* name;
  double TrainLine::*value;
};
constexpr Field kFields[] = {{"epoch", &TrainLine::epoch},
                             {"gap", &TrainLine::gap},
                             {"autocorrelation", &TrainLine::autocorrelation},
                             {"penalty", &TrainLine::penalty},
                             {"largest_j", &TrainLine::largest},
                             {"flips_per_ns", &TrainLine::flips_per_ns},
                             {"seconds", &TrainLine::seconds}};

constexpr std::string_view kBegin = "{\"pass\":";

TrainLine Parse(const std::string& text) {
  const auto object = nlohmann::json::parse(text);
  TrainLine line;
  line.pass = object.at("pass").get<std::int32_t>();
  line.layer = object.at("layer").get<std::int32_t>();
  line.step = object.at("step").get<std::int64_t>();
  for (const Field& field : kFields) {  // null: a figure that was none
    const auto& value = object.at(field.name);
    line.*field.value = value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
  }
  return line;
}

Plot CurvesOf(const std::vector<TrainLine>& lines, const std::string& title, double TrainLine::*value, bool log) {
  Plot plot;
  plot.title = title;
  plot.x.label = "epoch";
  plot.y = {"", log};
  std::map<int, Curve> curves;
  for (const TrainLine& line : lines) {
    Curve& curve = curves[line.pass];
    curve.name = "layer " + std::to_string(line.layer) + (line.pass == line.layer ? "" : ", tuned");
    curve.x.push_back(line.epoch);
    curve.y.push_back(line.*value);
  }
  for (auto& [pass, curve] : curves) plot.curves.push_back(std::move(curve));
  return plot;
}

}  // namespace

std::string LogLine(const TrainLine& line) {
  nlohmann::ordered_json object = {{"pass", line.pass}, {"layer", line.layer}, {"step", line.step}};
  for (const Field& field : kFields) object[field.name] = line.*field.value;
  return object.dump() + "\n";
}

std::vector<TrainLine> LoadLog(const std::string& path) {
  const Bytes bytes = ReadFile(path);
  std::vector<TrainLine> lines;
  const auto refuse = [&] {
    throw Error(Exit::kBadInput, "not the log of a training", path + ", line " + std::to_string(lines.size() + 1),
                "name the file that tsu train --log has written");
  };
  for (auto begin = bytes.begin();;) {
    const auto end = std::find(begin, bytes.end(), '\n');
    const std::string text(begin, end);
    if (end == bytes.end()) {
      if (text.compare(0, kBegin.size(), kBegin, 0, text.size()) != 0) refuse();  // no beginning of a line either
      return lines;
    }
    try {
      lines.push_back(Parse(text));
    } catch (const nlohmann::json::exception&) {
      refuse();
    }
    begin = end + 1;
  }
}

Sheet LearningCurves(const std::vector<TrainLine>& lines) {
  Sheet all;
  for (const Plot& plot : {CurvesOf(lines, "gap: mean difference of clamped and free correlations", &TrainLine::gap, true),
                           CurvesOf(lines, "autocorrelation after the deployed sweeps", &TrainLine::autocorrelation, false),
                           CurvesOf(lines, "penalty of correlations", &TrainLine::penalty, true)}) {
    const Sheet sheet = DrawPlot(plot);
    all.width = sheet.width;
    all.height += sheet.height;
    all.pixels.insert(all.pixels.end(), sheet.pixels.begin(), sheet.pixels.end());
  }
  return all;
}

}  // namespace tsu
