// SPDX-License-Identifier: Apache-2.0
//
// y_o = !(a_i && b_i) as one lookup table of iCE40 that synthesis keeps: a stage of lut/tsu_ring.sv.

`default_nettype none

module tsu_nand (
  input  logic a_i,
  input  logic b_i,
  output logic y_o
);

  (* keep *) SB_LUT4 #(.LUT_INIT(16'h7777)) u_lut (.I0(a_i), .I1(b_i), .I2(1'b0), .I3(1'b0), .O(y_o));

endmodule

`default_nettype wire
