// SPDX-License-Identifier: Apache-2.0
// tsu run: samples of a model from a device, as picture, data set or raw bits.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "commands.hpp"
#include "tsu/driver.hpp"
#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "tsu/interrupt.hpp"

namespace tsu::tool {
namespace {

struct Options {
  std::string model, device = "cpu:", film;
  std::vector<std::string> out;
  int count = 64, layers = 0, timeout_s = 600, label = -1;
  std::string seed = "1";
};

Bytes Grey(const std::vector<std::uint8_t>& bits) {
  Bytes grey(bits.size());
  for (std::size_t i = 0; i < bits.size(); ++i) grey[i] = bits[i] ? 255 : 0;
  return grey;
}

const std::string kRing = "ring";   // value of --seed
constexpr int kSheetImages = 1024;  // a sheet shows no more

void SavePicture(const std::string& path, const Bytes& grey, const Model& model, int across) {
  const Sheet sheet = ContactSheet(grey, model.image_rows, model.image_cols, across, 2);
  SavePng(path, sheet.width, sheet.height, sheet.pixels);
}

// One line a chain (at most eight): x_T, then the output of every denoising step.
void SaveFilm(const std::string& path, const RunResult& result, const Model& model, int count) {
  std::vector<std::uint8_t> frames;
  for (int chain = 0; chain < std::min(count, 8); ++chain) {
    for (const auto& stage : result.film) {
      const auto from = stage.begin() + static_cast<std::ptrdiff_t>(chain) * result.pixels;
      frames.insert(frames.end(), from, from + result.pixels);
    }
  }
  SavePicture(path, Grey(frames), model, static_cast<int>(result.film.size()));
}

bool Known(const std::string& path) {
  return path.ends_with(".png") || path.ends_with(".idx") || path.ends_with(".idx.gz") || path.ends_with(".safetensors");
}

void Save(const std::string& path, const RunResult& result, const Model& model, int count) {
  const auto n = static_cast<std::uint32_t>(count), rows = static_cast<std::uint32_t>(model.image_rows),
             cols = static_cast<std::uint32_t>(model.image_cols);
  if (path.ends_with(".png")) {
    Bytes grey = Grey(result.samples);
    grey.resize(static_cast<std::size_t>(std::min(count, kSheetImages)) * result.pixels);
    SavePicture(path, grey, model, model.labels.empty() ? 16 : kClasses);  // a column a class, where labels count up
  } else if (path.ends_with(".safetensors")) {
    SaveTensor(path, "samples", {n, rows, cols}, result.samples);
  } else {
    SaveIdx(path, {{n, rows, cols}, Grey(result.samples)});
  }
}

void Run(const Options& o, const Context& context) {
  for (const std::string& path : o.out) {
    if (!Known(path)) throw Error(Exit::kUsage, "unknown kind of output", path, "end it in .png, .idx, .idx.gz or .safetensors");
  }
  std::vector<std::string> outputs = o.out;
  if (!o.film.empty()) {
    if (!o.film.ends_with(".png")) throw Error(Exit::kUsage, "unknown kind of film", o.film, "end it in .png");
    outputs.push_back(o.film);
  }
  CheckOutputs(outputs, {o.model});
  const Model model = LoadModel(o.model);
  const auto device = OpenDevice(o.device);
  RunOptions options;
  options.count = o.count;
  options.ring_seed = o.seed == kRing;
  if (!options.ring_seed) options.seed = std::stoull(o.seed);
  options.film = !o.film.empty();
  if (o.label >= 0) options.labels.assign(static_cast<std::size_t>(o.count), static_cast<std::uint8_t>(o.label));
  options.resident_layers = o.layers;
  options.deadline = std::chrono::seconds(o.timeout_s);
  const RunResult result = [&] {
    Progress bar("sampling on " + o.device);
    options.progress = [&bar](int done, int total) { bar.Show(static_cast<double>(done) / total); };
    return RunModel(*device, model, options);
  }();
  CheckInterrupt("sampling");
  for (const std::string& path : o.out) Save(path, result, model, o.count);
  if (options.film) SaveFilm(o.film, result, model, o.count);

  const double rate = static_cast<double>(result.flips) / result.seconds * 1e-9;
  const nlohmann::json answer = {
      {"model", o.model}, {"device", device->url()}, {"noise", device->noise()}, {"seed", options.ring_seed ? nlohmann::json(kRing) : nlohmann::json(options.seed)}, {"samples", o.count},
      {"sweeps", result.sweeps}, {"flips", result.flips}, {"seconds", result.seconds}, {"flips_per_ns", rate},
      {"programs", result.passes}, {"sample_sha256", result.sample_sha256()}, {"out", o.out},
      {"counters", {{"clocks", result.counters.clocks}, {"sweep_clocks", result.counters.sweep_clocks},
                    {"row_steps", result.counters.row_steps}, {"flips", result.counters.flips},
                    {"stalls", result.counters.stalls}, {"samples", result.counters.samples}}}};
  char text[512];
  std::snprintf(text, sizeof text, "%d samples on %s (%s noise), %llu sweeps a chain, %.3g flips in %.2f s = %.3g flips/ns\nsha256 %s",
                o.count, device->url().c_str(), device->noise().c_str(), static_cast<unsigned long long>(result.sweeps),
                static_cast<double>(result.flips), result.seconds, rate, result.sample_sha256().c_str());
  context.Answer(answer, text);
}

}  // namespace

void AddRunCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("run", "draw samples of a model");
  AddName(*command, "model", options->model, "FILE", "model file (.safetensors)")->required();
  AddDevice(*command, options->device);
  AddNumber(*command, "--count", options->count, "samples", 1, 1'000'000);
  const CLI::Validator number = Within(std::uint64_t{0}, kMostSeed);
  command->add_option("--seed", options->seed,
                      "of all noise; the same seed gives the same samples on every device. ring: every program gets a fresh one from the "
                      "device's ring oscillators")
      ->type_name("N|ring")->capture_default_str()
      ->transform(CLI::Validator([number](std::string& given) { return given == kRing ? std::string() : number(given); }, ""));
  AddNumber(*command, "--label", options->label, "label of all samples, for models with label cells (default: 0, 1, ... 9, 0, ...)", 0, kClasses - 1);
  AddName(*command, "--out", options->out, "FILE",
          "write the samples; repeat for more files. By ending: .png sheet (of the first 1024), .idx or .idx.gz bytes 0/255, "
          ".safetensors bits")->allow_extra_args(false);  // the next word is no second output
  AddName(*command, "--film", options->film, "FILE", "write the denoising strip x_T ... x_0 of eight samples (.png)");
  AddNumber(*command, "--resident-layers", options->layers, "most layers on the device at once; 0: as many as fit", 0, 64);
  AddNumber(*command, "--timeout", options->timeout_s, "seconds that one program on the device may take", 1, 1'000'000);
  command->footer("Example: tsu run sw/models/fashion-g12.safetensors --count 64 --out sheet.png");
  AddJsonFlag(*command, context);
  command->callback([options, &context] { Run(*options, context); });
}

}  // namespace tsu::tool
