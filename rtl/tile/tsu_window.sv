// SPDX-License-Identifier: Apache-2.0
//
// Sliding window of one tile over the row stream, 2 x Reach rows deep with Groups interleaved streams, and its taps: the
// neighbours of every cell. Rows that no neighbour lies in only pass, through a delay line.
//
// The window holds what a field needs of a spin: whether it negates a weight (1: spin -1).
// Each shift_i takes a row step of this tile's columns and Halo pairs more on each side. A clock later the row y that lies
// Reach x Groups shifts behind is the centre row, and negative_o, a further clock later, its neighbours:
// bit (pair x 4 NumRules + n) x Lanes + lane.
//
// Site of pair p in row y, colour c: x = 2p + par, par = (y + c) & 1. The neighbour at even dx is in pair p + dx/2; at odd dx in
// pair p + (dx-1)/2 + par. Taps of different cells that show one spin are one flip-flop after synthesis.

`default_nettype none

module tsu_window #(
  parameter int unsigned Pairs = 8,
  parameter int unsigned Lanes = 8,
  parameter int unsigned Groups = 1,
  parameter int unsigned NumRules = tsu_pkg::G12Rules,
  parameter logic [95:0] Rules = tsu_pkg::G12,
  parameter int unsigned Halo = 5,
  parameter int unsigned Width = (Pairs + 2 * Halo) * Lanes
) (
  input  logic                              clk_i,
  input  logic                              shift_i,
  input  logic [Width-1:0]                  row_i,
  input  logic                              move_i,
  input  logic                              par_i,
  output logic [Pairs*4*NumRules*Lanes-1:0] negative_o
);

  localparam int Reach = tsu_pattern_pkg::reach(Rules, NumRules);
  localparam int unsigned Neighbours = 4 * NumRules;

  // gen_row[0] is the newest row; the row of offset dy lies Reach - dy rows, of Groups row steps each, further back.
  generate
    for (genvar i = 0; i <= 2 * Reach; i = i + 1) begin : gen_row
      logic [Width-1:0] row;
      if (i == 0) begin : gen_newest
        always_ff @(posedge clk_i) if (shift_i) row <= ~row_i;
      end else if (tsu_pattern_pkg::is_read(Rules, NumRules, i) == 1) begin : gen_read
        localparam int Hop = tsu_pattern_pkg::hop(Rules, NumRules, i);
        tsu_delay #(.Width(Width), .Depth(Hop * Groups)) u_delay (.clk_i, .step_i(shift_i), .d_i(gen_row[i-Hop].row), .q_o(row));
      end
    end
  endgenerate

  // ---- Taps --------------------------------------------------------------------
  generate
    for (genvar p = 0; p < Pairs; p = p + 1) begin : gen_pair
      for (genvar n = 0; n < Neighbours; n = n + 1) begin : gen_neighbour
        localparam int Dx = tsu_pattern_pkg::dx(Rules, n);
        localparam int Dy = tsu_pattern_pkg::dy(Rules, n);
        // Signed all along: beside an unsigned operand the division would be unsigned too.
        localparam int Odd = Dx % 2 != 0 ? 1 : 0;
        localparam int Step = (Dx - Odd) / 2;
        localparam int Place = p + Halo + Step;
        localparam int Row = Reach - Dy;
        always_ff @(posedge clk_i) begin
          if (move_i) begin
            negative_o[(p*Neighbours+n)*Lanes+:Lanes] <= par_i ?
                gen_row[Row].row[(Place+Odd)*Lanes+:Lanes] : gen_row[Row].row[Place*Lanes+:Lanes];
          end
        end
      end
    end
  endgenerate

endmodule

`default_nettype wire
