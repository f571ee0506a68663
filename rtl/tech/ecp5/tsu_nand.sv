// SPDX-License-Identifier: Apache-2.0
//
// y_o = !(a_i && b_i) as one lookup table of ECP5 that synthesis keeps: a stage of lut/tsu_ring.sv.

`default_nettype none

module tsu_nand (
  input  logic a_i,
  input  logic b_i,
  output logic y_o
);

  (* keep *) LUT4 #(.INIT(16'h7777)) u_lut (.A(a_i), .B(b_i), .C(1'b0), .D(1'b0), .Z(y_o));

endmodule

`default_nettype wire
