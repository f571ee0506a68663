// SPDX-License-Identifier: Apache-2.0
// Work items over threads.
#pragma once

#include <functional>

#include "tsu/cpu.hpp"

namespace tsu {

// Calls work(item, worker) for every item in [0, items), worker in [0, threads); items are handed out in order to
// whoever is free. Rethrows the first exception after all have stopped. threads <= 1 runs in the caller.
void Parallel(int threads, int items, const std::function<void(int item, int worker)>& work);

// Number of threads for a request: 0 = one for every core that this process may use. Where the machine gives fewer, fewer do
// the same work.
int ThreadCount(int wish);

}  // namespace tsu
