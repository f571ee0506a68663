// SPDX-License-Identifier: Apache-2.0
#include "train_share.hpp"

#include <algorithm>
#include <cstdlib>

#include "cpu_sampler.hpp"
#include "train_batches.hpp"
#include "train_chain.hpp"
#include "train_phases.hpp"
#include "tsu/regs.hpp"

namespace tsu::train {
namespace {

// A step's pieces in a row, free ones first, cut into as many runs as there are ranks; the longest run is as short as it can be.
std::vector<StepPart> Cut(int ranks, int batch, int free_sweeps, int clamped_sweeps) {
  const int pieces = (batch + kPiece - 1) / kPiece;
  const auto cost = [&](int piece) { return std::int64_t{piece < pieces ? free_sweeps : clamped_sweeps}; };
  // Ends of the runs when none is to be longer than `limit`; a rank more than there are when that cannot be.
  const auto runs = [&](std::int64_t limit) {
    std::vector<int> ends;
    std::int64_t sum = limit;
    for (int piece = 0; piece < 2 * pieces; ++piece) {
      if (sum + cost(piece) > limit) {
        ends.push_back(piece);
        sum = 0;
      }
      ++ends.back();
      sum += cost(piece);
    }
    return ends;
  };
  std::int64_t low = std::max(free_sweeps, clamped_sweeps), high = std::int64_t{pieces} * (free_sweeps + clamped_sweeps);
  while (low < high) {
    const std::int64_t middle = (low + high) / 2;
    runs(middle).size() <= static_cast<std::size_t>(ranks) ? high = middle : low = middle + 1;
  }
  std::vector<StepPart> parts;
  int begin = 0;
  const auto range = [&](int from, int to) {
    from = std::clamp(from, 0, pieces) * kPiece;
    to = std::min(std::clamp(to, 0, pieces) * kPiece, batch);
    return to > from ? Range{from, to - from} : Range{};
  };
  for (const int end : runs(low)) {
    parts.push_back({range(begin - pieces, end - pieces), range(begin, end)});
    begin = end;
  }
  return parts;
}

std::uint64_t SamplerBytes(const TrainOptions& o, int chains, int threads, int groups = 1) {
  if (chains == 0) return 0;
  const auto offsets = Offsets(o.pattern);
  std::int64_t pad = 0;
  for (const Offset& offset : offsets) pad = std::max(pad, std::int64_t{std::abs(offset.dx)} * o.rows + std::abs(offset.dy));
  const std::uint64_t sites = static_cast<std::uint64_t>(o.rows) * o.cols, degree = offsets.size();
  const std::uint64_t noise = groups > 1 ? 0 : o.cols / 2 * regs::kNoiseWords * regs::kNoiseWordBits;
  const std::uint64_t lines = 2 * (2 * static_cast<std::uint64_t>(pad) + sites) + noise + cpu::kQuickLines;
  const int in_block = groups == 1 && chains > threads * cpu::kBlock / 2 ? cpu::kBlock : cpu::kBlock / 2;
  const std::uint64_t blocks = (chains / groups + in_block - 1) / in_block;
  const std::uint64_t tables = 2 * sites * ((degree / cpu::GroupInputs() + 2) << cpu::GroupInputs());  // looked up by the kernel
  return blocks * lines * cpu::kLine + tables + sites * degree * (2 * sizeof(std::int16_t) + sizeof(std::uint32_t) * threads * groups);
}

}  // namespace

std::uint64_t NeededBytes(const TrainOptions& o, const TrainSet& set, const TrainSet& held_out, const StepPart& part, bool tuning) {
  const int scored = LayerScore::Chains(held_out);
  std::uint64_t bytes = 0;
  if (Phases::Joined(o.threads, part)) {
    bytes = SamplerBytes(o, part.clamped.count + part.free.count, o.threads, 2);
  } else {
    for (const int chains : {part.clamped.count, part.free.count}) bytes += SamplerBytes(o, chains, o.threads);
  }
  for (const int chains : {2 * o.batch, scored, tuning ? o.batch : 0, tuning ? scored : 0}) bytes += SamplerBytes(o, chains, o.threads);
  const std::uint64_t pixels = static_cast<std::uint64_t>(set.rows) * set.cols, batch = static_cast<std::uint64_t>(o.batch);
  const std::uint64_t parameters = static_cast<std::uint64_t>(o.rows) * o.cols * (2 * o.pattern.size() + 1);
  // Two sets of images of a step and of the score, three of the probe's twice as many chains; a state and what it is packed in.
  return bytes + (8 * batch + 2 * static_cast<std::uint64_t>(scored)) * pixels + Images(set) * sizeof(std::size_t) +
         parameters * 12 * sizeof(float);
}

std::vector<Share> DealShares(int ranks, int items, int batch, int free_sweeps, int clamped_sweeps) {
  std::vector<Share> shares;
  const int groups = std::min(ranks, items);
  for (int group = 0; group < groups; ++group) {
    Share share;
    share.group = group;
    for (int item = group; item < items; item += groups) share.items.push_back(item);
    const int members = ranks * (group + 1) / groups - ranks * group / groups;
    const std::vector<StepPart> parts = Cut(members, batch, free_sweeps, clamped_sweeps);
    for (const StepPart& part : parts) {
      share.part = part;
      shares.push_back(share);
    }
  }
  Share idle;
  idle.group = groups;
  shares.resize(static_cast<std::size_t>(ranks), idle);
  return shares;
}

}  // namespace tsu::train
