// SPDX-License-Identifier: Apache-2.0
// ULX3S-85F: pins, PLL, reset. Numbers: board.toml, through the generated board_pkg.
`default_nettype none
module fpga (
  input  wire logic       clk_25mhz_i,
  input  wire logic       btn_pwr_ni,   // reset
  input  wire logic       uart_rx_i,
  output      logic       uart_tx_o,
  output      logic       wifi_gpio0_o,
  output      logic [7:0] led_o
);
  logic clk, locked, rst;
  assign wifi_gpio0_o = 1'b1;

  // Loop filter settings as Project Trellis' ecppll gives them for every output.
  (* ICP_CURRENT="12" *) (* LPF_RESISTOR="8" *) (* MFG_ENABLE_FILTEROPAMP="1" *) (* MFG_GMCREF_SEL="2" *)
  EHXPLLL #(
    .CLKI_DIV     (board_pkg::PllClkiDiv),
    .CLKFB_DIV    (board_pkg::PllClkfbDiv),
    .CLKOP_DIV    (board_pkg::PllClkopDiv),
    .CLKOP_ENABLE ("ENABLED"),
    .CLKOP_CPHASE (board_pkg::PllClkopDiv / 2 - 1),
    .FEEDBK_PATH  ("CLKOP")
  ) u_pll (
    .CLKI(clk_25mhz_i), .CLKFB(clk), .CLKOP(clk), .LOCK(locked),
    .RST(1'b0), .STDBY(1'b0), .ENCLKOP(1'b0), .PLLWAKESYNC(1'b0),
    .PHASESEL0(1'b0), .PHASESEL1(1'b0), .PHASEDIR(1'b1), .PHASESTEP(1'b1), .PHASELOADREG(1'b1)
  );

  fpga_reset u_reset (.clk_i(clk), .ready_i(locked && btn_pwr_ni), .rst_o(rst));

  fpga_core #(
    .Cols(board_pkg::Cols), .Rows(board_pkg::Rows), .Tiles(board_pkg::Tiles), .Lanes(board_pkg::Lanes),
    .Groups(board_pkg::Groups), .Layers(board_pkg::Layers), .WeightBits(board_pkg::WeightBits),
    .NumRules(board_pkg::NumRules), .Rules(board_pkg::Rules), .TableBits(board_pkg::TableBits),
    .Tables(board_pkg::Tables), .TableLanes(board_pkg::TableLanes), .Hold(1'b0), .ProgramWords(board_pkg::ProgramWords), .SampleWords(board_pkg::SampleWords),
    .ClockHz(board_pkg::ClockHz), .Baud(board_pkg::Baud), .Window(board_pkg::Window), .BuildId(board_pkg::BuildId)
  ) u_core (
    .clk_i(clk), .rst_i(rst), .uart_rx_i(uart_rx_i), .uart_tx_o(uart_tx_o), .led_o(led_o)
  );
endmodule
`default_nettype wire
