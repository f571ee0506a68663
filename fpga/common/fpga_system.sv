// SPDX-License-Identifier: Apache-2.0
//
// All of a real board but its pins: PLL and reset in front of fpga_core, with the numbers of board.toml (package board_pkg,
// generated). A board's top is this and the polarity of its pins. fpga_pll: one a family, fpga/common/<family>/.
`default_nettype none
module fpga_system (
  input  wire logic       clk_i,      // from the board's oscillator
  input  wire logic       ready_i,    // asynchronous: reset button up; 1 where the board has none
  input  wire logic       uart_rx_i,
  output      logic       uart_tx_o,
  output      logic [7:0] led_o       // fpga_core's
);
  logic clk, locked, rst;

  fpga_pll u_pll (.clk_i(clk_i), .clk_o(clk), .locked_o(locked));
  fpga_reset u_reset (.clk_i(clk), .ready_i(locked && ready_i), .rst_o(rst));

  fpga_core #(
    .Cols(board_pkg::Cols), .Rows(board_pkg::Rows), .Tiles(board_pkg::Tiles), .Lanes(board_pkg::Lanes),
    .Groups(board_pkg::Groups), .Layers(board_pkg::Layers), .WeightBits(board_pkg::WeightBits),
    .NumRules(board_pkg::NumRules), .Rules(board_pkg::Rules), .TableBits(board_pkg::TableBits),
    .Tables(board_pkg::Tables), .TableLanes(board_pkg::TableLanes), .Hold(1'b0),
    .ProgramWords(board_pkg::ProgramWords), .SampleWords(board_pkg::SampleWords),
    .ClockHz(board_pkg::ClockHz), .Baud(board_pkg::Baud), .Window(board_pkg::Window), .BuildId(board_pkg::BuildId), .Rings(board_pkg::Rings)
  ) u_core (
    .clk_i(clk), .rst_i(rst), .uart_rx_i(uart_rx_i), .uart_tx_o(uart_tx_o), .led_o(led_o)
  );
endmodule
`default_nettype wire
