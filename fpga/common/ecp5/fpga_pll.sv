// SPDX-License-Identifier: Apache-2.0
// Core clock of an ECP5 board: CLKOS = clk_i CLKFB_DIV CLKOP_DIV / (CLKI_DIV CLKOS_DIV), fed back from CLKOP. Limits: fpga/common/pll.py.
`default_nettype none
module fpga_pll (
  input  wire logic clk_i,
  output      logic clk_o,
  output      logic locked_o
);
  logic feedback;

  // Loop filter settings as Project Trellis' ecppll gives them for every output.
  (* ICP_CURRENT="12" *) (* LPF_RESISTOR="8" *) (* MFG_ENABLE_FILTEROPAMP="1" *) (* MFG_GMCREF_SEL="2" *)
  EHXPLLL #(
    .CLKI_DIV     (board_pkg::PllClkiDiv),
    .CLKFB_DIV    (board_pkg::PllClkfbDiv),
    .CLKOP_DIV    (board_pkg::PllClkopDiv),
    .CLKOP_ENABLE ("ENABLED"),
    .CLKOP_CPHASE (board_pkg::PllClkopDiv / 2 - 1),
    .CLKOS_DIV    (board_pkg::PllClkosDiv),
    .CLKOS_ENABLE ("ENABLED"),
    .CLKOS_CPHASE (board_pkg::PllClkosDiv / 2 - 1),
    .FEEDBK_PATH  ("CLKOP")
  ) u_pll (
    .CLKI(clk_i), .CLKFB(feedback), .CLKOP(feedback), .CLKOS(clk_o), .LOCK(locked_o),
    .RST(1'b0), .STDBY(1'b0), .ENCLKOP(1'b0), .PLLWAKESYNC(1'b0),
    .PHASESEL0(1'b0), .PHASESEL1(1'b0), .PHASEDIR(1'b1), .PHASESTEP(1'b1), .PHASELOADREG(1'b1)
  );
endmodule
`default_nettype wire
