// SPDX-License-Identifier: Apache-2.0
// Main of every test program: prints, for each failed test, the line that reruns it alone with its seed. A run of no test
// at all (a filter that matches nothing) fails.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/support/seed.hpp"

namespace {

class RerunLine : public testing::EmptyTestEventListener {
 public:
  explicit RerunLine(std::string binary) : binary_(std::move(binary)) {}
  void OnTestEnd(const testing::TestInfo& info) override {
    if (!info.result()->Failed()) return;
    std::cout << "rerun: TSU_SEED=" << tsu::test::Seed() << " " << binary_
              << " --gtest_filter=" << info.test_suite_name() << "." << info.name() << "\n";
  }

 private:
  std::string binary_;
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  std::cout << "TSU_SEED=" << tsu::test::Seed() << "\n";
  testing::UnitTest::GetInstance()->listeners().Append(new RerunLine(argv[0]));
  const int failed = RUN_ALL_TESTS();
  if (testing::UnitTest::GetInstance()->test_to_run_count() > 0) return failed;
  std::cerr << "no test ran: does the filter match one?\n";
  return 1;
}
