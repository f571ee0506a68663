// SPDX-License-Identifier: Apache-2.0
// ULX3S of any size: pins.
`default_nettype none
module fpga (
  input  wire logic       clk_25mhz_i,
  input  wire logic       btn_pwr_ni,   // reset
  input  wire logic       uart_rx_i,
  output      logic       uart_tx_o,
  output      logic       wifi_gpio0_o,
  output      logic [7:0] led_o
);
  assign wifi_gpio0_o = 1'b1;
  fpga_system u_system (.clk_i(clk_25mhz_i), .ready_i(btn_pwr_ni), .uart_rx_i(uart_rx_i), .uart_tx_o(uart_tx_o), .led_o(led_o));
endmodule
`default_nettype wire
