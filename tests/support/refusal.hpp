// SPDX-License-Identifier: Apache-2.0
// What a call that must be refused says.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tsu/error.hpp"

namespace tsu::test {

// The message of the error that `action` throws; its class must be `exit`.
template <typename Action>
std::string Refusal(Exit exit, Action action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), exit) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "accepted";
  return "";
}

}  // namespace tsu::test
