// SPDX-License-Identifier: Apache-2.0
#include "diagnose_quality.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "eval_inputs.hpp"
#include "eval_report.hpp"
#include "tsu/files.hpp"
#include "tsu/plot.hpp"

namespace tsu::tool {
namespace {

void SaveCurve(const std::string& path, const std::vector<QualityAt>& points, int count) {
  Plot plot{fmt::format("quality of {} samples, lower is better but for coverage", count), {"sweeps a step", true}, {"", true}, {}, {}};
  for (const QualityAt& at : points) {
    const std::vector<Figure> figures = KeyFigures(at.row);
    plot.curves.resize(figures.size());
    for (std::size_t f = 0; f < figures.size(); ++f) {
      plot.curves[f].name = figures[f].heading;
      plot.curves[f].x.push_back(at.sweeps);
      plot.curves[f].y.push_back(figures[f].value);
    }
  }
  const Sheet sheet = DrawPlot(plot);
  SavePng(path, sheet.width, sheet.height, sheet.pixels);
}

}  // namespace

void DiagnoseQuality(QualityArguments a, const std::string& name, const Model& model, Device& device, const Context& context) {
  const EvalInputs inputs = LoadEvalInputs(a.data, a.judges);
  CheckSize(inputs.data, model.image_rows, model.image_cols, name);
  const std::size_t n = std::min<std::size_t>(a.options.count, inputs.data.test.count);
  a.options.count = static_cast<int>(n);
  EvalRow test;
  std::vector<QualityAt> points;
  {
    Progress bar("quality against sweeps");
    bar.Show(0, "features of the train images");
    const Evaluation evaluation(inputs.data, inputs.judges, n);
    test = evaluation.Evaluate(TestSet(inputs.data, n));
    a.options.progress = [&bar](double done) { bar.Show(done); };
    points = QualityCurve(device, model, evaluation, a.options);
  }
  if (!a.out.empty()) SaveCurve(a.out, points, a.options.count);
  std::vector<EvalRow> rows{test};
  nlohmann::json curve;
  for (const QualityAt& at : points) {
    rows.push_back(at.row);
    curve.push_back(ToJson(at.row));
    curve.back().update({{"sweeps", at.sweeps}, {"deployed", at.deployed}, {"sample_sha256", at.sample_sha256}});
  }
  context.Answer({{"model", name}, {"device", device.url()}, {"noise", device.noise()}, {"seed", a.options.seed}, {"samples", n},
                  {"test", ToJson(test)}, {"quality", curve}},
                 fmt::format("{}, sweeps a step, seed {}; > as deployed\n{}\n\n{}", name, a.options.seed, Heading(inputs, n),
                             Table(rows, !inputs.judges.empty())));
}

}  // namespace tsu::tool
