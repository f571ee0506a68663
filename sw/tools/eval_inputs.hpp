// SPDX-License-Identifier: Apache-2.0
// What the quality of samples is told from: images, judges, and the samples themselves.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tsu/eval_sets.hpp"
#include "tsu/evaluation.hpp"

namespace tsu::tool {

struct EvalInputs {
  EvalData data;
  std::vector<Judge> judges;         // that learnt from these images, or none
  double threshold = kBinarisation;  // of the judges, of full scale 255
  std::string folder;                // of judges
};
// judges: their folder; empty: sw/judges of the tree that this program was built in. Throws kBadInput.
EvalInputs LoadEvalInputs(const std::string& data, const std::string& judges);
// Says what the samples are held against, n images a row.
std::string Heading(const EvalInputs& inputs, std::size_t n);
// Throws kBadInput where images of that size in `path` cannot be compared with the test images.
void CheckSize(const EvalData& data, int rows, int cols, const std::string& path);

struct SampleOptions {
  std::vector<std::string> sources;  // models, or samples as IDX
  std::string device, labels;        // labels: IDX file, of the one source
  std::vector<std::uint64_t> seeds;  // each draws a set from each model
  int sweeps = 0;                    // a step, of models; 0: as deployed
};
struct SampleSet {
  ImageSet images;
  nlohmann::json facts;  // source; of a model also device, noise, seed, sweeps where not as deployed, sample_sha256
};
// At most so many images a set, source by source, seed by seed. Every source is read before anything is drawn. Throws kUsage on
// options that do not go together, kBadInput on a source.
std::vector<SampleSet> Samples(const SampleOptions& options, const EvalInputs& inputs, std::size_t most);

}  // namespace tsu::tool
