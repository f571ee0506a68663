// SPDX-License-Identifier: Apache-2.0
//
// tsu_add (generic/tsu_add.sv) of families whose carry cells take four inputs a bit (tsu_chain): f = a ^ a_inv, h = b ^ b_inv, P is the
// parity of all four.

`default_nettype none

module tsu_add #(
  parameter int unsigned Width = 10
) (
  input  logic             move_i,
  input  logic [Width-1:0] a_i,
  input  logic [Width-1:0] b_i,
  input  logic             a_inv_i,
  input  logic             b_inv_i,
  input  logic             carry_i,
  output logic [Width-1:0] sum_o
);

  tsu_chain #(.Width(Width), .Function(16'h6996)) u_chain (
    .a_i, .b_i(a_inv_i), .c_i(b_i), .d_i({Width{b_inv_i}}), .carry_i, .sum_o
  );

endmodule

`default_nettype wire
