// SPDX-License-Identifier: Apache-2.0
// The end of a process that may be one of many (mpirun): who tells the user what, and how all leave with the same code.
#pragma once

#include <functional>

#include "tsu/error.hpp"

namespace tsu {

// Ranks of this job and this process's number among them; 1 and 0 without mpirun.
int JobSize();
int JobRank();

// Runs `work` on every rank. Where it throws tsu::Error on some, that of the lowest such rank is thrown on all. Throws kUsage
// under mpirun in a build without MPI.
void Together(const std::function<void()>& work);

// Is it for this process to tell the user of a failure? True for a process alone, for the first rank, and for a rank whose
// failure the others have not been told of. `everywhere`: every rank meets this failure by itself (a wrong command line).
bool Speaks(bool everywhere = false);

// To be called last, with the exit code of this process, which it returns. Ranks leave together; where this one fails alone
// and the others cannot know, it ends them.
int Leave(Exit exit, bool everywhere = false);

}  // namespace tsu
