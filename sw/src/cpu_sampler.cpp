// SPDX-License-Identifier: Apache-2.0
#include "cpu_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <string>

#include "parallel.hpp"
#include "tsu/error.hpp"
#include "tsu/law.hpp"
#include "tsu/regs.hpp"

namespace tsu::cpu {
namespace {

void Expect(std::size_t size, std::size_t wanted, const char* what) {
  if (size != wanted)
    throw Error(Exit::kInternal, std::string("cpu: ") + what + " of the wrong size",
                std::to_string(size) + " instead of " + std::to_string(wanted), "");
}

Bytes ZeroBytes(std::size_t size) {
  Bytes p = hwy::AllocateAligned<std::uint8_t>(size);
  if (!p) throw Error(Exit::kInternal, "cpu: out of memory", std::to_string(size) + " bytes", "fewer chains");
  std::memset(p.get(), 0, size);
  return p;
}

template <typename Code>
Thresholds Pack(const Table& table, const Code& code) {
  Thresholds out;
  for (int a = 0; a < kTableEntries; ++a) {
    out.wide[a] = code(table[a]);
    out.low[a] = static_cast<std::uint8_t>(out.wide[a] & 255);
    out.high[a] = static_cast<std::uint8_t>(out.wide[a] >> 8);
  }
  out.last = kTableEntries - 1;
  while (out.last > 0 && out.wide[out.last - 1] == out.wide[out.last]) --out.last;
  return out;
}

}  // namespace

Sampler::Sampler(int rows, int cols, const Pattern& pattern, int chains, int threads)
    : pattern_(pattern), chains_(chains), threads_(ThreadCount(threads)) {
  layout_.rows = rows;
  layout_.cols = cols;
  for (const Offset& o : Offsets(pattern)) {
    offsets_.push_back(std::int64_t{o.dx} * rows + o.dy);
    layout_.pad = std::max(layout_.pad, std::int64_t{std::abs(o.dx)} * rows + std::abs(o.dy));
  }
  const std::size_t plane = static_cast<std::size_t>(layout_.sites()) * kBlock;
  const std::size_t words = static_cast<std::size_t>(cols) / 2 * regs::kNoiseWords * kBlock;
  blocks_.resize(static_cast<std::size_t>(chains + kBlock - 1) / kBlock);
  for (Block& block : blocks_) {
    block.spins = ZeroBytes(plane);
    block.conditioning = ZeroBytes(plane);
    block.noise = hwy::AllocateAligned<std::uint32_t>(words);
    std::fill_n(block.noise.get(), words, 0u);
  }
  const std::size_t sites = static_cast<std::size_t>(rows) * cols;
  every_site_.resize(sites);
  std::iota(every_site_.begin(), every_site_.end(), 0);
  SetSites({std::vector<std::uint8_t>(sites, 0), std::vector<std::uint8_t>(sites, 0)});
}

void Sampler::SetSites(const Sites& sites) {
  const std::size_t size = static_cast<std::size_t>(layout_.rows) * layout_.cols;
  Expect(sites.site_class.size(), size, "site classes");
  Expect(sites.clamp.size(), size, "clamp mask");
  sites_ = sites;
  for (int colour = 0; colour < 2; ++colour)
    for (unsigned mask = 0; mask < 4; ++mask) keep_[colour][mask].assign(mask ? layout_.visits() : 0, 0);
  for (int y = 0; y < layout_.rows; ++y)
    for (int x = 0; x < layout_.cols; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * layout_.cols + x;
      const bool clamped = sites.clamp[i] != 0, visible = sites.site_class[i] != 0;
      auto& keep = keep_[(x + y) & 1];
      for (unsigned mask = 1; mask < 4; ++mask)
        keep[mask][Visit(x, y)] = ((mask & 1) && clamped) || ((mask & 2) && visible);
    }
  for (Layer& layer : layers_) Couple(layer);
}

void Sampler::Couple(Layer& layer) const {
  layer.coupled = false;
  for (auto& coupling : layer.coupling) coupling.assign(layout_.visits(), 0);
  for (int y = 0; y < layout_.rows; ++y)
    for (int x = 0; x < layout_.cols; ++x) {
      const std::int16_t c = layer.c[sites_.site_class[static_cast<std::size_t>(y) * layout_.cols + x] & 3];
      layer.coupling[(x + y) & 1][Visit(x, y)] = c;
      layer.coupled |= c != 0;
    }
}

void Sampler::SetLayer(std::size_t slot, const LayerWeights& layer) {
  const int rules = static_cast<int>(pattern_.size());
  const std::size_t size = static_cast<std::size_t>(layout_.rows) * layout_.cols;
  Expect(layer.h.size(), size, "biases");
  Expect(layer.j.size(), size * 4 * rules, "weights");
  if (layers_.size() <= slot) layers_.resize(slot + 1);
  Layer& out = layers_[slot];
  for (Bytes& fields : out.fields)
    if (!fields) fields = ZeroBytes(layout_.visits() * rules * 32);
  for (int y = 0; y < layout_.rows; ++y)
    for (int x = 0; x < layout_.cols; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * layout_.cols + x;
      const int colour = (x + y) & 1;
      const std::size_t visit = Visit(x, y);
      std::uint8_t* fields = out.fields[colour].get() + visit * rules * 32;
      for (int k = 0; k < rules; ++k) {
        const std::int16_t* j = layer.j.data() + (i * rules + k) * 4;
        std::array<int, 16> sum;
        sum[0] = j[0] + j[1] + j[2] + j[3] + (k == 0 ? layer.h[i] : 0);
        for (int r = 0; r < 4; ++r)
          for (int index = 0; index < 1 << r; ++index) sum[index + (1 << r)] = sum[index] - 2 * j[r];
        for (int index = 0; index < 16; ++index) {
          fields[32 * k + index] = static_cast<std::uint8_t>(sum[index] & 255);
          fields[32 * k + 16 + index] = static_cast<std::uint8_t>(sum[index] >> 8 & 255);
        }
      }
    }
  out.c = layer.c;
  Couple(out);
}

void Sampler::SetTable(std::size_t index, const Table& table) {
  Expect(table.size(), kTableEntries, "threshold table");
  if (tables_.size() <= index) {
    tables_.resize(index + 1);
    quick_tables_.resize(index + 1);
    table_loaded_.resize(index + 1, false);
  }
  table_loaded_[index] = true;
  tables_[index] = Pack(table, [](std::uint16_t code) { return code + kCodeShift; });
  quick_tables_[index] =
      Pack(table, [](std::uint16_t code) { return static_cast<int>(std::lround(32768 * CodeProbability(code))); });
}

void Sampler::SetPlane(Bytes Block::*plane, std::span<const std::int32_t> sites, std::span<const std::uint8_t> bits) {
  Expect(bits.size(), sites.size() * chains_, "spins");
  for (std::size_t k = 0; k < sites.size(); ++k) {
    const std::int64_t site = layout_.Site(sites[k] % layout_.cols, sites[k] / layout_.cols);
    for (int chain = 0; chain < chains_; ++chain)
      (blocks_[chain / kBlock].*plane)[site * kBlock + chain % kBlock] = bits[chain * sites.size() + k] ? 0x00 : 0xFF;
  }
}
void Sampler::SetSpinsAt(std::span<const std::int32_t> sites, std::span<const std::uint8_t> bits) {
  SetPlane(&Block::spins, sites, bits);
}
void Sampler::SetConditioningAt(std::span<const std::int32_t> sites, std::span<const std::uint8_t> bits) {
  SetPlane(&Block::conditioning, sites, bits);
}
void Sampler::SetSpins(std::span<const std::uint8_t> bits) { SetPlane(&Block::spins, every_site_, bits); }
void Sampler::SetConditioning(std::span<const std::uint8_t> bits) { SetPlane(&Block::conditioning, every_site_, bits); }

void Sampler::SetNoise(std::span<const NoiseState> streams) {
  const std::size_t pairs = static_cast<std::size_t>(layout_.cols) / 2;
  Expect(streams.size(), pairs * chains_, "noise streams");
  words_ = 0;
  quick_ = false;
  for (int chain = 0; chain < chains_; ++chain)
    for (std::size_t pair = 0; pair < pairs; ++pair)
      for (std::size_t slot = 0; slot < regs::kNoiseWords; ++slot)
        blocks_[chain / kBlock].noise[(pair * regs::kNoiseWords + slot) * kBlock + NoiseLane(chain % kBlock)] =
            streams[pairs * chain + pair][slot];
}

void Sampler::SetQuickNoise(std::uint64_t seed) {
  quick_ = true;
  for (Block& block : blocks_) {
    if (!block.quick) block.quick = hwy::AllocateAligned<std::uint64_t>(kQuickWords);
    for (int i = 0; i < kQuickWords; ++i) {  // splitmix64
      std::uint64_t z = (seed += 0x9E3779B97F4A7C15ull);
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
      block.quick[i] = z ^ (z >> 31);
    }
  }
}

void Sampler::RunBlock(Block& block, std::span<const Step> steps, const Poll& poll, Statistics* counts) const {
  ColourTask task{};
  task.rows = layout_.rows;
  task.pairs = layout_.cols / 2;
  task.rules = static_cast<int>(pattern_.size());
  task.offsets = offsets_.data();
  task.spins = block.spins.get();
  task.conditioning = block.conditioning.get();
  task.noise = block.noise.get();
  task.words = words_;
  task.first_site = layout_.Site(0, 0);
  const auto& tables = quick_ ? quick_tables_ : tables_;
  task.quick = quick_ ? block.quick.get() : nullptr;
  task.thresholds = tables.data();
  for (const Step& step : steps) {
    if (step.kind == Step::Kind::kCopy) {
      std::memcpy(block.conditioning.get(), block.spins.get(), static_cast<std::size_t>(layout_.sites()) * kBlock);
      continue;
    }
    if (step.kind == Step::Kind::kCount) {
      CountUnequal(block.spins.get(), edges_.data(), edges_.size(), counts->unequal.data());
      CountDown(block.spins.get(), layout_.pad, counts->down.size(), counts->down.data());
      continue;
    }
    const bool sweep = step.kind == Step::Kind::kSweep;
    const unsigned mask = step.clamp | (step.kind == Step::Kind::kRandomiseLatents ? 2u : 0u);
    for (std::uint32_t n = 0; n < step.count; ++n) {
      if (poll) poll();
      for (int colour = 0; colour < 2; ++colour) {
        task.colour = colour;
        task.keep = mask ? keep_[colour][mask].data() : nullptr;
        if (sweep) {
          const Layer& layer = layers_[step.layer];
          task.fields = layer.fields[colour].get();
          task.coupling = layer.coupled ? layer.coupling[colour].data() : nullptr;
          task.thresholds = &tables[step.table];
          SweepColour(task);
        } else {
          RandomiseColour(task);
        }
        task.words += static_cast<unsigned>(layout_.rows);
      }
    }
  }
}

void Sampler::Run(std::span<const Step> steps, const Poll& poll, Statistics* statistics) {
  unsigned sweeps = 0;
  for (const Step& step : steps) {
    if (step.kind == Step::Kind::kSweep &&
        (step.layer < 0 || static_cast<std::size_t>(step.layer) >= layers_.size() || !layers_[step.layer].fields[0]))
      throw Error(Exit::kBadInput, "program uses a layer that was not loaded", std::to_string(step.layer), "");
    if (step.kind == Step::Kind::kSweep &&
        (step.table < 0 || static_cast<std::size_t>(step.table) >= tables_.size() || !table_loaded_[step.table]))
      throw Error(Exit::kBadInput, "program uses a table that was not loaded", std::to_string(step.table), "");
    if (step.kind != Step::Kind::kCopy && step.kind != Step::Kind::kCount) sweeps += step.count;
  }
  std::vector<Statistics> counts(statistics ? threads_ : 0);
  for (Statistics& s : counts) {
    s.unequal.assign(edges_.size(), 0);
    s.down.assign(static_cast<std::size_t>(layout_.rows) * layout_.cols, 0);
  }
  Parallel(threads_, static_cast<int>(blocks_.size()), [&](int item, int worker) {
    RunBlock(blocks_[item], steps, poll, statistics ? &counts[worker] : nullptr);
  });
  words_ += sweeps * 2 * static_cast<unsigned>(layout_.rows);
  if (!statistics) return;
  statistics->unequal.resize(edges_.size());
  statistics->down.resize(static_cast<std::size_t>(layout_.rows) * layout_.cols);
  for (const Statistics& s : counts) {
    for (std::size_t i = 0; i < s.unequal.size(); ++i) statistics->unequal[i] += s.unequal[i];
    for (std::size_t i = 0; i < s.down.size(); ++i) statistics->down[i] += s.down[i];
  }
}

std::vector<std::uint8_t> Sampler::Bits(std::span<const std::int32_t> sites) const {
  std::vector<std::uint8_t> bits(sites.size() * chains_);
  for (std::size_t k = 0; k < sites.size(); ++k) {
    const std::int64_t site = layout_.Site(sites[k] % layout_.cols, sites[k] / layout_.cols);
    for (int chain = 0; chain < chains_; ++chain)
      bits[chain * sites.size() + k] = blocks_[chain / kBlock].spins[site * kBlock + chain % kBlock] == 0;
  }
  return bits;
}

}  // namespace tsu::cpu
