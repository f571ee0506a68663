// SPDX-License-Identifier: Apache-2.0
#include "tsu/interrupt.hpp"

#include <signal.h>
#include <unistd.h>

#include "tsu/error.hpp"

namespace tsu {
namespace {

volatile sig_atomic_t interrupted = 0;

void OnSignal(int) {
  if (interrupted) _exit(static_cast<int>(Exit::kInterrupted));
  interrupted = 1;
}

}  // namespace

void CatchInterrupts() {
  struct sigaction action {};
  action.sa_handler = OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction hangup {};  // the terminal is closed: as Ctrl-C, unless nohup has said otherwise
  if (sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);
}

bool Interrupted() { return interrupted != 0; }

void CheckInterrupt(const char* what) {
  if (interrupted) throw Error(Exit::kInterrupted, "interrupted", what, "nothing was written");
}

}  // namespace tsu
