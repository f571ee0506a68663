// SPDX-License-Identifier: Apache-2.0
#include "tsu/program.hpp"

#include <string>

#include "tsu/error.hpp"

namespace tsu {

std::uint64_t ProgramSweeps(const Program& program) {
  struct Block {
    std::uint64_t sweeps, repetitions;
  };
  std::vector<Block> open{{0, 1}};
  for (std::size_t pc = 0; pc < program.size(); ++pc) {
    const auto bad = [pc](const std::string& what) {
      return Error(Exit::kBadInput, what, "program word " + std::to_string(pc), "");
    };
    const std::uint32_t argument = program[pc] & 0xFFFFFFu;
    switch (program[pc] >> 24) {
      case regs::kOpEnd:
        if (open.size() != 1) throw bad("End inside a Loop");
        return open[0].sweeps;
      case regs::kOpSweep:
        open.back().sweeps += argument;
        break;
      case regs::kOpRandomise:
        open.back().sweeps += 1;
        break;
      case regs::kOpLoop:
        if (open.size() == 3) throw bad("Loop nests deeper than two");
        if (argument == 0) throw bad("Loop without repetitions");
        open.push_back({0, argument});
        break;
      case regs::kOpNext: {
        if (open.size() == 1) throw bad("Next without Loop");
        const Block block = open.back();
        open.pop_back();
        open.back().sweeps += block.sweeps * block.repetitions;
        break;
      }
      case regs::kOpLayer:
      case regs::kOpPreload:
      case regs::kOpBeta:
      case regs::kOpCopy:
      case regs::kOpEmit:
      case regs::kOpClamp:
        break;
      default:
        throw bad("unknown opcode");
    }
  }
  throw Error(Exit::kBadInput, "program without End", std::to_string(program.size()) + " words",
              "");
}

}  // namespace tsu
