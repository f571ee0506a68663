// SPDX-License-Identifier: Apache-2.0
// How much memory this process may still take, asked before hours of work rather than found out in their midst.
#pragma once

#include <cstdint>
#include <string>

namespace tsu {

struct Memory {
  std::uint64_t bytes;  // what may still be taken; the largest number where nothing limits it
  std::string limit;    // what says so
};

// The least of: what the kernel calls available, what the control groups of this process leave, the address space (ulimit -v).
Memory AvailableMemory();

}  // namespace tsu
