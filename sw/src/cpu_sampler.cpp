// SPDX-License-Identifier: Apache-2.0
#include "cpu_sampler.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <numeric>
#include <string>

#include "parallel.hpp"
#include "tsu/error.hpp"
#include "tsu/law.hpp"
#include "tsu/regs.hpp"

namespace tsu::cpu {

Sampler::Sampler(int rows, int cols, const Pattern& pattern, int chains, int threads, int groups)
    : pattern_(pattern), chains_(chains), threads_(ThreadCount(threads)), groups_(groups), group_inputs_(GroupInputs()) {
  layout_.rows = rows;
  layout_.cols = cols;
  for (const Offset& o : Offsets(pattern)) {
    offsets_.push_back((std::int64_t{o.dx} * rows + o.dy) * kLine);
    layout_.pad = std::max(layout_.pad, std::int64_t{std::abs(o.dx)} * rows + std::abs(o.dy));
  }
  while (offsets_.size() % group_inputs_) offsets_.push_back(0);
  // Half a line a block is enough where that gives every thread one: many kernels lose nothing on it.
  const bool whole = groups_ == 2 || chains > threads_ * kBlock / 2;
  lanes_ = whole ? kBlock / kLaneChains : kBlock / kLaneChains / 2;
  const int of_group = chains_ / groups_, in_block = lanes_ * kLaneChains / groups_;
  blocks_.resize(static_cast<std::size_t>(of_group + in_block - 1) / in_block);
  const std::size_t plane = static_cast<std::size_t>(layout_.sites()) * kLine;
  for (Block& block : blocks_) {
    block.spins = ZeroBytes(plane);
    block.conditioning = ZeroBytes(plane);
    if (groups_ == 1) block.noise = ZeroBytes(NoiseLine(static_cast<std::size_t>(cols) / 2, 0, 0));
  }
  for (int group = 0; group < groups_; ++group)
    for (int n = 0; n < of_group; ++n) {
      const Place place{n / in_block, group * kLine / 2 + n % in_block / 8, n % 8};
      places_.push_back(place);
      blocks_[place.block].active[group][place.byte] |= static_cast<std::uint8_t>(1 << place.bit);
    }
  const std::size_t sites = static_cast<std::size_t>(rows) * cols;
  every_site_.resize(sites);
  std::iota(every_site_.begin(), every_site_.end(), 0);
  SetSites({std::vector<std::uint8_t>(sites, 0), std::vector<std::uint8_t>(sites, 0)});
}

std::uint8_t Sampler::KeepOf(std::size_t site, unsigned mask) const {
  const bool visible = (mask & 2) && sites_.site_class[site] != 0, first = (mask & 1) && sites_.clamp[site] != 0;
  const bool second = second_clamp_.empty() ? first : (mask & 1) && second_clamp_[site] != 0;
  const unsigned absent = mask >> 2;
  return static_cast<std::uint8_t>((visible || first || (absent & 1) ? kKeepLower : 0) | (visible || second || (absent & 2) ? kKeepUpper : 0));
}

void Sampler::SetSecondClamp(std::span<const std::uint8_t> clamp) {
  second_clamp_.assign(clamp.begin(), clamp.end());
  SetSites(sites_);
}

void Sampler::SetSites(const Sites& sites) {
  const std::size_t size = static_cast<std::size_t>(layout_.rows) * layout_.cols;
  Expect(sites.site_class.size(), size, "site classes");
  Expect(sites.clamp.size(), size, "clamp mask");
  const bool rebuild = sites.site_class != sites_.site_class;
  sites_ = sites;
  for (unsigned mask = 1; mask < (groups_ == 1 ? 4 : keep_[0].size()); ++mask)
    for (int colour = 0; colour < 2; ++colour) {
      auto& keep = keep_[colour][mask];
      keep.resize(layout_.visits());
      for (int x = 0; x < layout_.cols; x += 2)
        for (int y = 0; y < layout_.rows; ++y)
          keep[Visit(x, y)] = KeepOf(static_cast<std::size_t>(y) * layout_.cols + x + ((y + colour) & 1), mask);
    }
  if (!rebuild) return;
  for (Layer& layer : layers_)
    if (!layer.nodes.empty()) Build(layer);
}

void Sampler::Build(Layer& layer) const {
  const LayerWeights& w = layer.weights;
  const std::size_t degree = 4 * pattern_.size();
  if (layer.nodes.empty()) layer.nodes.resize(2);
  for (int colour = 0; colour < 2; ++colour) {
    layer.nodes[colour].Begin(layout_.visits(), static_cast<int>(offsets_.size()), group_inputs_);
    for (int x = 0; x < layout_.cols; x += 2)
      for (int y = 0; y < layout_.rows; ++y) {
        const std::size_t i = static_cast<std::size_t>(y) * layout_.cols + x + ((y + colour) & 1);
        layer.nodes[colour].Add(w.h[i], {w.j.data() + i * degree, degree}, w.c[sites_.site_class[i] & 3]);
      }
  }
}

void Sampler::SetLayer(std::size_t slot, const LayerWeights& layer) {
  const std::size_t size = static_cast<std::size_t>(layout_.rows) * layout_.cols;
  Expect(layer.h.size(), size, "biases");
  Expect(layer.j.size(), size * 4 * pattern_.size(), "weights");
  if (layers_.size() <= slot) layers_.resize(slot + 1);
  layers_[slot].weights = layer;
  Build(layers_[slot]);
}

void Sampler::SetTable(std::size_t index, const Table& table) {
  Expect(table.size(), kTableEntries, "threshold table");
  if (tables_.size() <= index) {
    tables_.resize(index + 1);
    table_loaded_.resize(index + 1, false);
  }
  table_loaded_[index] = true;
  tables_[index] = MakeThresholds(table);
}

void Sampler::RunBlock(Block& block, std::span<const Step> steps, const Poll& poll, std::span<Statistics> counts) const {
  ColourTask task{};
  task.rows = layout_.rows;
  task.pairs = layout_.cols / 2;
  task.inputs = static_cast<int>(offsets_.size());
  task.lanes = lanes_;
  alignas(kLine) Block::Line active;
  std::transform(block.active[0].begin(), block.active[0].end(), block.active[1].begin(), active.begin(), std::bit_or());
  task.active = active.data();
  const std::int64_t first = layout_.Site(0, 0) * kLine;
  task.spins = block.spins.get() + first;
  task.conditioning = block.conditioning.get() + first;
  std::vector<const std::uint8_t*> neighbours;
  for (const std::int64_t offset : offsets_) neighbours.push_back(task.spins + offset);
  task.neighbours = neighbours.data();
  task.noise = block.noise.get();
  task.words = words_;
  task.quick = quick_ ? block.quick.get() : nullptr;
  task.quick_open = block.quick_open.data();
  for (const Step& step : steps) {
    if (step.kind == Step::Kind::kCopy) {
      std::memcpy(block.conditioning.get(), block.spins.get(), static_cast<std::size_t>(layout_.sites()) * kLine);
      continue;
    }
    if (step.kind == Step::Kind::kCount) {
      for (int g = 0; g < groups_; ++g) {
        const std::uint8_t* chains = block.active[g].data();
        CountUnequal(block.spins.get(), chains, edges_.data(), edges_.size(), counts[g].unequal.data());
        CountDown(block.spins.get(), chains, layout_.pad, counts[g].down.size(), counts[g].down.data());
      }
      continue;
    }
    const bool sweep = step.kind == Step::Kind::kSweep;
    const unsigned absent = groups_ == 2 ? kAllGroups & ~step.groups : 0u;
    const unsigned mask = step.clamp | (step.kind == Step::Kind::kRandomiseLatents ? 2u : 0u) | absent << 2;
    for (std::uint32_t n = 0; n < step.count; ++n) {
      if (poll) poll();
      for (int colour = 0; colour < 2; ++colour) {
        task.colour = colour;
        task.keep = mask ? keep_[colour][mask].data() : nullptr;
        if (sweep) {
          const NodeTables& nodes = layers_[step.layer].nodes[colour];
          task.nodes = nodes.nodes();
          task.tables = nodes.tables();
          task.thresholds = &tables_[step.table];
          SweepColour(task);
        } else {
          RandomiseColour(task);
        }
        task.words += static_cast<unsigned>(layout_.rows);
      }
    }
  }
}

void Sampler::Run(std::span<const Step> steps, const Poll& poll, std::span<Statistics> statistics) {
  if (GroupInputs() != group_inputs_) throw Error(Exit::kInternal, "cpu: instruction set changed under a sampler", "", "");
  unsigned sweeps = 0;
  for (const Step& step : steps) {
    if (step.kind == Step::Kind::kSweep &&
        (step.layer < 0 || static_cast<std::size_t>(step.layer) >= layers_.size() || layers_[step.layer].nodes.empty()))
      throw Error(Exit::kBadInput, "program uses a layer that was not loaded", std::to_string(step.layer), "");
    if (step.kind == Step::Kind::kSweep &&
        (step.table < 0 || static_cast<std::size_t>(step.table) >= tables_.size() || !table_loaded_[step.table]))
      throw Error(Exit::kBadInput, "program uses a table that was not loaded", std::to_string(step.table), "");
    if (step.kind != Step::Kind::kCopy && step.kind != Step::Kind::kCount) sweeps += step.count;
  }
  const std::size_t groups = statistics.size();  // all, or none
  std::vector<Statistics> counts(threads_ * groups);  // [worker][group]
  for (Statistics& s : counts) {
    s.unequal.assign(edges_.size(), 0);
    s.down.assign(static_cast<std::size_t>(layout_.rows) * layout_.cols, 0);
  }
  Parallel(threads_, static_cast<int>(blocks_.size()), [&](int item, int worker) {
    RunBlock(blocks_[item], steps, poll, std::span(counts).subspan(worker * groups, groups));
  });
  words_ += sweeps * 2 * static_cast<unsigned>(layout_.rows);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    Statistics& sum = statistics[i % groups];
    sum.unequal.resize(edges_.size());
    sum.down.resize(static_cast<std::size_t>(layout_.rows) * layout_.cols);
    std::transform(sum.unequal.begin(), sum.unequal.end(), counts[i].unequal.begin(), sum.unequal.begin(), std::plus());
    std::transform(sum.down.begin(), sum.down.end(), counts[i].down.begin(), sum.down.begin(), std::plus());
  }
}

}  // namespace tsu::cpu
