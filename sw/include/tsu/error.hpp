// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace tsu {

// Class of a failure; its value is the exit code of `tsu`.
enum class Exit : int {
  kOk = 0,
  kCheckFailed = 1,    // a selftest or comparison found a difference
  kUsage = 2,          // wrong command line
  kNoDevice = 3,       // device missing or ambiguous
  kBusy = 4,           // device or file exists but is not ours to use (permission, lock)
  kLink = 5,           // timeout, damaged frames, device gone
  kIncompatible = 6,   // gateware or model does not fit the other side
  kBadInput = 7,       // broken, truncated or out-of-range file
  kOutput = 8,         // cannot write: permission, disk full
  kHealth = 9,         // a health test of the noise source has raised an alarm
  kInternal = 70,      // a bug: please report
  kInterrupted = 130,  // Ctrl-C
};

// One line for a person: what failed, where, what to do next.
class Error : public std::runtime_error {
 public:
  Error(Exit exit, const std::string& what, const std::string& where, const std::string& hint)
      : std::runtime_error(what + ": " + where + (hint.empty() ? "" : " (" + hint + ")")),
        exit_(exit) {}
  // A line that another process has already made.
  Error(Exit exit, const std::string& line) : std::runtime_error(line), exit_(exit) {}
  Exit exit() const { return exit_; }

 private:
  Exit exit_;
};

}  // namespace tsu
