// SPDX-License-Identifier: Apache-2.0
//
// UART receiver, 8N1: two-flop synchroniser, fractional bit clock, majority of three samples a quarter of a bit apart.
//
// The phase of a bit is a 16-bit accumulator: Step = round(2^16 Baud / ClockHz) is added every clock, so no rounding adds up.
// A falling edge is half a clock old on average when seen. Start and data bits are sampled at 1/4, 1/2 and 3/4; the stop bit a
// quarter earlier, because the next start edge of a fast transmitter comes before its end. Works from 4 clocks a bit.
// A character without a stop bit is dropped; a start bit that does not last is noise.
`default_nettype none
module tsu_uart_rx #(
  parameter int unsigned ClockHz = 12_000_000,
  parameter int unsigned Baud = 3_000_000
) (
  input  logic       clk_i,
  input  logic       rst_i,
  input  logic       rx_i,       // asynchronous
  output logic       valid_o,    // pulse
  output logic [7:0] data_o
);
  localparam logic [63:0] Scaled = (64'(Baud) << 17) / 64'(ClockHz) + 64'd1;
  localparam logic [15:0] Step   = Scaled[16:1];

  generate
    if (64'(ClockHz) < 64'd4 * 64'(Baud)) $error("the UART needs at least 4 clocks a bit");
    if (64'(ClockHz) > 64'd1024 * 64'(Baud)) $error("the UART's 16-bit phase is too coarse for more than 1024 clocks a bit");
  endgenerate

  logic [1:0]  sync_q;
  logic        line_q;           // the line one clock ago
  logic        busy_q;
  logic [15:0] phase_q, phase_d;
  logic        wrap, sample, stop, decide, vote;
  logic [1:0]  early_q;          // the two samples before this one
  logic [3:0]  bit_q;            // 0 start, 1..8 data, 9 stop
  logic [7:0]  shift_q;

  assign {wrap, phase_d} = {1'b0, phase_q} + {1'b0, Step};
  assign sample = phase_d[15:14] != phase_q[15:14];
  assign stop   = bit_q == 4'd9;
  assign decide = sample && phase_d[15:14] == (stop ? 2'd2 : 2'd3);
  assign vote   = (early_q[0] && early_q[1]) || (sync_q[1] && (early_q[0] || early_q[1]));

  always_ff @(posedge clk_i) begin
    sync_q <= {sync_q[0], rx_i};
    line_q <= sync_q[1];
    if (rst_i) begin
      sync_q <= 2'b11;
      line_q <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    valid_o <= 1'b0;
    if (rst_i) begin
      busy_q <= 1'b0;
    end else if (!busy_q) begin
      busy_q <= line_q && !sync_q[1];
    end else if (decide && bit_q == 4'd0) begin
      busy_q <= !vote;
    end else if (decide && stop) begin
      busy_q  <= 1'b0;
      valid_o <= vote;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!busy_q) begin
      phase_q <= {1'b0, Step[15:1]};
      bit_q   <= 4'd0;
    end else begin
      phase_q <= phase_d;
      if (wrap) bit_q <= bit_q + 4'd1;
      if (sample) early_q <= {sync_q[1], early_q[1]};
      if (decide && !stop) shift_q <= {vote, shift_q[7:1]};
    end
  end
  assign data_o = shift_q;
endmodule
`default_nettype wire
