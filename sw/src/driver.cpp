// SPDX-License-Identifier: Apache-2.0
#include "tsu/driver.hpp"

#include <algorithm>
#include <cstdlib>

#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "tsu/interrupt.hpp"

namespace tsu {
namespace {

constexpr std::chrono::seconds kSeedDeadline{60};  // a simulated board draws raw bits a thousand times slower than a real one
constexpr int kMostChains = 1024;  // of devices that adapt; more chains are more passes

int LargestField(const Model& model) {
  int largest = 0;
  const std::size_t neighbours = 4 * model.pattern.size();
  for (std::size_t k = 0; k < model.layers.size(); ++k) {
    const LayerWeights w = Expand(model, static_cast<int>(k));
    for (std::size_t i = 0; i < w.h.size(); ++i) {
      int field = std::abs(w.h[i]) + std::abs(w.c[model.site_class[i]]);
      for (std::size_t n = 0; n < neighbours; ++n) field += std::abs(w.j[i * neighbours + n]);
      largest = std::max(largest, field);
    }
  }
  return largest;
}

// Sweeps a chain has done before layer `k` (one Randomise at the start of each layer).
std::uint64_t SweepsBefore(const Model& model, int k) {
  std::uint64_t sweeps = 0;
  for (int l = 0; l < k; ++l) {
    ++sweeps;
    for (const Segment& s : model.layers[l].schedule) sweeps += s.sweeps;
  }
  return sweeps;
}

int LabelOf(const RunOptions& options, int chain) {
  return options.labels.empty() ? chain % kClasses : options.labels[static_cast<std::size_t>(chain)];
}

// One job: knows which layers run together and carries visible bits from one stretch of layers to the next.
class Job {
 public:
  Job(Device& device, const Model& model, const RunOptions& options)
      : device_(device), model_(model), options_(options) {
    geometry_ = device.Configure(model.shape(std::min(options.count, kMostChains)));
    chains_ = geometry_.chains();
    CheckFields(device, model, geometry_.table_bits);
    if (options.ring_seed && !device.entropy()) {
      throw Error(Exit::kIncompatible, "no ring oscillators to seed from", device.url(), "use a build that has them, or a fixed seed");
    }
    if (device.entropy()) device.entropy()->Select(options.ring_seed);
    // Visible sites leave the device in row-major order; pixels want image order.
    std::vector<int> rank(model.site_class.size(), 0);
    for (std::size_t i = 0, next = 0; i < rank.size(); ++i) rank[i] = model.site_class[i] > 0 ? static_cast<int>(next++) : 0;
    for (const std::int32_t site : model.visible) pixel_rank_.push_back(rank[site]);
  }

  RunResult Run() {
    const auto start = std::chrono::steady_clock::now();
    const int layers = static_cast<int>(model_.layers.size());
    result_.pixels = static_cast<int>(model_.visible.size());
    result_.samples.assign(static_cast<std::size_t>(options_.count) * result_.pixels, 0);
    for (int chain = 0; !model_.labels.empty() && chain < options_.count; ++chain) {
      result_.labels.push_back(static_cast<std::uint8_t>(LabelOf(options_, chain)));
    }
    if (options_.film) result_.film.assign(layers + 1, result_.samples);
    Sites sites{model_.site_class, std::vector<std::uint8_t>(model_.site_class.size(), 0)};
    for (const std::int32_t site : model_.labels) sites.clamp[site] = 1;
    device_.LoadSites(sites);
    for (int first = 0; first < layers;) {
      const int last = LastThatFits(first);
      RunStretch(first, last);
      first = last + 1;
    }
    result_.sweeps = SweepsBefore(model_, layers);
    result_.flips = result_.sweeps * model_.site_class.size() * static_cast<std::uint64_t>(options_.count);
    result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return std::move(result_);
  }

