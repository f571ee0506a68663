// SPDX-License-Identifier: Apache-2.0
//
// Decisions of all lanes of a column pair: against_o[lane] = code < threshold, the borrow of code - threshold. Combinational.

`default_nettype none

module tsu_against #(
  parameter int unsigned Lanes = 8
) (
  input  logic                                    move_i,
  input  logic [Lanes*tsu_pkg::ThresholdBits-1:0] codes_i,
  input  logic [Lanes*tsu_pkg::ThresholdBits-1:0] thresholds_i,
  output logic [Lanes-1:0]                        against_o
);

  localparam int unsigned T = tsu_pkg::ThresholdBits;

  generate
    for (genvar l = 0; l < Lanes; l = l + 1) begin : gen_lane
      logic [T:0] difference;
      tsu_add #(.Width(T + 1)) u_compare (
        .move_i, .a_i({1'b0, codes_i[l*T+:T]}), .b_i({1'b0, thresholds_i[l*T+:T]}), .a_inv_i(1'b0), .b_inv_i(1'b1), .carry_i(1'b1),
        .sum_o(difference)
      );
      assign against_o[l] = difference[T];
    end
  endgenerate

endmodule

`default_nettype wire
