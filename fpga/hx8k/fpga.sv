// SPDX-License-Identifier: Apache-2.0
// Lattice iCE40-HX8K breakout: pins, PLL, reset. Numbers: board.toml, through the generated board_pkg.
`default_nettype none
module fpga (
  input  wire logic       clk_12mhz_i,
  input  wire logic       uart_rx_i,
  output      logic       uart_tx_o,
  output      logic [7:0] led_o
);
  logic clk, locked, rst;

  SB_PLL40_CORE #(
    .FEEDBACK_PATH("SIMPLE"),
    .DIVR(board_pkg::PllDivr),
    .DIVF(board_pkg::PllDivf),
    .DIVQ(board_pkg::PllDivq),
    .FILTER_RANGE(board_pkg::PllFilterRange)
  ) u_pll (
    .REFERENCECLK(clk_12mhz_i),
    .PLLOUTGLOBAL(clk),
    .RESETB      (1'b1),
    .BYPASS      (1'b0),
    .LOCK        (locked)
  );

  fpga_reset u_reset (.clk_i(clk), .ready_i(locked), .rst_o(rst));

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
