// SPDX-License-Identifier: Apache-2.0
#include "parallel.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace tsu {

void Parallel(int threads, int items, const std::function<void(int, int)>& work) {
  threads = std::min(threads, items);
  if (threads <= 1) {
    for (int i = 0; i < items; ++i) work(i, 0);
    return;
  }
  std::atomic<int> next = 0;
  std::exception_ptr failure;
  std::mutex mutex;
  auto serve = [&](int worker) {
    try {
      for (int i = next++; i < items; i = next++) work(i, worker);
    } catch (...) {
      next = items;
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> helpers;
    try {
      for (int t = 1; t < threads; ++t) helpers.emplace_back(serve, t);
    } catch (const std::system_error&) {  // no more threads to be had
    }
    serve(0);
  }
  if (failure) std::rethrow_exception(failure);
}

int ThreadCount(int wish) {
  if (wish > 0) return std::min(wish, kMostThreads);
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) == 0) return std::min(CPU_COUNT(&cores), kMostThreads);
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMostThreads);  // more cores than the set holds
}

}  // namespace tsu
