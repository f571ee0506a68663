// SPDX-License-Identifier: Apache-2.0
// Colorlight i9 v7.2 on its extension board: pins. No button; the one LED, lit by a low pin, is the heartbeat.
`default_nettype none
module fpga (
  input  wire logic clk_25mhz_i,
  input  wire logic uart_rx_i,
  output      logic uart_tx_o,
  output      logic led_no
);
  logic [7:0] led;
  fpga_system u_system (.clk_i(clk_25mhz_i), .ready_i(1'b1), .uart_rx_i(uart_rx_i), .uart_tx_o(uart_tx_o), .led_o(led));
  assign led_no = !led[0];
endmodule
`default_nettype wire
