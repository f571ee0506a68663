// SPDX-License-Identifier: Apache-2.0
//
// The six run counters of the register map, 64 bits each, in its order: clocks, sweep clocks, row steps, flips, stalls, samples.
// They count only while a program runs and add up over runs until they are cleared, all a clock late: what they count comes from far.
`default_nettype none
module tsu_counters #(
  parameter int unsigned FlipsPerStep = 256
) (
  input  logic         clk_i,
  input  logic         rst_i,
  input  logic         clear_i,
  input  logic         busy_i,
  input  logic         sweeping_i,  // the array is kept by Sweep or Randomise
  input  logic         step_i,      // a row step
  input  logic         stall_i,
  input  logic         sample_i,    // a sample packet is complete
  output logic [383:0] counters_o
);
  logic clear_q, busy_q, sweeping_q, step_q, stall_q, sample_q;
  always_ff @(posedge clk_i) begin
    {clear_q, busy_q, sweeping_q, step_q} <= {clear_i || rst_i, busy_i, sweeping_i, step_i};
    {stall_q, sample_q} <= {stall_i, sample_i};
  end

  logic [63:0] clocks_q, sweep_clocks_q, steps_q, flips, stalls_q, samples_q;

  assign counters_o = {samples_q, stalls_q, flips, steps_q, sweep_clocks_q, clocks_q};

  always_ff @(posedge clk_i) begin
    if (clear_q) begin
      clocks_q       <= '0;
      sweep_clocks_q <= '0;
      steps_q        <= '0;
      stalls_q       <= '0;
      samples_q      <= '0;
    end else if (busy_q) begin
      clocks_q <= clocks_q + 64'd1;
      if (sweeping_q) sweep_clocks_q <= sweep_clocks_q + 64'd1;
      if (stall_q)    stalls_q       <= stalls_q + 64'd1;
      if (sample_q)   samples_q      <= samples_q + 64'd1;
      if (step_q)     steps_q        <= steps_q + 64'd1;
    end
  end

  generate
    if (2**$clog2(FlipsPerStep) == FlipsPerStep) begin : gen_shifted
      assign flips = steps_q << $clog2(FlipsPerStep);
    end else begin : gen_counted
      always_ff @(posedge clk_i) begin
        if (clear_q) flips <= '0;
        else if (busy_q && step_q) flips <= flips + 64'(FlipsPerStep);
      end
    end
  endgenerate
endmodule
`default_nettype wire
