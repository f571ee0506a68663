// SPDX-License-Identifier: Apache-2.0
//
// y_o = !(a_i && b_i) as one lookup table of Gowin that synthesis keeps: a stage of lut/tsu_ring.sv.

`default_nettype none

module tsu_nand (
  input  logic a_i,
  input  logic b_i,
  output logic y_o
);

  (* keep *) LUT2 #(.INIT(4'h7)) u_lut (.I0(a_i), .I1(b_i), .F(y_o));

endmodule

`default_nettype wire
