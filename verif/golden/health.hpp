// SPDX-License-Identifier: Apache-2.0
// Golden twin of rtl/entropy/tsu_health.sv, and its cut-offs by another way than rtl/regs/health_cutoffs.py.
#pragma once

#include <cstdint>

namespace tsu::golden {

// SP 800-90B 4.4.1 and 4.4.2; claim in bits a sample.
int RepetitionCutoff(double claim, int alpha_log2);
int ProportionCutoff(double claim, int alpha_log2, int window);

class HealthTests {
 public:
  void Take(bool bit);
  bool ready() const { return passed_ && cause_ == 0; }
  std::uint32_t cause() const { return cause_; }  // regs::kCause...

 private:
  int run_ = 0, pos_ = 0, lag_ = 0, equal_ = 0, match_ = 0;
  bool first_ = false, passed_ = false;
  std::uint32_t past_ = 0, cause_ = 0;  // bit L - 1 of past_: the bit L before
};

}  // namespace tsu::golden
