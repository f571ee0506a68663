// SPDX-License-Identifier: Apache-2.0
#include "train_desk.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <type_traits>
#include <utility>

#include "tsu/error.hpp"
#include "tsu/files.hpp"
#include "tsu/interrupt.hpp"

namespace tsu::train {
namespace {

// Letters: a kind, then what it says.
constexpr char kProgress = 'p', kLine = 'l', kState = 's', kDone = 'd', kHalted = 'h', kStop = 'x';
constexpr double kPatience = 0.1;  // seconds between progress letters of a leader

template <typename T>
std::string Letter(char kind, const T& content) {
  static_assert(std::is_trivially_copyable_v<T>);
  return kind + std::string(reinterpret_cast<const char*>(&content), sizeof content);
}
template <typename T>
T Content(const std::string& letter) {
  T content;
  std::memcpy(&content, letter.data() + 1, sizeof content);
  return content;
}

using Lock = std::lock_guard<std::recursive_mutex>;

double Now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

Desk::Desk(const Ranks& world, const TrainOptions& options, const TrainObserver& observer, int passes, std::vector<TrainLine> lines)
    : world_(world), o_(options), observer_(observer), passes_(passes), lines_(std::move(lines)) {}

void Desk::Begin(std::vector<int> leaders) {
  leaders_ = std::move(leaders);
  busy_ = static_cast<int>(std::count_if(leaders_.begin(), leaders_.end(), [this](int rank) { return rank != world_.rank(); }));
}

void Desk::Report(const TrainProgress& progress) {
  const Lock lock(mutex_);
  if (world_.rank() == 0) return Show(progress);
  if (Now() - posted_ < kPatience && progress.step < progress.steps) return;
  posted_ = Now();
  world_.Post(0, Letter(kProgress, progress));
}

void Desk::Save(int pass, const std::string& state) {
  const Lock lock(mutex_);
  if (o_.checkpoint.empty()) return;
  if (world_.rank() != 0) return world_.Post(0, Letter(kState, pass) + state);
  WriteFileAtomically(CheckpointFile(o_, pass), {reinterpret_cast<const std::uint8_t*>(state.data()), state.size()});
}

void Desk::Note(const TrainLine& line) {
  const Lock lock(mutex_);
  if (o_.log.empty()) return;
  world_.rank() == 0 ? Write(line) : world_.Post(0, Letter(kLine, line));
}

// The first line replaces what an earlier run has left by the lines that its checkpoints know of.
void Desk::Write(const TrainLine& line) {
  std::string text = LogLine(line);
  if (!log_open_) {
    std::string all;
    for (const TrainLine& old : lines_) all += LogLine(old);
    all += text;
    WriteFileAtomically(o_.log, {reinterpret_cast<const std::uint8_t*>(all.data()), all.size()});
    log_open_ = true;
    return;
  }
  const int fd = open(o_.log.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
  const ssize_t wrote = fd < 0 ? -1 : write(fd, text.data(), text.size());
  const int error = errno;
  if (fd >= 0) close(fd);
  if (wrote != static_cast<ssize_t>(text.size()))
    throw Error(Exit::kOutput, "cannot write the log (" + std::string(wrote < 0 ? std::strerror(error) : "disk full") + ")", o_.log,
                "free some space, or name another file with --log");
}

void Desk::Show(const TrainProgress& progress) {
  latest_[progress.pass] = progress;
  TrainProgress shown = progress;
  shown.done = shown.flips_per_ns = 0;
  for (const auto& [pass, latest] : latest_) {
    const bool runs = latest.step < latest.steps;
    shown.done += static_cast<double>(latest.step) / static_cast<double>(latest.steps) / passes_;
    if (runs || pass == progress.pass) shown.flips_per_ns += latest.flips_per_ns;
  }
  if (observer_ && !observer_(shown)) interrupted_ = true;
}

void Desk::Guard(const std::function<void()>& work) {
  try {
    work();
  } catch (const Interrupt&) {
    const Lock lock(mutex_);
    interrupted_ = true;
  } catch (...) {
    const Lock lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
}

void Desk::Halt() {
  const Lock lock(mutex_);
  halted_ = true;
}

bool Desk::stop() {
  const Lock lock(mutex_);
  Listen();
  if (Interrupted()) interrupted_ = true;
  const bool mine = failure_ || interrupted_ || halted_;
  if (mine && world_.rank() == 0) StopAll();
  return mine || told_;
}

void Desk::StopAll() {
  if (std::exchange(stopped_all_, true)) return;
  for (const int leader : leaders_)
    if (leader != 0) world_.Post(leader, std::string(1, kStop));
}

void Desk::Listen() {
  while (const auto letter = world_.Receive()) Guard([&] { Handle(*letter); });
}

void Desk::Handle(const std::string& letter) {
  switch (letter.at(0)) {
    case kStop: told_ = true; break;
    case kProgress: Show(Content<TrainProgress>(letter)); break;
    case kLine: Note(Content<TrainLine>(letter)); break;
    case kState: Save(Content<int>(letter), letter.substr(1 + sizeof(int))); break;
    case kHalted: halted_ = true; [[fallthrough]];
    case kDone: --busy_; break;
    default: throw Error(Exit::kInternal, "letter of no kind", letter.substr(0, 1), "");
  }
}

void Desk::End() {
  const bool mine = stop();
  if (world_.rank() != 0) {
    if (std::find(leaders_.begin(), leaders_.end(), world_.rank()) != leaders_.end())
      world_.Post(0, std::string(1, mine && !told_ ? kHalted : kDone));
  } else {
    for (stop(); busy_ > 0; stop()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  if (failure_) std::rethrow_exception(failure_);
  if (interrupted_)
    throw Error(Exit::kInterrupted, "training interrupted", std::to_string(world_.size()) + (world_.size() == 1 ? " rank" : " ranks"),
                o_.checkpoint.empty() ? "" : "the same command goes on from " + CheckpointFile(o_, 0) + " ...");
}

}  // namespace tsu::train
