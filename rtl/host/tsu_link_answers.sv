// SPDX-License-Identifier: Apache-2.0
//
// The last Window answer frames, kept as the line carries them, and their way to the line: answering again is sending again.
//
// Writing: start_i, then bytes (crc_o is the check value of those so far), then two clocks of close_i. Sending: send_i while !busy_o. A byte
// is written a clock late: the first one sent is read two clocks after send_i at the earliest.
// slot_i holds still from start_i on. The writer keeps off the frame that is being sent (sending_o).
`default_nettype none
module tsu_link_answers #(
  parameter int unsigned Window = 2,         // power of two
  localparam int unsigned SlotBits = Window > 1 ? $clog2(Window) : 1
) (
  input  logic                clk_i,
  input  logic                rst_i,
  input  logic [SlotBits-1:0] slot_i,
  input  logic                start_i,
  input  logic                valid_i,
  input  logic [7:0]          data_i,
  input  logic                close_i,
  output logic [31:0]         crc_o,
  input  logic                send_i,
  output logic                busy_o,
  output logic                sending_o,     // slot_i is being sent

  output logic                byte_valid_o,
  input  logic                byte_ready_i,
  output logic [7:0]          byte_o
);
  // ---- Write -------------------------------------------------------------
  logic [31:0] crc_q, crc_d;
  logic        we, we_q;
  logic [7:0]  waddr, wdata, waddr_q, wdata_q, rdata;

  tsu_crc32 u_crc (.state_i(crc_q), .data_i(data_i), .state_o(crc_d));
  assign crc_o = ~crc_q;
  always_ff @(posedge clk_i) begin
    if (start_i)      crc_q <= '1;
    else if (valid_i) crc_q <= crc_d;
  end

  tsu_cobs_encode u_encode (
    .clk_i, .start_i, .valid_i, .data_i, .close_i, .we_o(we), .addr_o(waddr), .data_o(wdata)
  );
  always_ff @(posedge clk_i) {we_q, waddr_q, wdata_q} <= {we, waddr, wdata};

  // ---- Send --------------------------------------------------------------
  logic                busy_q, asked_q, valid_q;  // asked_q: the RAM shows the byte at place_q; valid_q: byte_o does
  logic [SlotBits-1:0] slot_q;
  logic [7:0]          place_q;

  assign busy_o       = busy_q;
  assign sending_o    = busy_q && slot_q == slot_i;
  assign byte_valid_o = valid_q;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      busy_q  <= 1'b0;
      asked_q <= 1'b0;
      valid_q <= 1'b0;
    end else if (!busy_q) begin
      busy_q  <= send_i;
      slot_q  <= slot_i;
      place_q <= 8'd0;
    end else if (!valid_q) begin
      asked_q <= 1'b1;
      valid_q <= asked_q;
    end else if (byte_ready_i) begin
      asked_q <= 1'b0;
      valid_q <= 1'b0;
      place_q <= place_q + 8'd1;
      busy_q  <= byte_o != 8'd0;              // the delimiter ends the frame
    end
  end

  always_ff @(posedge clk_i) byte_o <= rdata;
  tsu_ram_1r1w #(.Width(8), .Depth(Window > 1 ? 256 * Window : 512)) u_ram (
    .clk_i  (clk_i),
    .we_i   (we_q),
    .waddr_i({slot_i, waddr_q}),
    .wdata_i(wdata_q),
    .re_i   (busy_q),
    .raddr_i({slot_q, place_q}),
    .rdata_o(rdata)
  );
endmodule
`default_nettype wire
