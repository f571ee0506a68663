// SPDX-License-Identifier: Apache-2.0
//
// Adder with a choice of its second operand, one lookup table a bit:
//
//   sum_o = a_i + (select_i ? b1_i : b0_i) + carry_i           (mod 2^Width)
//
// Combinational; move_i as in tsu_add.sv. The reference that the other families' tsu_add_select is proved equal to.

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

  logic [Width:0] total;
  assign total = move_i ? {a_i, 1'b1} + {select_i ? b1_i : b0_i, carry_i} : '0;
  assign sum_o = total[Width:1];

endmodule

`default_nettype wire
