// SPDX-License-Identifier: Apache-2.0
// Digilent Arty A7 of any size: pins.
`default_nettype none
module fpga (
  input  wire logic       clk_100mhz_i,
  input  wire logic       ck_rst_ni,    // red button
  input  wire logic       uart_rx_i,
  output      logic       uart_tx_o,
  output      logic [3:0] led_o
);
  logic [7:0] led;
  fpga_system u_system (.clk_i(clk_100mhz_i), .ready_i(ck_rst_ni), .uart_rx_i(uart_rx_i), .uart_tx_o(uart_tx_o), .led_o(led));
  assign led_o = led[3:0];
endmodule
`default_nettype wire
