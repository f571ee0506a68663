// SPDX-License-Identifier: Apache-2.0
// What the ranks of a training tell each other beside the counts. The first rank alone shows progress, writes checkpoints and
// the log, and tells all to stop when one has to; what is there to show and to write comes from the leaders of the groups. A rank
// that is alone may call from several threads, one a pass.
#pragma once

#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "ranks.hpp"
#include "train_state.hpp"
#include "tsu/train.hpp"
#include "tsu/train_log.hpp"

namespace tsu::train {

class Desk {
 public:
  // Thrown out of a gradient step when there is a signal to stop.
  struct Interrupt {};

  // `lines`: of the log so far. References must outlive the object.
  Desk(const Ranks& world, const TrainOptions& options, const TrainObserver& observer, int passes, std::vector<TrainLine> lines);

  // Work begins that these ranks lead.
  void Begin(std::vector<int> leaders);

  // A pass was done before this run.
  void Known(int pass) { latest_[pass].step = latest_[pass].steps = 1; }

  // Leaders: what has happened in a pass.
  void Report(const TrainProgress& progress);
  void Save(int pass, const std::string& state);
  void Note(const TrainLine& line);

  // Runs `work`; keeps what it throws for End, and stops.
  void Guard(const std::function<void()>& work);
  // This rank's group has been stopped by one of its members.
  void Halt();
  // Has this rank, or as far as it knows any other, a reason to stop?
  bool stop();

  // All ranks, when their work is done or they have stopped. The first one returns when all leaders have called. Throws what
  // Guard kept, kInterrupted where a signal or the observer was the reason to stop; nothing where it was another rank's.
  void End();

 private:
  void Handle(const std::string& letter);
  void Listen();
  void Show(const TrainProgress& progress);
  void Write(const TrainLine& line);
  void StopAll();

  std::recursive_mutex mutex_;  // recursive: stop() hears letters, and what they ask for takes it too
  const Ranks& world_;
  const TrainOptions& o_;
  const TrainObserver& observer_;
  int passes_;
  std::vector<TrainLine> lines_;  // until the first is written
  bool log_open_ = false;
  std::vector<int> leaders_;
  int busy_ = 0;                  // leaders that have not ended, besides this rank
  std::map<int, TrainProgress> latest_;  // of every pass
  double posted_ = 0;             // when the last progress was
  std::exception_ptr failure_;
  bool interrupted_ = false, halted_ = false, told_ = false, stopped_all_ = false;
};

}  // namespace tsu::train
