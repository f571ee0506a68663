// SPDX-License-Identifier: Apache-2.0
// Core clock of an iCE40 board: clk_i (DIVF + 1) / ((DIVR + 1) 2^DIVQ). Limits: fpga/common/pll.py.
`default_nettype none
module fpga_pll (
  input  wire logic clk_i,
  output      logic clk_o,
  output      logic locked_o
);
  // Either cell places the PLL; only the pad cell may stand where the clock pin is the PLL's own pad, as on the UP5K's pin 35.
  generate
    if (board_pkg::PllPad != 0) begin : g_pad
      SB_PLL40_PAD #(
        .FEEDBACK_PATH("SIMPLE"),
        .DIVR(board_pkg::PllDivr),
        .DIVF(board_pkg::PllDivf),
        .DIVQ(board_pkg::PllDivq),
        .FILTER_RANGE(board_pkg::PllFilterRange)
      ) u_pll (
        .PACKAGEPIN(clk_i), .PLLOUTGLOBAL(clk_o), .RESETB(1'b1), .BYPASS(1'b0), .LOCK(locked_o)
      );
    end else begin : g_core
      SB_PLL40_CORE #(
        .FEEDBACK_PATH("SIMPLE"),
        .DIVR(board_pkg::PllDivr),
        .DIVF(board_pkg::PllDivf),
        .DIVQ(board_pkg::PllDivq),
        .FILTER_RANGE(board_pkg::PllFilterRange)
      ) u_pll (
        .REFERENCECLK(clk_i), .PLLOUTGLOBAL(clk_o), .RESETB(1'b1), .BYPASS(1'b0), .LOCK(locked_o)
      );
    end
  endgenerate
endmodule
`default_nettype wire
