// SPDX-License-Identifier: Apache-2.0
#include "train_job.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <thread>

#include "memory.hpp"
#include "parallel.hpp"
#include "train_desk.hpp"
#include "train_pass.hpp"
#include "train_share.hpp"
#include "tsu/error.hpp"

namespace tsu::train {
namespace {

// The first rank's files, on every rank; a state without parameters where there is none.
std::vector<State> Resume(const Ranks& world, const Plan& plan, std::size_t parameters) {
  std::vector<std::string> files(plan.passes);
  std::vector<State> states(plan.passes);
  if (plan.options.checkpoint.empty()) return states;
  const auto path = [&plan](int pass) { return CheckpointFile(plan.options, pass); };
  world.Together([&] {
    for (int pass = 0; world.rank() == 0 && pass < plan.passes; ++pass) files[pass] = ReadState(path(pass));
  });
  for (std::string& file : files) file = world.Broadcast(file, 0);
  world.Together([&] {
    for (int pass = 0; pass < plan.passes; ++pass)
      if (!files[pass].empty()) states[pass] = UnpackState(files[pass], path(pass), plan.identity, pass, parameters);
  });
  return states;
}

// Cores that this process may use (mpirun binds ranks to some), shared among the ranks at work on this machine.
int Threads(int wish, const Ranks& here, bool works) {
  std::uint32_t workers = works;
  here.Sum({&workers, 1});
  if (wish > 0) return wish;
  const int cores = static_cast<int>(std::thread::hardware_concurrency());  // of the machine
  return std::clamp(cores / std::max(1, static_cast<int>(workers)), 1, ThreadCount(0));
}

// Passes that a rank does side by side, sharing its threads: a layer's chains are often one block, which takes one thread.
// One at a time where there are several ranks: their first threads alone may speak MPI.
int SideBySide(int ranks, int threads, std::size_t passes) {
  return ranks > 1 ? 1 : std::clamp(static_cast<int>(passes), 1, threads);
}

void CheckMemory(const Ranks& here, std::uint64_t bytes) {
  constexpr double kMiB = 1 << 20, kGB = 1e9;
  std::uint32_t need = static_cast<std::uint32_t>(static_cast<double>(bytes) / kMiB) + 1, ranks = bytes > 0;
  here.Sum({&need, 1});
  here.Sum({&ranks, 1});
  const Memory memory = AvailableMemory();
  if (need * kMiB <= static_cast<double>(memory.bytes)) return;
  throw Error(Exit::kUsage, "not enough memory for this training",
              fmt::format("{:.1f} GB needed{}, {:.1f} GB left by {}", need * kMiB / kGB,
                          ranks > 1 ? fmt::format(" by {} ranks", ranks) : "", static_cast<double>(memory.bytes) / kGB, memory.limit),
              ranks > 1 ? "a smaller batch or grid, or fewer ranks here" : "a smaller batch or grid");
}

std::vector<int> Leaders(const std::vector<Share>& shares) {
  std::vector<int> leaders;
  for (int rank = 0; rank < static_cast<int>(shares.size()); ++rank)
    if (!shares[rank].items.empty() && (rank == 0 || shares[rank - 1].group != shares[rank].group)) leaders.push_back(rank);
  return leaders;
}

}  // namespace

std::vector<State> RunPasses(const Ranks& world, const Plan& plan, Model& model, const TrainObserver& observer) {
  const TrainOptions& o = plan.options;
  const auto edges = GridEdges(o.rows, o.cols, o.pattern);
  const std::size_t parameters = edges.size() + model.site_class.size();
  std::vector<State> states = Resume(world, plan, parameters);
  std::vector<TrainLine> lines;
  for (const State& state : states) lines.insert(lines.end(), state.lines.begin(), state.lines.end());
  Desk desk(world, o, observer, plan.passes, std::move(lines));
  const Ranks here = world.OnThisMachine();
  // Passes that wait for nothing, all at once; then every tuned layer, which needs those before it.
  for (int first = 0, count = plan.layers; first < plan.passes; first += count, count = 1) {
    std::vector<int> open;
    for (int pass = first; pass < first + count; ++pass) Finished(states[pass]) ? desk.Known(pass) : open.push_back(pass);
    const auto shares = DealShares(world.size(), static_cast<int>(open.size()), o.batch, o.sweeps, o.clamped_sweeps);
    const Share& mine = shares[world.rank()];
    const auto leaders = Leaders(shares);
    const int threads = Threads(o.threads, here, !mine.items.empty());
    const auto options = [&](int beside) {
      TrainOptions shared = o;
      shared.threads = threads / beside;
      return shared;
    };
    const int most = SideBySide(world.size(), threads, mine.items.size());
    const std::uint64_t bytes =
        mine.items.empty() ? 0 : most * NeededBytes(options(most), plan.set, plan.held_out, mine.part, plan.tuning(first));
    std::optional<Error> refused;
    try {
      CheckMemory(here, bytes);
    } catch (const Error& e) {
      refused = e;
    }
    world.Together([&] { if (refused) throw *refused; });
    const auto idle = std::count_if(shares.begin(), shares.end(), [](const Share& s) { return s.items.empty(); });
    if (first == 0 && idle > 0 && world.rank() == 0 && !open.empty())
      std::fprintf(stderr, "tsu: %d of %d ranks have nothing to do: %d layers in %d parts (phases of %d chains)\n", static_cast<int>(idle),
                   world.size(), static_cast<int>(open.size()), world.size() - static_cast<int>(idle), kPiece);
    const Ranks group = world.Split(mine.group);
    desk.Begin(leaders);
    world.Together([&] {
      for (std::size_t next = 0; next < mine.items.size() && !desk.stop();) {
        const int beside = SideBySide(world.size(), threads, mine.items.size() - next);
        const TrainOptions shared = options(beside);
        const Plan local{shared, plan.set, plan.held_out, plan.levels, plan.identity, plan.layers, plan.passes};
        Parallel(beside, beside, [&](int item, int) {
          const int pass = open[mine.items[next + item]];
          const Parameters* from = plan.tuning(pass) ? &states[plan.layer(pass)].chosen : nullptr;
          const auto run = [&] { RunPass(group, local, model, mine.part, pass, from, desk, states[pass]); };
          beside > 1 ? desk.Guard(run) : run();  // what ends one ends those beside it
        });
        next += beside;
      }
      desk.End();
    });
    for (int item = 0; item < static_cast<int>(open.size()) && world.size() > 1; ++item) {
      const int leader = leaders[item % leaders.size()];
      const std::string packed = world.rank() == leader ? PackState(plan.identity, open[item], states[open[item]]) : "";
      states[open[item]] = UnpackState(world.Broadcast(packed, leader), "a rank's result", plan.identity, open[item], parameters);
    }
    for (int pass = first; pass < first + count; ++pass)
      Quantise(states[pass].chosen, edges, o.weight_bits, o.weight_step, model.layers[plan.layer(pass)]);
  }
  return states;
}

}  // namespace tsu::train
