// SPDX-License-Identifier: Apache-2.0
#include "verif/golden/health.hpp"

#include <cmath>

#include "tsu/regs.hpp"

namespace tsu::golden {

int RepetitionCutoff(double claim, int alpha_log2) { return 1 + static_cast<int>(std::ceil(alpha_log2 / claim)); }

int ProportionCutoff(double claim, int alpha_log2, int window) {
  const double log_p = -claim * std::log(2.0), log_q = std::log1p(-std::exp(log_p)), alpha = std::exp2(-alpha_log2);
  double above = 0;  // P(X > k)
  for (int k = window; k > 0; --k) {
    const double log_choose = std::lgamma(window + 1) - std::lgamma(k + 1) - std::lgamma(window - k + 1);
    const double at_least = above + std::exp(log_choose + k * log_p + (window - k) * log_q);
    if (at_least > alpha) return 1 + k;
    above = at_least;
  }
  return 1;
}

void HealthTests::Take(bool bit) {
  using namespace regs;
  std::uint32_t fails = 0;
  run_ = run_ > 0 && bit == (past_ & 1) ? run_ + 1 : 1;
  if (run_ >= static_cast<int>(kRepetitionCutoff)) fails |= kCauseRepetition;
  if (pos_ == 0) {
    first_ = bit;
    equal_ = match_ = 0;
  }
  equal_ += bit == first_;
  match_ += bit == (past_ >> lag_ & 1);
  if (equal_ == static_cast<int>(kProportionCutoff)) fails |= kCauseProportion;
  if (match_ == static_cast<int>(kProportionCutoff)) fails |= kCauseLag;
  if (fails != 0 && !passed_) fails |= kCauseStartUp;
  cause_ |= fails;
  past_ = past_ << 1 | bit;
  if (++pos_ == static_cast<int>(kHealthWindow)) {
    pos_ = 0;
    lag_ = (lag_ + 1) % static_cast<int>(kHealthLags);
    passed_ = true;
  }
}

}  // namespace tsu::golden
