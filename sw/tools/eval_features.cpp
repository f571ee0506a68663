// SPDX-License-Identifier: Apache-2.0
#include "eval_features.hpp"

#include <fmt/format.h>

#include "eval_report.hpp"
#include "tsu/error.hpp"
#include "tsu/frechet.hpp"
#include "tsu/prdc.hpp"

namespace tsu::tool {
namespace {

// Rows spaced evenly over the matrix.
FloatMatrix Spaced(const FloatMatrix& all, std::size_t n) {
  if (n >= all.rows) return all;
  FloatMatrix some{n, all.cols, {}};
  for (std::size_t i = 0; i < n; ++i) {
    const auto row = all.row(i * all.rows / n);
    some.values.insert(some.values.end(), row.begin(), row.end());
  }
  return some;
}

}  // namespace

void EvalFeatures(const std::string& samples, const std::string& reference, int threads, const Context& context) {
  const FloatMatrix a = LoadFeatures(samples), b = LoadFeatures(reference);
  if (a.cols != b.cols)
    throw Error(Exit::kBadInput, fmt::format("{} features an image where the reference has {}", a.cols, b.cols), samples,
                "give features of one network");
  const FeatureStatistics of_samples = Statistics(a, samples), of_reference = Statistics(b, reference);
  const double distance = FrechetDistance(of_samples, of_reference);
  const FloatMatrix some = Spaced(b, a.rows);
  const Prdc prdc = PrdcReference(some, kNeighbours, threads).Hold(a);
  nlohmann::json object{{"samples", a.rows}, {"reference", b.rows}, {"width", a.cols}, {"frechet", distance},
                        {"neighbours_reference", some.rows}};
  object.update(ToJson(prdc));
  std::string text = fmt::format("Frechet distance  {:.4f}   ({} samples, {} of the reference, {} features)\n"
                                 "precision {:.4f}  recall {:.4f}  density {:.4f}  coverage {:.4f}   (k = {}, {} of the reference)",
                                 distance, a.rows, b.rows, a.cols, prdc.precision, prdc.recall, prdc.density, prdc.coverage, kNeighbours,
                                 some.rows);
  if (std::min(a.rows, b.rows) <= a.cols)
    text += fmt::format("\nfewer images than features: the covariance is singular, the distance too large by an amount that falls with n");
  context.Answer(object, text);
}

}  // namespace tsu::tool
