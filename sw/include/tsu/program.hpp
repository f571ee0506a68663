// SPDX-License-Identifier: Apache-2.0
// Programs of the sequencer (opcodes: rtl/REGISTERS.md).
#pragma once

#include <cstdint>
#include <vector>

#include "tsu/regs.hpp"

namespace tsu {

using Program = std::vector<std::uint32_t>;  // opcode[31:24] argument[23:0]

inline std::uint32_t Instruction(std::uint32_t opcode, std::uint32_t argument = 0) {
  return opcode << 24 | (argument & 0xFFFFFFu);
}

// Number of sweeps (Sweep and Randomise, loops unrolled) and hence, times 2 x rows, of words each stream draws.
std::uint64_t ProgramSweeps(const Program& program);

}  // namespace tsu
