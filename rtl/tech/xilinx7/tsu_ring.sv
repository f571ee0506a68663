// SPDX-License-Identifier: Apache-2.0
//
// One ring oscillator of Xilinx 7 series: a NAND gate with enable_i and Stages - 1 inverters, each one instantiated LUT.
//
// Synthesis folds a ring that is written as logic into a single looped LUT, so every stage is a primitive with keep; `make lint` counts
// them in the netlist. Place and route is told to ignore the loop:
// Vivado wants ALLOW_COMBINATORIAL_LOOPS on one net a ring and set_disable_timing through the gate; DONT_TOUCH is its keep.
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

  (* keep, DONT_TOUCH = "TRUE" *) LUT2 #(.INIT(4'h7)) u_gate (.I0(node[Stages-1]), .I1(enable_i), .O(node[0]));
  generate
    for (genvar i = 1; i < Stages; i = i + 1) begin : gen_stage
      (* keep, DONT_TOUCH = "TRUE" *) LUT1 #(.INIT(2'h1)) u_inverter (.I0(node[i-1]), .O(node[i]));
    end
  endgenerate

  assign osc_o         = node[Stages-1];
  assign model_o       = 1'b0;
  assign model_phase_o = '0;
endmodule
`default_nettype wire
