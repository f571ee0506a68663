// SPDX-License-Identifier: Apache-2.0
//
// tsu_size (generic/tsu_size.sv) of families whose carry cells take four inputs a bit (tsu_chain): f = field ^ negative, h = place, and where
// the size is too large P = 1 and no carry: every bit of the sum is 1. Too large is known ahead of the chain: a higher bit of ~f, or f =
// -2^Bits.

`default_nettype none

module tsu_size #(
  parameter int unsigned Bits = 9,
  parameter int unsigned FieldBits = 14
) (
  input  logic                        move_i,
  input  logic signed [FieldBits-1:0] field_i,
  input  logic [Bits-1:0]             place_i,
  output logic [Bits-1:0]             size_o
);

  logic negative, saturate;
  assign negative = field_i[FieldBits-1];
  assign saturate = negative ? !(&field_i[FieldBits-2:Bits] && |field_i[Bits-1:0]) : |field_i[FieldBits-2:Bits];
  tsu_chain #(.Width(Bits), .Function(16'hFF96)) u_chain (
    .a_i(field_i[Bits-1:0]), .b_i(negative), .c_i(place_i), .d_i({Bits{saturate}}), .carry_i(negative && !saturate), .sum_o(size_o)
  );

endmodule

`default_nettype wire
