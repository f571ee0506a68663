// SPDX-License-Identifier: Apache-2.0
// RHS LiteFury / NiteFury, SQRL Acorn CLE with the XC7A200T: pins. Serial line on connector P2; PCIe is not used here.
`default_nettype none
module fpga (
  input  wire logic       clk_200mhz_pi,
  input  wire logic       clk_200mhz_ni,
  input  wire logic       uart_rx_i,
  output      logic       uart_tx_o,
  output      logic       clkreq_no,     // low: the host keeps its reference clock on
  output      logic [3:0] led_o
);
  logic [7:0] led;
  logic       clk;
  assign clkreq_no = 1'b0;
  IBUFDS u_clk (.I(clk_200mhz_pi), .IB(clk_200mhz_ni), .O(clk));
  fpga_system u_system (.clk_i(clk), .ready_i(1'b1), .uart_rx_i(uart_rx_i), .uart_tx_o(uart_tx_o), .led_o(led));
  assign led_o = led[3:0];
endmodule
`default_nettype wire
