// SPDX-License-Identifier: Apache-2.0
// Programs of the sequencer (opcodes: rtl/REGISTERS.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tsu/regs.hpp"

namespace tsu {

using Program = std::vector<std::uint32_t>;  // opcode[31:24] argument[23:0]

inline std::uint32_t Instruction(std::uint32_t opcode, std::uint32_t argument = 0) {
  return opcode << 24 | (argument & 0xFFFFFFu);
}

// Calls visit(opcode, argument) for every instruction in the order in which a sequencer takes it, loops unrolled, End last. Expects a program
// that ProgramSweeps takes.
template <typename Visit>
void ForEachInstruction(const Program& program, Visit visit) {
  struct Block {
    std::size_t first;
    std::uint32_t left;
  };
  std::vector<Block> blocks;
  for (std::size_t pc = 0;; ++pc) {
    const std::uint32_t opcode = program[pc] >> 24, argument = program[pc] & 0xFFFFFFu;
    visit(opcode, argument);
    if (opcode == regs::kOpEnd) return;
    if (opcode == regs::kOpLoop) {
      blocks.push_back({pc, argument});
    } else if (opcode == regs::kOpNext) {
      if (--blocks.back().left > 0) {
        pc = blocks.back().first;
      } else {
        blocks.pop_back();
      }
    }
  }
}

// Number of sweeps (Sweep and Randomise, loops unrolled) and hence, times 2 x rows, of words each stream draws.
std::uint64_t ProgramSweeps(const Program& program);

}  // namespace tsu
