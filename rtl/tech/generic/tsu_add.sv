// SPDX-License-Identifier: Apache-2.0
//
// Adder with inverted operands, one lookup table a bit:
//
//   sum_o = (a_i ^ a_inv_i) + (b_i ^ b_inv_i) + carry_i        (mod 2^Width)
//
// With carries that complete the negations this is +-a +-b; with b_inv_i = carry_i = 1 the top bit of a wider sum is a < b.
// Combinational. move_i: sum_o matters to nobody while it is low, so simulators skip the sum. This is the reference that the other
// families' tsu_add is proved equal to.

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

  // {x, 1} + {y, carry} with the lowest bit dropped: one carry chain in every tool.
  logic [Width:0] total;
  assign total = move_i ? {a_i ^ {Width{a_inv_i}}, 1'b1} + {b_i ^ {Width{b_inv_i}}, carry_i} : '0;
  assign sum_o = total[Width:1];

endmodule

`default_nettype wire
