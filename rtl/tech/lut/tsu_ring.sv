// SPDX-License-Identifier: Apache-2.0
//
// One ring oscillator of any family: a NAND gate with enable_i and Stages - 1 inverters, each the family's tsu_nand, one instantiated
// lookup table.
//
// Synthesis folds a ring that is written as logic into a single looped LUT, so every stage is a primitive with keep; `make lint` counts
// them in the netlists. Place and route is told to ignore the loop: nextpnr by --ignore-loops; Vivado wants ALLOW_COMBINATORIAL_LOOPS on
// one net a ring and set_disable_timing through the gate.
// Ports as of tech/generic/tsu_ring.sv, which simulates in its place; the rest of the model's ports is not used here.
`default_nettype none
module tsu_ring #(
  parameter int unsigned Stages = 5,             // odd
  parameter int unsigned Seed = 1
) (
  input  logic        clk_i,
  input  logic        rst_i,
  input  logic        enable_i,
  output logic        osc_o,
  output logic        model_o,
  input  logic [2:0]  model_fault_i,
  input  logic [31:0] model_phase_i,
  output logic [31:0] model_phase_o
);
  (* keep *)
  logic [Stages-1:0] node;

  tsu_nand u_gate (.a_i(node[Stages-1]), .b_i(enable_i), .y_o(node[0]));
  generate
    for (genvar i = 1; i < Stages; i = i + 1) begin : gen_stage
      tsu_nand u_inverter (.a_i(node[i-1]), .b_i(1'b1), .y_o(node[i]));
    end
  endgenerate

  assign osc_o         = node[Stages-1];
  assign model_o       = 1'b0;
  assign model_phase_o = '0;
endmodule
`default_nettype wire
