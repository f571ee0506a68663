// SPDX-License-Identifier: Apache-2.0
// iCEBreaker: pins. Green LED: heartbeat; red LED: damaged frames. Both are lit by a low pin.
`default_nettype none
module fpga (
  input  wire logic clk_12mhz_i,
  input  wire logic btn_user_ni,  // reset
  input  wire logic uart_rx_i,
  output      logic uart_tx_o,
  output      logic led_green_no,
  output      logic led_red_no
);
  logic [7:0] led;
  fpga_system u_system (.clk_i(clk_12mhz_i), .ready_i(btn_user_ni), .uart_rx_i(uart_rx_i), .uart_tx_o(uart_tx_o), .led_o(led));
  assign led_green_no = !led[0];
  assign led_red_no   = !led[3];
endmodule
`default_nettype wire
