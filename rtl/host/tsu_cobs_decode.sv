// SPDX-License-Identifier: Apache-2.0
//
// COBS decoder: line bytes in, frame bytes out in the same clock, end_o at each delimiter 0x00.
// bad_o with end_o: the delimiter came inside a block. An end with no byte before it is an empty frame.
`default_nettype none
module tsu_cobs_decode (
  input  logic       clk_i,
  input  logic       rst_i,
  input  logic       valid_i,
  input  logic [7:0] data_i,
  output logic       valid_o,
  output logic [7:0] data_o,
  output logic       end_o,
  output logic       bad_o
);
  logic [7:0] left_q;            // bytes of the block still to come; 0: the next byte is a code
  logic       zero_q;            // a zero stands between the last block and the next
  logic       code;

  assign code    = left_q == 8'd0;
  assign end_o   = valid_i && data_i == 8'd0;
  assign bad_o   = !code;
  assign valid_o = valid_i && data_i != 8'd0 && (!code || zero_q);
  assign data_o  = code ? 8'd0 : data_i;

  always_ff @(posedge clk_i) begin
    if (rst_i || end_o) begin
      left_q <= 8'd0;
      zero_q <= 1'b0;
    end else if (valid_i) begin
      left_q <= (code ? data_i : left_q) - 8'd1;
      if (code) zero_q <= data_i != 8'd255;
    end
  end
endmodule
`default_nettype wire
