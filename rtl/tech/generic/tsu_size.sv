// SPDX-License-Identifier: Apache-2.0
//
// Entry of the threshold table that a field asks for, or an address in its place:
//
//   size_o = min(|field_i|, 2^Bits - 1) + place_i,   one of field_i and place_i is 0
//
// Combinational. move_i: size_o matters to nobody while it is low. Enough of the negation is made to see |f| reach 2^Bits: by a higher
// bit of ~f, or by the carry out of the lower ones.

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

  logic          negative, saturate;
  logic [Bits:0] size;
  assign negative = field_i[FieldBits-1];
  tsu_add #(.Width(Bits + 1)) u_size (
    .move_i, .a_i(field_i[Bits:0]), .b_i({1'b0, place_i}), .a_inv_i(negative), .b_inv_i(1'b0), .carry_i(negative), .sum_o(size)
  );
  assign saturate = size[Bits] || field_i[FieldBits-1:Bits] != {FieldBits-Bits{negative}};
  assign size_o = size[Bits-1:0] | {Bits{saturate}};

endmodule

`default_nettype wire
