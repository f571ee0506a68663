// SPDX-License-Identifier: Apache-2.0
// tsu entropy: raw bits of a device's ring oscillators, their min-entropy by two estimates, the health tests' word, a picture.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "commands.hpp"
#include "tsu/error.hpp"
#include "tsu/device.hpp"
#include "tsu/files.hpp"
#include "tsu/interrupt.hpp"

namespace tsu::tool {
namespace {

constexpr int kWordBits = 32, kAcross = 256, kMostLines = 1024;
constexpr const char* kFaults[] = {"none", "stuck", "biased", "periodic", "neighbour", "clock"};  // code = place
static_assert(regs::kRingFaultNone == 0 && regs::kRingFaultStuck == 1 && regs::kRingFaultBiased == 2 &&
              regs::kRingFaultPeriodic == 3 && regs::kRingFaultNeighbour == 4 && regs::kRingFaultClock == 5);

struct Options {
  std::string device, out, fault;
  int bits = 65'536, timeout_s = 600;
  bool clear = false;
};

std::vector<std::uint8_t> ReadBits(EntropySource& entropy, const Options& o) {
  const int words = (o.bits + kWordBits - 1) / kWordBits;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(o.timeout_s);
  if (const int old = entropy.State().waiting; old > 0) entropy.Raw(old, deadline);
  std::vector<std::uint8_t> bits;
  Progress bar("reading raw bits");
  for (int done = 0; done < words;) {
    const int some = std::min(words - done, 64);
    for (const std::uint32_t word : entropy.Raw(some, deadline)) {
      for (int i = 0; i < kWordBits; ++i) bits.push_back(word >> i & 1);
    }
    done += some;
    bar.Show(static_cast<double>(done) / words);
  }
  return bits;
}

// White is 1; time runs as one reads. Only whole lines, at most kMostLines.
void SavePlot(const std::string& path, std::span<const std::uint8_t> bits) {
  const int lines = std::min(static_cast<int>(bits.size()) / kAcross, kMostLines);
  Bytes grey(static_cast<std::size_t>(lines) * kAcross);
  for (std::size_t i = 0; i < grey.size(); ++i) grey[i] = bits[i] ? 255 : 0;
  const Sheet sheet = ContactSheet(grey, lines, kAcross, 1, 2);
  SavePng(path, sheet.width, sheet.height, sheet.pixels);
}

void Entropy(const Options& o, const Context& context) {
  if (!o.out.empty() && !o.out.ends_with(".png")) throw Error(Exit::kUsage, "unknown kind of picture", o.out, "end it in .png");
  if (!o.out.empty()) CheckOutputs({o.out});
  const auto device = OpenDevice(o.device);
  EntropySource* entropy = device->entropy();
  if (!entropy) throw Error(Exit::kIncompatible, "no ring oscillators", device->url(), "its noise is pseudo-random alone");
  if (!o.fault.empty()) entropy->Inject(static_cast<std::uint32_t>(std::find(std::begin(kFaults), std::end(kFaults), o.fault) - kFaults));
  if (o.clear) entropy->ClearAlarm();
  entropy->Select(true);
  const std::vector<std::uint8_t> bits = ReadBits(*entropy, o);
  const EntropyState state = entropy->State();
  entropy->Select(false);
  CheckInterrupt("reading raw bits");
  if (!o.out.empty()) SavePlot(o.out, bits);

  const double ones = static_cast<double>(std::count(bits.begin(), bits.end(), 1)) / static_cast<double>(bits.size());
  const double common = MostCommonValueEstimate(bits), markov = MarkovEstimate(bits, kWordBits);
  const double claim = regs::kEntropyClaimMilli / 1000.0;
  const nlohmann::json answer = {{"device", device->url()}, {"source", entropy->source()}, {"rings", state.rings}, {"bits", bits.size()},
                                 {"ones", ones}, {"most_common_value", common}, {"markov", markov}, {"claimed", claim},
                                 {"ready", state.ready}, {"health_alarm", CauseText(state.cause)}, {"out", o.out}};
  char text[512];
  std::snprintf(text, sizeof text,
                "source        %s, %d rings\nraw bits      %zu, %.4f ones\nmin-entropy   %.4f most common value, %.4f Markov, a bit "
                "(claimed: %.3f)\nhealth        %s",
                entropy->source().c_str(), state.rings, bits.size(), ones, common, markov, claim,
                state.cause != 0 ? ("alarm: " + CauseText(state.cause)).c_str() : state.ready ? "good" : "in the start-up test");
  context.Answer(answer, text);
  if (state.cause != 0) entropy->ThrowAlarm(state.cause);
}

}  // namespace

void AddEntropyCommand(CLI::App& app, Context& context) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("entropy", "raw bits of a device's ring oscillators: min-entropy, health, a picture");
  AddName(*command, "device", o->device, "DEVICE", "with ring oscillators, for example uart:/dev/ttyUSB1?baud=1000000 or sim:")->required();
  AddNumber(*command, "--bits", o->bits, "raw bits to read", 1024, 100'000'000);
  AddName(*command, "--out", o->out, "FILE", "write a picture of the bits (.png)");
  command->add_flag("--clear-alarm", o->clear, "first clear a latched alarm; the start-up test begins anew");
  command->add_option("--model-fault", o->fault, "first switch a fault of a simulation model on, or off with none; it stays")
      ->type_name("NAME")->check(CLI::IsMember(std::vector<std::string>(std::begin(kFaults), std::end(kFaults))));
  AddNumber(*command, "--timeout", o->timeout_s, "seconds that reading may take", 1, 1'000'000);
  command->footer("Example: tsu entropy sim: --bits 20000 --out bits.png");
  AddJsonFlag(*command, context);
  command->callback([o, &context] { Entropy(*o, context); });
}

}  // namespace tsu::tool
