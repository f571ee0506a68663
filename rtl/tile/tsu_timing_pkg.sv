// SPDX-License-Identifier: Apache-2.0
//
// Clocks of the array that control counts on (tsu_array.sv says where they go). No part of the law: samples do not depend on them.

`default_nettype none

package tsu_timing_pkg;

  localparam int unsigned PipelineDepth = 11;  // from the step that pushes an update to the clock that writes it
  localparam int unsigned ScanLatency = 3;     // from a scan to its answer

endpackage

`default_nettype wire
