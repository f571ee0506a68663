// SPDX-License-Identifier: Apache-2.0
// Core clock of a Gowin board: clk_i (FBDIV_SEL + 1) / (IDIV_SEL + 1), VCO = ODIV_SEL times that. Limits: fpga/common/pll.py.
`default_nettype none
module fpga_pll (
  input  wire logic clk_i,
  output      logic clk_o,
  output      logic locked_o
);
  rPLL #(
    .FCLKIN   (board_pkg::PllFclkin),
    .DEVICE   (board_pkg::PllDevice),
    .IDIV_SEL (board_pkg::PllIdivSel),
    .FBDIV_SEL(board_pkg::PllFbdivSel),
    .ODIV_SEL (board_pkg::PllOdivSel)
  ) u_pll (
    .CLKIN(clk_i), .CLKFB(1'b0), .RESET(1'b0), .RESET_P(1'b0), .CLKOUT(clk_o), .LOCK(locked_o),
    .FBDSEL(6'b0), .IDSEL(6'b0), .ODSEL(6'b0), .PSDA(4'b0), .DUTYDA(4'b0), .FDLY(4'b0)
  );
endmodule
`default_nettype wire
