// SPDX-License-Identifier: Apache-2.0
//
// y_o = !(a_i && b_i) as one lookup table of Xilinx 7 series that synthesis keeps: a stage of lut/tsu_ring.sv. DONT_TOUCH is Vivado's keep.

`default_nettype none

module tsu_nand (
  input  logic a_i,
  input  logic b_i,
  output logic y_o
);

  (* keep, DONT_TOUCH = "TRUE" *) LUT2 #(.INIT(4'h7)) u_lut (.I0(a_i), .I1(b_i), .O(y_o));

endmodule

`default_nettype wire