 private:
  int LastThatFits(int first) const {
    const int resident = options_.resident_layers > 0 ? std::min(options_.resident_layers, geometry_.layers) : geometry_.layers;
    int last = first;
    for (int k = first; k < static_cast<int>(model_.layers.size()) && k - first < resident; ++k) {
      const auto betas = Betas(model_, first, k);
      if (static_cast<int>(betas.size()) > geometry_.tables ||
          static_cast<int>(ChainProgram(model_, first, k, betas, options_.film).size()) > geometry_.program_words) {
        if (k == first) {
          throw Error(Exit::kIncompatible, "the beta schedule of layer " + std::to_string(k) + " does not fit", device_.url(),
                      "the core holds " + std::to_string(geometry_.tables) + " tables");
        }
        break;
      }
      last = k;
    }
    return last;
  }

  void RunStretch(int first, int last) {
    const auto betas = Betas(model_, first, last);
    for (std::size_t t = 0; t < betas.size(); ++t) {
      device_.LoadTable(static_cast<int>(t), MakeTable(betas[t], geometry_.table_bits));
    }
    for (int k = first; k <= last; ++k) device_.LoadLayer(k - first, Expand(model_, k));
    const Program program = ChainProgram(model_, first, last, betas, options_.film);
    const std::uint64_t drawn = SweepsBefore(model_, first) * 2 * static_cast<std::uint64_t>(model_.rows);
    const int programs = (options_.count + chains_ - 1) / chains_;
    for (int pass = 0; pass < programs; ++pass) {
      CheckInterrupt("sampling");
      const int chain = pass * chains_;
      const NoiseState base =
          options_.ring_seed ? device_.entropy()->Seed(std::chrono::steady_clock::now() + kSeedDeadline) : NoiseBase(options_.seed);
      device_.LoadNoise(NoiseStreams(base, chain, chains_, model_.cols / 2, drawn));
      if (first > 0 || !model_.labels.empty()) {
        const std::vector<std::uint8_t> bits = PlaneOf(chain, first > 0);
        device_.LoadSpins(bits);
        if (first > 0) device_.LoadConditioning(bits);
      }
      int stage = first > 0 ? first + 1 : 0;  // of the film: 0 is x_T, k + 1 the output of layer k
      const Counters c = device_.Run(program, [&](const Emission& e) { Take(e, chain, stage++, last); }, options_.deadline);
      Add(c);
      ++result_.passes;
      if (options_.progress) {
        const int layers = static_cast<int>(model_.layers.size());
        options_.progress(first * options_.count + (last - first + 1) * std::min(options_.count, chain + chains_),
                          layers * options_.count);
      }
    }
  }

  // Without a film the one emission is the stretch's last output; with one, `stage` says which it is.
  void Take(const Emission& emission, int first_chain, int stage, int last_layer) {
    const int mine = std::min(chains_, options_.count - first_chain);
    const auto copy = [&](std::vector<std::uint8_t>& to) {
      for (int chain = 0; chain < mine; ++chain) {
        for (int p = 0; p < result_.pixels; ++p) {
          to[static_cast<std::size_t>(first_chain + chain) * result_.pixels + p] =
              emission.bits[static_cast<std::size_t>(chain) * emission.sites + pixel_rank_[p]];
        }
      }
    };
    if (options_.film) copy(result_.film[stage]);
    if (!options_.film || stage == last_layer + 1) copy(result_.samples);
  }

  // Labels, and the image of a pass, as a plane of the whole grid; all else is drawn anew at the start of every layer.
  std::vector<std::uint8_t> PlaneOf(int first_chain, bool image) const {
    const std::size_t sites = model_.site_class.size();
    std::vector<std::uint8_t> plane(sites * chains_, 0);
    for (int chain = 0; chain < std::min(chains_, options_.count - first_chain); ++chain) {
      for (std::size_t k = 0; k < model_.labels.size(); ++k) {
        plane[chain * sites + model_.labels[k]] = static_cast<int>(k % kClasses) == result_.labels[static_cast<std::size_t>(first_chain + chain)];
      }
      for (int p = 0; image && p < result_.pixels; ++p) {
        plane[chain * sites + model_.visible[p]] = result_.samples[static_cast<std::size_t>(first_chain + chain) * result_.pixels + p];
      }
    }
    return plane;
  }

  void Add(const Counters& c) {
    Counters& sum = result_.counters;
    sum.clocks += c.clocks;
    sum.sweep_clocks += c.sweep_clocks;
    sum.row_steps += c.row_steps;
    sum.flips += c.flips;
    sum.stalls += c.stalls;
    sum.samples += c.samples;
  }

