// SPDX-License-Identifier: Apache-2.0
#include "verif/tools/weight_training.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tsu/error.hpp"
#include "tsu/interrupt.hpp"
#include "tsu/train.hpp"
#include "verif/golden/weight_law.hpp"

namespace tsu::golden {
namespace {

// As `tsu train` records it.
std::string Command(const ShortTraining& t, int step) {
  std::string text = "tsu train --pattern " + t.pattern + " --steps " + std::to_string(t.steps) + " --epochs " + std::to_string(t.epochs) +
                     " --seed " + std::to_string(t.seed);
  return step == 1 ? text : text + " --weight-step " + std::to_string(step);
}

void ShowProgress(int bits, const TrainProgress& p) {
  if (!isatty(2)) return;
  std::fprintf(stderr, "\rtraining with %d bits: %3.0f %%, layer %d, held out %.5f\033[K%s", bits, 100 * p.done, p.layer, p.score,
               p.done >= 1 ? "\n" : "");
}

}  // namespace

std::string TrainedPath(const ShortTraining& training, int bits) {
  return training.out + "/weights-" + std::to_string(bits) + ".safetensors";
}

Model TrainShort(const ShortTraining& training, const BinaryImages& images, int bits) {
  if (bits < kFewestWeightBits || bits > kFileWeightBits)
    throw Error(Exit::kUsage, "no training with weights of so many bits", std::to_string(bits), "3 to 8: a training rounds to 1/32 at the finest");
  const std::string path = TrainedPath(training, bits);
  TrainOptions o;
  o.weight_step = 1 << (kFileWeightBits - bits);
  const nlohmann::json record{{"command", Command(training, o.weight_step)},
                              {"data", {{"split", "train"}, {"sha256", images.sha256}, {"binarised_at", kBinarisation}}}};
  if (std::filesystem::exists(path)) {
    Model model = LoadModel(path);
    const nlohmann::json found = nlohmann::json::parse(model.training, nullptr, false);
    if (!found.is_object() || found.value("command", "") != record["command"] || found.value("data", nlohmann::json()) != record["data"] ||
        found.value("images", std::size_t{0}) != images.count)
      throw Error(Exit::kBadInput, "model of another training", path, "remove it, or use another --out");
    return model;
  }
  o.pattern = ParsePattern(training.pattern);
  o.steps = training.steps;
  o.epochs = training.epochs;
  o.seed = training.seed;
  o.threads = training.threads;
  o.checkpoint = path + ".checkpoint";
  o.log = path + ".log.jsonl";
  o.record = record.dump();
  const Trained trained = Train({images.bits, images.rows, images.cols}, o, [bits](const TrainProgress& p) {
    ShowProgress(bits, p);
    return !Interrupted();
  });
  SaveModel(path, trained.chosen);
  for (int pass = 0; pass < Passes(o); ++pass) std::remove(CheckpointFile(o, pass).c_str());
  return trained.chosen;
}

}  // namespace tsu::golden
