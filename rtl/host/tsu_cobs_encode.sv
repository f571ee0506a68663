// SPDX-License-Identifier: Apache-2.0
//
// COBS encoder into a RAM, one write a clock: byte 0 of the frame's 256 is its first code byte; a zero writes the finished code at the
// place kept for it and keeps its own place for the next. After the last byte two clocks of close_i write the last code and the
// delimiter. A frame has at most 253 bytes, so that no block is full (code 255) and the encoded frame fits.
`default_nettype none
module tsu_cobs_encode (
  input  logic       clk_i,
  input  logic       start_i,    // before the first byte
  input  logic       valid_i,
  input  logic [7:0] data_i,
  input  logic       close_i,
  output logic       we_o,
  output logic [7:0] addr_o,
  output logic [7:0] data_o
);
  logic [7:0] at_q, code_q;      // next place; place of the open code byte
  logic       closed_q;
  logic       block;             // writes a code byte

  assign block  = (valid_i && data_i == 8'd0) || (close_i && !closed_q);
  assign we_o   = valid_i || close_i;
  assign addr_o = block ? code_q : at_q;
  assign data_o = block ? at_q - code_q : close_i ? 8'd0 : data_i;

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      at_q     <= 8'd1;
      code_q   <= 8'd0;
      closed_q <= 1'b0;
    end else begin
      if (valid_i) at_q <= at_q + 8'd1;
      if (valid_i && data_i == 8'd0) code_q <= at_q;
      if (close_i) closed_q <= 1'b1;
    end
  end
endmodule
`default_nettype wire
