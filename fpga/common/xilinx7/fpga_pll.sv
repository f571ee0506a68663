// SPDX-License-Identifier: Apache-2.0
// Core clock of a 7-series board: clk_i CLKFBOUT_MULT / (DIVCLK_DIVIDE CLKOUT0_DIVIDE). Limits: fpga/common/pll.py.
`default_nettype none
module fpga_pll (
  input  wire logic clk_i,
  output      logic clk_o,
  output      logic locked_o
);
  logic feedback, made;

  PLLE2_BASE #(
    .CLKIN1_PERIOD (1.0e9 / board_pkg::InputHz),
    .DIVCLK_DIVIDE (board_pkg::PllDivclkDivide),
    .CLKFBOUT_MULT (board_pkg::PllClkfboutMult),
    .CLKOUT0_DIVIDE(board_pkg::PllClkout0Divide)
  ) u_pll (
    .CLKIN1(clk_i), .CLKFBIN(feedback), .CLKFBOUT(feedback), .CLKOUT0(made), .LOCKED(locked_o), .RST(1'b0), .PWRDWN(1'b0)
  );
  BUFG u_buffer (.I(made), .O(clk_o));
endmodule
`default_nettype wire