  Device& device_;
  const Model& model_;
  const RunOptions& options_;
  Geometry geometry_;
  int chains_ = 0;
  std::vector<int> pixel_rank_;
  RunResult result_;
};

}  // namespace

std::string RunResult::sample_sha256() const { return Sha256(samples); }

std::vector<double> Betas(const Model& model, int first, int last) {
  std::vector<double> betas;
  for (int k = first; k <= last; ++k) {
    for (const Segment& s : model.layers[k].schedule) {
      if (std::find(betas.begin(), betas.end(), s.beta) == betas.end()) betas.push_back(s.beta);
    }
  }
  return betas;
}

void CheckFields(const Device& device, const Model& model, int table_bits) {
  for (const double beta : Betas(model, 0, static_cast<int>(model.layers.size()) - 1)) {
    if (SaturatesInLaw(beta, table_bits, LargestField(model))) {
      throw Error(Exit::kIncompatible, "fields of this model saturate the threshold table at beta " + std::to_string(beta),
                  device.url(), "use a core with more table bits");
    }
  }
}

Program ChainProgram(const Model& model, int first, int last, const std::vector<double>& tables, bool film) {
  const auto table = [&tables](double beta) {
    return static_cast<std::uint32_t>(std::find(tables.begin(), tables.end(), beta) - tables.begin());
  };
  std::vector<std::pair<int, Segment>> segments;  // layer, segment, in the order of the run
  for (int k = first; k <= last; ++k) {
    for (const Segment& s : model.layers[k].schedule) segments.emplace_back(k - first, s);
  }
  Program program;
  const auto add = [&program](std::uint32_t opcode, std::uint32_t argument = 0) { program.push_back(Instruction(opcode, argument)); };
  if (!model.labels.empty()) add(regs::kOpClamp, 1);
  if (first == 0) {
    add(regs::kOpRandomise, 0);
    if (film) add(regs::kOpEmit, 0);
    add(regs::kOpCopy);
  }
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto& [layer, segment] = segments[i];
    if (i == 0 || segments[i - 1].first != layer) {
      if (i > 0) {
        if (film) add(regs::kOpEmit, 0);
        add(regs::kOpCopy);
      }
      add(regs::kOpLayer, static_cast<std::uint32_t>(layer));
      if (first + layer > 0) add(regs::kOpRandomise, 1);
    }
    add(regs::kOpBeta, table(segment.beta));
    // The next table comes in while this segment sweeps.
    if (i + 1 < segments.size() && segments[i + 1].second.beta != segment.beta) {
      add(regs::kOpPreload, table(segments[i + 1].second.beta));
    }
    add(regs::kOpSweep, static_cast<std::uint32_t>(segment.sweeps));
  }
  add(regs::kOpEmit, 0);
  add(regs::kOpEnd);
  return program;
}

RunResult RunModel(Device& device, const Model& model, const RunOptions& options) {
  if (options.count < 1) throw Error(Exit::kUsage, "nothing to do", "count " + std::to_string(options.count), "ask for at least one sample");
  if (!options.labels.empty() && model.labels.empty())
    throw Error(Exit::kUsage, "labels for a model without label cells", std::to_string(options.labels.size()), "a model of `tsu train --label-spots`");
  if (!options.labels.empty() && options.labels.size() != static_cast<std::size_t>(options.count))
    throw Error(Exit::kUsage, "not one label a sample", std::to_string(options.labels.size()), std::to_string(options.count) + " samples");
  for (const std::uint8_t label : options.labels)
    if (label >= kClasses) throw Error(Exit::kUsage, "a label is out of range", std::to_string(label), "0 to 9");
  // One byte a pixel, in memory and in the file that follows.
  const std::uint64_t most = kFileLimit / (model.visible.size() * (options.film ? model.layers.size() + 2 : 1));
  if (static_cast<std::uint64_t>(options.count) > most) {
    throw Error(Exit::kUsage, "too many samples at once", "count " + std::to_string(options.count),
                "at most " + std::to_string(most) + " of this model" + (options.film ? " with a film" : "") + "; other seeds give more");
  }
  return Job(device, model, options).Run();
}

}  // namespace tsu
