// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hash.hpp"
#include "tsu/double_well.hpp"
#include "tsu/driver.hpp"
#include "tsu/interrupt.hpp"
#include "tsu/mixing.hpp"

namespace tsu {
namespace {

constexpr std::chrono::minutes kPatience{10};

int Well(std::span<const std::uint8_t> state) {
  const int overlap = FaceOverlap(state);
  return overlap >= kWellSites / 2 ? 1 : overlap <= -kWellSites / 2 ? -1 : 0;
}

// Statistics of rounds `first` and later.
void Judge(WellRun& run, const WellOptions& o, int first) {
  const auto state = [&](int round, int chain) {
    return std::span(run.states).subspan((static_cast<std::size_t>(round) * o.chains + chain) * kWellSites, kWellSites);
  };
  const int rounds = static_cast<int>(run.states.size() / kWellSites / o.chains);
  std::vector<double> overlaps;
  for (int chain = 0; chain < o.chains; ++chain) {
    for (int round = first; round < rounds; ++round) overlaps.push_back(FaceOverlap(state(round, chain)));
    for (int round = 0; round + 1 < rounds; ++round) {
      const int before = Well(state(round, chain)), after = Well(state(round + 1, chain));
      run.chances += before != 0 && after != 0;
      run.crossings += before * after < 0;
    }
  }
  run.rhat = SplitRhat(overlaps, o.chains);
  run.wells = CountWells(std::span(run.states).subspan(static_cast<std::size_t>(first) * o.chains * kWellSites));
}

}  // namespace

WellRun RunStuck(Device& device, const WellOptions& o) {
  const Model model = DoubleWellTarget(WellPattern(device));
  const Geometry geometry = device.Configure(model.shape(o.chains));
  const int lanes = geometry.chains(), sweeps = model.layers[0].schedule[0].sweeps;
  device.LoadSites({model.site_class, std::vector<std::uint8_t>(kWellSites, 0)});
  device.LoadLayer(0, Expand(model, 0));
  device.LoadTable(0, MakeTable(1.0, geometry.table_bits));
  const Program program{Instruction(regs::kOpLayer, 0),
                        Instruction(regs::kOpBeta, 0),
                        Instruction(regs::kOpLoop, static_cast<std::uint32_t>(o.rounds)),
                        Instruction(regs::kOpSweep, static_cast<std::uint32_t>(sweeps)),
                        Instruction(regs::kOpEmit, 0),
                        Instruction(regs::kOpNext),
                        Instruction(regs::kOpEnd)};
  WellRun run;
  run.states.resize(static_cast<std::size_t>(o.rounds + 1) * o.chains * kWellSites);
  for (int first = 0; first < o.chains; first += lanes) {
    CheckInterrupt("demo");
    const int count = std::min(lanes, o.chains - first);
    std::vector<std::uint8_t> start(static_cast<std::size_t>(lanes) * kWellSites, 0);
    const auto keep = [&](const std::vector<std::uint8_t>& bits, int round) {
      std::copy_n(bits.begin(), static_cast<std::size_t>(count) * kWellSites,
                  run.states.begin() + (static_cast<std::ptrdiff_t>(round) * o.chains + first) * kWellSites);
    };
    for (int chain = 0; chain < count; ++chain)
      for (int site = 0; site < kWellSites; ++site)
        start[chain * kWellSites + site] = ((first + chain) % 2 == 0) == (FaceAt(site) > 0);
    keep(start, 0);
    device.LoadNoise(NoiseStreams(o.seed, first, lanes, kWellSide / 2));
    device.LoadSpins(start);
    device.LoadConditioning(start);
    int round = 1;
    device.Run(
        program, [&](const Emission& e) { keep(e.bits, round++); }, kPatience);
  }
  Judge(run, o, 1);
  return run;
}

WellRun RunRestarted(Device& device, const Model& model, const WellOptions& o) {
  WellRun run;
  for (int round = 0; round < o.rounds; ++round) {
    RunOptions options;
    options.count = o.chains;
    options.seed = Hash(o.seed, static_cast<std::uint64_t>(round));
    options.deadline = kPatience;
    const RunResult result = RunModel(device, model, options);
    run.states.insert(run.states.end(), result.samples.begin(), result.samples.end());
  }
  Judge(run, o, 0);
  return run;
}

}  // namespace tsu
