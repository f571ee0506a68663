// SPDX-License-Identifier: Apache-2.0
#include "parallel.hpp"
#include "tsu/cpu.hpp"

namespace tsu {

void RegisterCpuDevice() {
  RegisterDevice("cpu", [](const DeviceUrl& url) {
    url.Expect(false, {"threads", "target"}, "cpu:?threads=N&target=NAME");
    return MakeCpuDevice(url.Number("threads", 0, 0, kMostThreads), url.Option("target", ""));
  });
}

}  // namespace tsu
