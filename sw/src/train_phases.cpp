// SPDX-License-Identifier: Apache-2.0
#include "train_phases.hpp"

#include <algorithm>
#include <array>

#include "parallel.hpp"
#include "train_chain.hpp"

namespace tsu::train {

using cpu::Sampler;
using cpu::Statistics;
using cpu::Step;
using Program = std::vector<Step>;

namespace {

enum Phase { kFree, kClamped };

// Takes sweeps off the end.
void Shorten(Program& program, int sweeps) {
  while (sweeps > 0) {
    const auto cut = std::min<std::uint32_t>(program.back().count, static_cast<std::uint32_t>(sweeps));
    program.back().count -= cut;
    sweeps -= static_cast<int>(cut);
    if (program.back().count == 0) program.pop_back();
  }
}

// From random latents through the sweeps of `body` to the snapshots.
Program Whole(const Program& body, int table, int snapshots) {
  Program program{{Step::Kind::kRandomiseLatents, 1, 0, 0, true}};
  program.insert(program.end(), body.begin(), body.end());
  for (int s = 0; s < snapshots; ++s) {
    program.push_back({Step::Kind::kSweep, kSpacing, 0, table, true});
    program.push_back({Step::Kind::kCount});
  }
  return program;
}

// Both groups' programs in one: the same steps at the same time from the end back; a group whose steps are more does them alone.
Program Join(Program first, Program second) {
  Program joint;
  const auto take = [](Program& program, std::uint32_t count) {
    program.back().count -= count;
    if (program.back().count == 0) program.pop_back();
  };
  while (!first.empty() || !second.empty()) {
    const auto alone = [&](const Program& own, const Program& other) {
      return other.empty() || (!own.empty() && own.back().kind == Step::Kind::kSweep &&
                               (other.back().kind != Step::Kind::kSweep || other.back().table != own.back().table));
    };
    const bool only_first = alone(first, second), only_second = !only_first && alone(second, first);
    Step step = only_second ? second.back() : first.back();
    if (!only_first && !only_second) step.count = std::min(first.back().count, second.back().count);
    step.groups = only_first ? cpu::kFirstGroup : only_second ? cpu::kSecondGroup : cpu::kAllGroups;
    if (!only_second) take(first, step.count);
    if (!only_first) take(second, step.count);
    joint.insert(joint.begin(), step);
  }
  return joint;
}

double Sweeps(const Program& program) {
  double sum = 0;
  for (const Step& step : program) sum += step.kind == Step::Kind::kSweep ? step.count : 0;
  return sum;
}

}  // namespace

bool Phases::Joined(int threads, const StepPart& part) {
  const int count = part.free.count;
  return count > 0 && count == part.clamped.count && (count + kPiece - 1) / kPiece >= ThreadCount(threads);
}

Phases::Phases(const TrainOptions& o, const Model& model, const std::vector<Segment>& schedule, std::span<const GridEdge> edges,
               const StepPart& part)
    : model_(model), threads_(o.threads), part_(part), edges_(edges.size()),
      snapshots_(std::min(kSnapshots, std::max(1, std::min(o.sweeps, o.clamped_sweeps) / (2 * kSpacing)))) {
  const auto add = [&](int chains, int groups) { samplers_.emplace_back(o.rows, o.cols, o.pattern, chains, o.threads, groups); };
  const bool joined = Joined(o.threads, part);
  if (joined) {
    add(part.free.count + part.clamped.count, 2);
  } else {
    add(part.free.count, 1);
    add(part.clamped.count, 1);
  }
  const cpu::Layout& layout = samplers_[0].layout();
  std::vector<cpu::Edge> ends;
  for (const GridEdge& e : edges)
    ends.push_back({static_cast<std::int32_t>(layout.Site(e.a % o.cols, e.a / o.cols)),
                    static_cast<std::int32_t>(layout.Site(e.b % o.cols, e.b / o.cols))});
  Program deployed;
  for (Sampler& sampler : samplers_) {
    sampler.SetSites(ClampLabels(model));
    sampler.SetEdges(ends);
    deployed = Deploy(sampler, schedule, 0, true);
  }
  joined ? samplers_[0].SetSecondClamp(ClampVisible(model).clamp) : samplers_[kClamped].SetSites(ClampVisible(model));
  const int last = deployed.back().table;  // the temperature at which both are counted
  Shorten(deployed, kSpacing * snapshots_ / 2);  // counts centred on the deployed number of sweeps
  const Program held{{Step::Kind::kSweep, static_cast<std::uint32_t>(o.clamped_sweeps - kSpacing * snapshots_), 0, last, true}};
  programs_ = {Whole(deployed, last, snapshots_), Whole(held, last, snapshots_)};
  const double held_sites = static_cast<double>(model.labels.size()), sites = static_cast<double>(model.site_class.size()) - held_sites;
  flips_ = o.batch * (Sweeps(programs_[kFree]) * sites + Sweeps(programs_[kClamped]) * (sites - static_cast<double>(model.visible.size())));
  if (joined) programs_ = {Join(programs_[kFree], programs_[kClamped])};
}

std::vector<std::uint32_t> Phases::Sample(const LayerWeights& weights, const Batch& batch, std::uint64_t clamped_seed,
                                          std::uint64_t free_seed, const Sampler::Poll& poll) {
  struct Group {
    Range range;
    const Bits& images;
    std::uint64_t seed;
  };
  const std::array<Group, 2> groups{Group{part_.free, batch.in, free_seed}, {part_.clamped, batch.out, clamped_seed}};
  std::array<Statistics, 2> counts;
  for (Statistics& s : counts) s = {std::vector<std::uint32_t>(edges_), std::vector<std::uint32_t>(model_.site_class.size())};

  const auto sample = [&](int sampler, std::span<const Group> own, std::span<Statistics> own_counts) {
    Bits images, given, labels;
    const auto add = [](Bits& all, const Bits& bits, std::size_t width, const Range& range) {
      all.insert(all.end(), bits.begin() + static_cast<std::ptrdiff_t>(range.first * width),
                 bits.begin() + static_cast<std::ptrdiff_t>((range.first + range.count) * width));
    };
    for (const Group& group : own) {
      add(images, group.images, model_.visible.size(), group.range);
      add(given, batch.in, model_.visible.size(), group.range);  // held sites do not look at it
      if (!batch.label.empty()) add(labels, batch.label, model_.labels.size(), group.range);
    }
    Sampler& s = samplers_[sampler];
    s.SetLayer(0, weights);
    s.SetSpinsAt(model_.visible, images);
    s.SetConditioningAt(model_.visible, given);
    if (!labels.empty()) s.SetSpinsAt(model_.labels, labels);
    for (std::size_t g = 0; g < own.size(); ++g) s.SetQuickNoise(own[g].seed, own[g].range.first, static_cast<int>(g));
    s.Run(programs_[sampler], poll, own_counts);
  };
  if (samplers_.size() == 1) {
    sample(0, groups, counts);
  } else {  // a batch is often one block, that is one thread: the phases side by side keep two busy
    Parallel(ThreadCount(threads_), 2, [&](int phase, int) {
      if (groups[phase].range.count > 0) sample(phase, std::span(groups).subspan(phase, 1), std::span(counts).subspan(phase, 1));
    });
  }
  std::vector<std::uint32_t> all;
  for (const int phase : {kClamped, kFree})
    for (const auto* list : {&counts[phase].unequal, &counts[phase].down}) all.insert(all.end(), list->begin(), list->end());
  return all;
}

}  // namespace tsu::train
