// SPDX-License-Identifier: Apache-2.0
//
// tsu_add_select (generic/tsu_add_select.sv) of families whose carry cells take four inputs a bit (tsu_chain): f = a,
// h = select ? b1 : b0, P = a ^ h.

`default_nettype none

module tsu_add_select #(
  parameter int unsigned Width = 10
) (
  input  logic             move_i,
  input  logic [Width-1:0] a_i,
  input  logic             select_i,
  input  logic [Width-1:0] b1_i,
  input  logic [Width-1:0] b0_i,
  input  logic             carry_i,
  output logic [Width-1:0] sum_o
);

  tsu_chain #(.Width(Width), .Function(16'h596A)) u_chain (
    .a_i, .b_i(select_i), .c_i(b1_i), .d_i(b0_i), .carry_i, .sum_o
  );

endmodule

`default_nettype wire
