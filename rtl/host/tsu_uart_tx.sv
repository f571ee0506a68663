// SPDX-License-Identifier: Apache-2.0
//
// UART transmitter, 8N1, fractional bit clock as in tsu_uart_rx: every edge is less than a clock late.
// A byte is taken when valid_i and ready_o; ready again when its stop bit has ended.
`default_nettype none
module tsu_uart_tx #(
  parameter int unsigned ClockHz = 12_000_000,
  parameter int unsigned Baud = 3_000_000
) (
  input  logic       clk_i,
  input  logic       rst_i,
  input  logic       valid_i,
  output logic       ready_o,
  input  logic [7:0] data_i,
  output logic       tx_o
);
  localparam logic [63:0] Scaled = (64'(Baud) << 17) / 64'(ClockHz) + 64'd1;
  localparam logic [15:0] Step   = Scaled[16:1];

  logic [15:0] phase_q, phase_d;
  logic        wrap;
  logic [3:0]  left_q;           // bits still to send, the one on the line included
  logic [8:0]  shift_q;          // the bit on the line lowest

  assign {wrap, phase_d} = {1'b0, phase_q} + {1'b0, Step};
  assign ready_o = left_q == 4'd0;
  assign tx_o    = shift_q[0];

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      left_q  <= 4'd0;
      shift_q <= '1;
    end else if (ready_o) begin
      if (valid_i) begin
        left_q  <= 4'd10;
        shift_q <= {data_i, 1'b0};
      end
    end else if (wrap) begin
      left_q  <= left_q - 4'd1;
      shift_q <= {1'b1, shift_q[8:1]};
    end
  end

  always_ff @(posedge clk_i) begin
    if (ready_o)   phase_q <= '0;
    else           phase_q <= phase_d;
  end
endmodule
`default_nettype wire
