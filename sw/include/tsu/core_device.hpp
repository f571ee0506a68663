// SPDX-License-Identifier: Apache-2.0
// A device made of RTL (simulated core or board) behind a Transport.
#pragma once

#include <memory>

#include "tsu/device.hpp"
#include "tsu/transport.hpp"

namespace tsu {

// Reads and checks the identity (magic, version, register map hash) and the shape of the core: throws kIncompatible with advice.
std::unique_ptr<Device> MakeCoreDevice(std::unique_ptr<Transport> transport);

}  // namespace tsu
