// SPDX-License-Identifier: Apache-2.0
//
// Delay line: q_o is what d_i was Depth steps ago; Depth 0 is a wire.
//
// Flip-flops, a bit each. Nothing is cleared: Depth steps with d_i = 0 do that. The reference that other families' tsu_delay is
// held to.

`default_nettype none

module tsu_delay #(
  parameter int unsigned Width = 24,
  parameter int unsigned Depth = 1
) (
  input  logic             clk_i,
  input  logic             step_i,
  input  logic [Width-1:0] d_i,
  output logic [Width-1:0] q_o
);

  tsu_shift #(.Width(Width), .Depth(Depth)) u_shift (.clk_i, .step_i, .d_i, .q_o);

endmodule

`default_nettype wire
