// SPDX-License-Identifier: Apache-2.0
//
// Sliding window over the row stream of one tile: 2 x Reach rows back, Groups interleaved streams.
//
// Each shift_i takes the row step row_i. Tap i (of the used row offsets, lowest first) then shows the row `dy` away from the
// centre row, which is Reach x Groups shifts behind the stream. Latency one clock.

`default_nettype none

module tsu_window #(
  parameter int unsigned Width = 8,
  parameter int unsigned Groups = 1,
  parameter int unsigned NumRules = tsu_pkg::G12Rules,
  parameter logic [95:0] Rules = tsu_pkg::G12,
  parameter int unsigned Taps = tsu_pattern_pkg::tap_count(Rules, NumRules)
) (
  input  logic                  clk_i,
  input  logic                  shift_i,
  input  logic [Width-1:0]      row_i,
  output logic [Taps*Width-1:0] taps_o
);

  localparam int Back = tsu_pattern_pkg::reach(Rules, NumRules);

  // The newest row step is in the low bits; the row of offset dy lies (Reach - dy) x Groups further up.
  logic [(2*Back*Groups+1)*Width-1:0] rows_q;
  always_ff @(posedge clk_i) if (shift_i) rows_q <= {rows_q[2*Back*Groups*Width-1:0], row_i};

  generate
    for (genvar d = -Back; d <= Back; d = d + 1) begin : gen_tap
      if (tsu_pattern_pkg::row_used(Rules, NumRules, d) != 0) begin : gen_used
        localparam int Tap = tsu_pattern_pkg::tap_index(Rules, NumRules, d);
        assign taps_o[Tap*Width+:Width] = rows_q[(Back-d)*Groups*Width+:Width];
      end
    end
  endgenerate

endmodule

`default_nettype wire
