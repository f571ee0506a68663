// SPDX-License-Identifier: Apache-2.0
//
// Shift register: q_o is what d_i was Depth steps ago; Depth 0 is a wire. Nothing is cleared: Depth steps with d_i = 0 do that.

`default_nettype none

module tsu_shift #(
  parameter int unsigned Width = 24,
  parameter int unsigned Depth = 1
) (
  input  logic             clk_i,
  input  logic             step_i,
  input  logic [Width-1:0] d_i,
  output logic [Width-1:0] q_o
);

  generate
    for (genvar i = 0; i <= Depth; i = i + 1) begin : gen_step
      logic [Width-1:0] word;
      if (i == 0) begin : gen_in
        assign word = d_i;
      end else begin : gen_register
        always_ff @(posedge clk_i) if (step_i) word <= gen_step[i-1].word;
      end
    end
  endgenerate
  assign q_o = gen_step[Depth].word;

endmodule

`default_nettype wire
