// SPDX-License-Identifier: Apache-2.0
// Devices behind a serial port: uart:PATH?baud=N&timeout=MS
#pragma once

#include <memory>
#include <string>

#include "tsu/link.hpp"

namespace tsu {

// Opens and locks a tty, raw 8N1 at any baud rate. Throws kNoDevice (none, or not a tty), kBusy (in
// use, no permission).
std::unique_ptr<BytePort> OpenUart(const std::string& path, int baud);

// Registers it as "uart:". Options: baud (1000000), timeout in ms beyond the time on the wire (50;
// a simulated board needs thousands).
void RegisterUartDevice();

}  // namespace tsu
