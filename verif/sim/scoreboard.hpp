// SPDX-License-Identifier: Apache-2.0
// Counts comparisons of the model under test with its golden twin and remembers the first mismatches in words.
#pragma once

#include <cstdint>
#include <sstream>
#include <string>

namespace tsu::verif {

class Scoreboard {
 public:
  // Compares `count` things at once; `where()` gives the text for the report and runs only on a mismatch.
  template <typename T, typename Where>
  void Compare(const T& golden, const T& rtl, Where where, std::uint64_t count = 1) {
    compared_ += count;
    if (golden == rtl) return;
    ++mismatches_;
    if (mismatches_ > kReported) return;
    std::ostringstream text;
    text << where() << ": golden " << +golden << ", rtl " << +rtl << "\n";
    report_ += text.str();
  }

  // Something came that nothing asked for, or did not come.
  void Fault(const std::string& what) {
    ++mismatches_;
    if (mismatches_ <= kReported) report_ += what + "\n";
  }

  std::uint64_t compared() const { return compared_; }
  std::uint64_t mismatches() const { return mismatches_; }
  // A scoreboard that compared nothing has not passed.
  bool passed() const { return compared_ > 0 && mismatches_ == 0; }
  std::string report() const {
    return std::to_string(compared_) + " compared, " + std::to_string(mismatches_) + " mismatches\n" + report_;
  }

 private:
  static constexpr std::uint64_t kReported = 8;
  std::uint64_t compared_ = 0, mismatches_ = 0;
  std::string report_;
};

}  // namespace tsu::verif
