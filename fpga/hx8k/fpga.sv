// SPDX-License-Identifier: Apache-2.0
// Lattice iCE40-HX8K breakout: pins. It has no button.
`default_nettype none
module fpga (
  input  wire logic       clk_12mhz_i,
  input  wire logic       uart_rx_i,
  output      logic       uart_tx_o,
  output      logic [7:0] led_o
);
  fpga_system u_system (.clk_i(clk_12mhz_i), .ready_i(1'b1), .uart_rx_i(uart_rx_i), .uart_tx_o(uart_tx_o), .led_o(led_o));
endmodule
`default_nettype wire
