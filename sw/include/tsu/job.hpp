// SPDX-License-Identifier: Apache-2.0
// The end of a process that may be one of many (mpirun): who tells the user what, and how all leave with the same code.
#pragma once

#include "tsu/error.hpp"

namespace tsu {

// Is it for this process to tell the user of a failure? True for a process alone, for the first rank, and for a rank whose
// failure the others have not been told of. `everywhere`: every rank meets this failure by itself (a wrong command line).
bool Speaks(bool everywhere = false);

// Ranks of this job; 1 without mpirun.
int JobSize();

// To be called last, with the exit code of this process, which it returns. Ranks leave together; where this one fails alone
// and the others cannot know, it ends them.
int Leave(Exit exit, bool everywhere = false);

}  // namespace tsu
