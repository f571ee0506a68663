// SPDX-License-Identifier: Apache-2.0
#include "ranks.hpp"

#ifdef TSU_MPI
#include <mpi.h>
#endif

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <list>
#include <thread>
#include <utility>
#include <vector>

namespace tsu {
namespace {

// What mpirun tells the processes it starts; Open MPI, then the interfaces of other starters.
int FromStarter(std::initializer_list<const char*> names, int otherwise) {
  for (const char* name : names) {
    if (const char* text = std::getenv(name)) return std::atoi(text);
  }
  return otherwise;
}
int StartedSize() { return FromStarter({"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}, 1); }
int StartedRank() { return FromStarter({"OMPI_COMM_WORLD_RANK", "PMI_RANK"}, 0); }

bool known = false;  // the failure that is about to end this process is known to all ranks

}  // namespace

#ifdef TSU_MPI

namespace {

constexpr int kTag = 1;
bool running = false;

struct Letter {
  std::string text;
  MPI_Request request;
};
std::list<Letter> letters;  // posted, not yet delivered

// Not MPI_Wait, which burns a core: ranks that have less to do would slow down those they wait for.
void Wait(MPI_Request request) {
  using std::chrono::microseconds;
  for (microseconds pause(20);;) {
    int done;
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done) return;
    std::this_thread::sleep_for(pause);
    pause = std::min(microseconds(1000), pause + pause / 16);
  }
}

}  // namespace

struct Ranks::Group {
  MPI_Comm comm;
};

Ranks Ranks::World() {
  Ranks world;
  if (StartedSize() <= 1) return world;
  if (!running) {
    int given;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &given);
    running = true;
  }
  world.group_ = std::make_shared<Group>(Group{MPI_COMM_WORLD});
  MPI_Comm_rank(MPI_COMM_WORLD, &world.rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &world.size_);
  return world;
}

Ranks Ranks::Split(int colour) const {
  Ranks part;
  if (!group_) return part;
  part.group_ = std::make_shared<Group>();
  MPI_Comm_split(group_->comm, colour, rank_, &part.group_->comm);
  MPI_Comm_rank(part.group_->comm, &part.rank_);
  MPI_Comm_size(part.group_->comm, &part.size_);
  return part;
}

Ranks Ranks::OnThisMachine() const {
  Ranks part;
  if (!group_) return part;
  part.group_ = std::make_shared<Group>();
  MPI_Comm_split_type(group_->comm, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &part.group_->comm);
  MPI_Comm_rank(part.group_->comm, &part.rank_);
  MPI_Comm_size(part.group_->comm, &part.size_);
  return part;
}

void Ranks::Sum(std::span<std::uint32_t> numbers) const {
  if (size_ == 1) return;
  MPI_Request request;
  MPI_Iallreduce(MPI_IN_PLACE, numbers.data(), static_cast<int>(numbers.size()), MPI_UINT32_T, MPI_SUM, group_->comm, &request);
  Wait(request);
}

std::string Ranks::Broadcast(std::string text, int from) const {
  if (size_ == 1) return text;
  std::uint64_t size = text.size();
  MPI_Request request;
  MPI_Ibcast(&size, 1, MPI_UINT64_T, from, group_->comm, &request);
  Wait(request);
  text.resize(size);
  MPI_Ibcast(text.data(), static_cast<int>(size), MPI_CHAR, from, group_->comm, &request);
  Wait(request);
  return text;
}

void Ranks::Post(int to, std::string text) const {
  if (!group_) return;
  for (auto letter = letters.begin(); letter != letters.end();) {
    int done;
    MPI_Test(&letter->request, &done, MPI_STATUS_IGNORE);
    letter = done ? letters.erase(letter) : std::next(letter);
  }
  Letter& letter = letters.emplace_back(Letter{std::move(text), MPI_REQUEST_NULL});
  MPI_Isend(letter.text.data(), static_cast<int>(letter.text.size()), MPI_CHAR, to, kTag, group_->comm, &letter.request);
}

std::optional<std::string> Ranks::Receive() const {
  if (!group_) return std::nullopt;
  int arrived;
  MPI_Status status;
  MPI_Iprobe(MPI_ANY_SOURCE, kTag, group_->comm, &arrived, &status);
  if (!arrived) return std::nullopt;
  int size;
  MPI_Get_count(&status, MPI_CHAR, &size);
  std::string text(static_cast<std::size_t>(size), '\0');
  MPI_Recv(text.data(), size, MPI_CHAR, status.MPI_SOURCE, kTag, group_->comm, MPI_STATUS_IGNORE);
  return text;
}

int Leave(Exit exit, bool everywhere) {
  const int code = static_cast<int>(exit);
  if (StartedSize() <= 1) return code;
  if (everywhere) {
    Ranks::World();  // mpirun ends all when one fails: the first must have told the user by then
    known = true;
  }
  if (!running) return code;
  if (exit != Exit::kOk && !known) MPI_Abort(MPI_COMM_WORLD, code);
  MPI_Request request;
  MPI_Ibarrier(MPI_COMM_WORLD, &request);
  Wait(request);
  MPI_Finalize();
  return code;
}

#else  // no MPI in this build

struct Ranks::Group {};

Ranks Ranks::World() {
  if (StartedSize() > 1) {
    known = true;
    throw Error(Exit::kUsage, "this tsu was built without MPI", "mpirun", "install libopenmpi-dev and build it again, or run it alone");
  }
  return {};
}
Ranks Ranks::Split(int) const { return {}; }
Ranks Ranks::OnThisMachine() const { return {}; }
void Ranks::Sum(std::span<std::uint32_t>) const {}
std::string Ranks::Broadcast(std::string text, int) const { return text; }
void Ranks::Post(int, std::string) const {}
std::optional<std::string> Ranks::Receive() const { return std::nullopt; }
int Leave(Exit exit, bool) { return static_cast<int>(exit); }

#endif

void Ranks::Together(const std::function<void()>& work) const {
  if (size_ == 1) return work();
  std::string failure;
  try {
    work();
  } catch (const Error& e) {
    failure = std::to_string(static_cast<int>(e.exit())) + " " + e.what();
  }
  std::vector<std::uint32_t> failed(static_cast<std::size_t>(size_), 0);
  failed[rank_] = !failure.empty();
  Sum(failed);
  for (int from = 0; from < size_; ++from) {
    if (!failed[from]) continue;
    const std::string told = Broadcast(failure, from);
    known = true;
    throw Error(static_cast<Exit>(std::atoi(told.c_str())), told.substr(told.find(' ') + 1));
  }
}

bool Speaks(bool everywhere) { return StartedRank() == 0 || !(everywhere || known); }

int JobSize() { return StartedSize(); }

int JobRank() { return StartedRank(); }

void Together(const std::function<void()>& work) { Ranks::World().Together(work); }

}  // namespace tsu
