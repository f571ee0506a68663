// SPDX-License-Identifier: Apache-2.0
// tsu info: what a device says of itself, or what a model file holds.
#include <memory>

#include "commands.hpp"
#include "tsu/model.hpp"

namespace tsu::tool {
namespace {

std::string Text(const nlohmann::json& object) {
  std::string text;
  for (const auto& [key, value] : object.items()) {
    if (!text.empty()) text += "\n";
    text += key + std::string(key.size() < 14 ? 14 - key.size() : 1, ' ') + (value.is_string() ? value.get<std::string>() : value.dump());
  }
  return text;
}

nlohmann::json DeviceInfo(const std::string& url) {
  const auto device = OpenDevice(url);
  // A device made of software has no shape of its own: it takes that of the shipped geometry.
  const Geometry g = device->Configure(device->native_shape().value_or(Shape{64, 64, ParsePattern("G12"), 8, 2, 8}));
  nlohmann::json info = {{"device", device->url()}, {"noise", device->noise()}, {"pattern", PatternName(g.pattern)}, {"rows", g.rows},
          {"cols", g.cols}, {"tiles", g.tiles}, {"lanes", g.lanes}, {"groups", g.groups}, {"layers", g.layers},
          {"weight_bits", g.weight_bits}, {"table_bits", g.table_bits}, {"tables", g.tables},
          {"program_words", g.program_words}, {"clock_hz", g.clock_hz}, {"build_id", g.build_id},
          {"map_hash", regs::kMapHash}};
  if (EntropySource* entropy = device->entropy()) {
    const EntropyState state = entropy->State();
    info.update({{"rings", state.rings}, {"ring_source", entropy->source()}, {"health_alarm", CauseText(state.cause)}});
  }
  return info;
}

nlohmann::json ModelInfo(const std::string& path) {
  const Model m = LoadModel(path);
  nlohmann::json layers = nlohmann::json::array();
  for (const ModelLayer& layer : m.layers) {
    nlohmann::json schedule = nlohmann::json::array();
    for (const Segment& s : layer.schedule) schedule.push_back({{"beta", s.beta}, {"sweeps", s.sweeps}});
    layers.push_back({{"signal", {layer.signal_in, layer.signal_out}}, {"schedule", schedule}});
  }
  return {{"model", path}, {"pattern", PatternName(m.pattern)}, {"rows", m.rows}, {"cols", m.cols},
          {"image", {m.image_rows, m.image_cols}}, {"weight_bits", m.weight_bits}, {"layers", layers},
          {"training", nlohmann::json::parse(m.training.empty() ? "{}" : m.training, nullptr, false)}};
}

}  // namespace

void AddInfoCommand(CLI::App& app, Context& context) {
  auto url = std::make_shared<std::string>("cpu:");
  auto model = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("info", "show what a device or a model file is");
  CLI::Option* file = AddName(*command, "model", *model, "FILE", "model file; without one the device is asked");
  AddDevice(*command, *url)->excludes(file);
  command->footer("Examples: tsu info sw/models/fashion-g12.safetensors\n          tsu info --device sim:");
  AddJsonFlag(*command, context);
  command->callback([url, model, &context] {
    const nlohmann::json info = model->empty() ? DeviceInfo(*url) : ModelInfo(*model);
    context.Answer(info, Text(info));
  });
}

}  // namespace tsu::tool
