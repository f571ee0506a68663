// SPDX-License-Identifier: Apache-2.0
//
// Several rings of incommensurate lengths, sampled and reduced to one raw bit every SampleClocks clocks.
//
//   raw = XOR over the rings of (ring sampled by two flip-flops)
//
// The first flip-flop of a pair may go metastable, the second gives it a clock to settle. Between two raw bits the rings run freely
// for SampleClocks clocks, in which their jitter adds up: that is the decorrelation (README.md, "Raw bits").
// Golden twin: verif/golden/rings.cpp, tsu::golden::RingBank.
`default_nettype none
module tsu_ring_bank #(
  parameter int unsigned Rings = 4,              // 1..MostRings
  parameter int unsigned SampleClocks = 32,
  parameter int unsigned Seed = 1                // of a simulation model
) (
  input  logic       clk_i,
  input  logic       rst_i,
  input  logic       enable_i,
  input  logic [2:0] fault_i,                    // of a simulation model
  output logic       model_o,
  output logic       valid_o,
  output logic       bit_o
);
  localparam int unsigned CountBits = $clog2(SampleClocks);
  localparam logic [63:0] Stages = tsu_pkg::RingStages;

  generate
    if (Rings < 1 || Rings > tsu_pkg::MostRings) $error("Rings must be 1 to 8, or 0 for none");
    if (SampleClocks < 4) $error("SampleClocks must be at least 4");
  endgenerate

  logic [Rings-1:0]        osc, model;
  (* ASYNC_REG = "TRUE" *)
  logic [Rings-1:0]        caught_q, settled_q;

  generate
    for (genvar k = 0; k < Rings; k = k + 1) begin : gen_ring
      localparam bit First = k == 0;
      logic [2:0]  fault;
      logic [31:0] neighbour, phase;
      if (First) assign neighbour = '0;
      else       assign neighbour = gen_ring[k-1].phase;
      // The first ring has none to lock to.
      assign fault = First && fault_i == tsu_pkg::RingFaultNeighbour[2:0] ? 3'd0 : fault_i;
      tsu_ring #(.Stages({24'd0, Stages[8*k +: 8]}), .Seed(Seed + k)) u_ring (
        .clk_i, .rst_i, .enable_i, .osc_o(osc[k]), .model_o(model[k]), .model_fault_i(fault),
        .model_phase_i(neighbour), .model_phase_o(phase)
      );
    end
  endgenerate
  assign model_o = |model;

  always_ff @(posedge clk_i) begin
    caught_q  <= osc;
    settled_q <= caught_q;
  end

  logic [CountBits-1:0] count_q;
  always_ff @(posedge clk_i) begin
    if (rst_i || !enable_i || count_q == CountBits'(SampleClocks - 1)) count_q <= '0;
    else count_q <= count_q + 1'b1;
  end
  assign valid_o = enable_i && count_q == CountBits'(SampleClocks - 1);
  assign bit_o   = ^settled_q;
endmodule
`default_nettype wire
