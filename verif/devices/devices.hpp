// SPDX-License-Identifier: Apache-2.0
// Devices that need verification parts. A program that wants them says so: objects of a static library that
// register themselves would be dropped by the linker.
#pragma once

namespace tsu {

void RegisterGoldenDevice();  // golden:?lanes=L&groups=G&table_bits=B&noise=NAME
void RegisterSimDevice();     // sim:?build=1tile|4tile

}  // namespace tsu
