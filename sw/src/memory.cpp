// SPDX-License-Identifier: Apache-2.0
#include "memory.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>

namespace tsu {
namespace {

constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();

// The number behind `key` in a file of "key number" lines; an empty key: the file's first word. Nothing: no such file or key, or "max".
std::optional<std::uint64_t> Number(const std::string& path, const std::string& key = "") {
  std::ifstream file(path);
  for (std::string word; file >> word;) {
    std::uint64_t number = 0;
    if (key.empty()) {
      if (word.empty() || word.find_first_not_of("0123456789") != std::string::npos || word.size() > 19) return std::nullopt;
      return std::stoull(word);
    }
    if (word == key && file >> number) return number;
  }
  return std::nullopt;
}

// Page cache counts as used by a control group, but makes room when asked.
std::uint64_t Left(std::uint64_t limit, std::uint64_t used, std::uint64_t cache) {
  used -= std::min(used, cache);
  return limit - std::min(limit, used);
}

// Control groups, version 2: this process's and all above it. Version 1: the one that a container shows as its root.
std::uint64_t GroupsLeave() {
  std::uint64_t least = kAny;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (line.rfind("0::/", 0) != 0) continue;
    for (std::string path = line.substr(3); !path.empty(); path.resize(path.rfind('/'))) {
      const std::string folder = "/sys/fs/cgroup" + (path == "/" ? "" : path);
      const auto limit = Number(folder + "/memory.max"), used = Number(folder + "/memory.current");
      if (limit && used) least = std::min(least, Left(*limit, *used, Number(folder + "/memory.stat", "inactive_file").value_or(0)));
    }
  }
  const std::string old = "/sys/fs/cgroup/memory/memory.";
  const auto limit = Number(old + "limit_in_bytes"), used = Number(old + "usage_in_bytes");
  if (limit && used) least = std::min(least, Left(*limit, *used, Number(old + "stat", "total_inactive_file").value_or(0)));
  return least;
}

std::uint64_t AddressSpaceLeaves() {
  rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kAny;
  const std::uint64_t used = Number("/proc/self/statm").value_or(0) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return Left(limit.rlim_cur, used, 0);
}

}  // namespace

Memory AvailableMemory() {
  const auto kernel = Number("/proc/meminfo", "MemAvailable:");
  Memory memory{kernel ? *kernel * 1024 : kAny, "this machine"};
  const auto narrow = [&](std::uint64_t bytes, const char* limit) {
    if (bytes < memory.bytes) memory = {bytes, limit};
  };
  narrow(GroupsLeave(), "the control group of this process");
  narrow(AddressSpaceLeaves(), "the limit of address space (ulimit -v)");
  return memory;
}

}  // namespace tsu
