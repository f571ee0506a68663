// SPDX-License-Identifier: Apache-2.0
// Ctrl-C as an error like any other: long work asks between its pieces and unwinds cleanly.
#pragma once

namespace tsu {

// Makes SIGINT, SIGTERM and SIGHUP set a flag; a second one ends the process at once with code 130. For programs, not for libraries.
void CatchInterrupts();

bool Interrupted();

// Throws Error(kInterrupted) naming `what` when the flag is set.
void CheckInterrupt(const char* what);

}  // namespace tsu
