// SPDX-License-Identifier: Apache-2.0
// Sipeed Tang Nano 20K: pins. The LEDs are lit by low pins.
`default_nettype none
module fpga (
  input  wire logic       clk_27mhz_i,
  input  wire logic       btn_s1_i,     // reset
  input  wire logic       uart_rx_i,
  output      logic       uart_tx_o,
  output      logic [5:0] led_no
);
  logic [7:0] led;
  fpga_system u_system (.clk_i(clk_27mhz_i), .ready_i(!btn_s1_i), .uart_rx_i(uart_rx_i), .uart_tx_o(uart_tx_o), .led_o(led));
  assign led_no = ~led[5:0];
endmodule
`default_nettype wire
