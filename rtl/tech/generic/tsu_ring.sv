// SPDX-License-Identifier: Apache-2.0
//
// One ring oscillator, as a model for simulation: what rings of lookup tables (rtl/tech/lut) do, sampled by clk_i.
//
//   phase += step + drift + jitter a clock, in turns of 2^-32;   osc = phase < 1/2 turn ? 0 : 1
//
// step = turns a clock of a ring of so many stages, modulo 1; jitter: sum of four uniform bytes (sigma = 0.036 turn); drift: a
// random walk of at most 1/32 turn a clock. Injection locking carries the ring along, halves what is left of the phase difference each
// clock and leaves a sixteenth of the jitter. All randomness is xorshift32 from Seed: the same run gives the same bits, so **none of it is entropy**, and model_o
// says so. Faults: tsu.toml, ring_faults. Golden twin: verif/golden/rings.cpp, tsu::golden::Ring.
`default_nettype none
module tsu_ring #(
  parameter int unsigned Stages = 1,             // odd; every instance says how many
  parameter int unsigned Seed = 1                // of the model, not 0
) (
  input  logic        clk_i,
  input  logic        rst_i,                     // of the model
  input  logic        enable_i,
  output logic        osc_o,
  output logic        model_o,                   // constant: 1 where no physics is behind osc_o

  // Of the model; other families give 0 and read nothing
  input  logic [2:0]  model_fault_i,
  input  logic [31:0] model_phase_i,             // phase, from the next clock on, of the ring it can lock to
  output logic [31:0] model_phase_o              // its own
);
`ifdef SYNTHESIS
  // yosys elaborates a module as it reads it, with its defaults: that alone is no harm.
  generate
    if (Stages > 1) $error("tech/generic/tsu_ring.sv is a model: take the files of your family, tech/<family>/tech.f, in its place");
  endgenerate
`endif
  localparam logic [63:0] TurnsOfOneStage = 64'h0000_0014_2357_9BDF;   // 20.138 turns a clock, 2^-32
  localparam logic [63:0] Turns = TurnsOfOneStage / 64'(Stages);
  localparam logic [31:0] Step = Turns[31:0];
  localparam logic [31:0] PeriodicStep = 32'(Stages) << 24;
  localparam logic [31:0] ClockPhase = 32'h4000_0000;

  logic [31:0]        noise_q, phase_q, phase_d, target_q, target, shift_a, shift_b, noise_d;
  logic signed [15:0] drift_q;
  logic signed [11:0] jitter;
  logic signed [31:0] jitter_turns, apart, left;
  logic               locked;

  assign locked = model_fault_i == tsu_pkg::RingFaultNeighbour[2:0] || model_fault_i == tsu_pkg::RingFaultClock[2:0];
  assign target = model_fault_i == tsu_pkg::RingFaultClock[2:0] ? ClockPhase : model_phase_i;

  always_comb begin
    shift_a      = '0;                           // at rest: nothing to compute, and nothing is taken
    shift_b      = '0;
    noise_d      = '0;
    jitter       = '0;
    jitter_turns = '0;
    apart        = '0;
    left         = '0;
    phase_d      = '0;
    if (enable_i) begin
      shift_a      = noise_q ^ (noise_q << 13);
      shift_b      = shift_a ^ (shift_a >> 17);
      noise_d      = shift_b ^ (shift_b << 5);
      jitter       = $signed({4'd0, noise_d[31:24]} + {4'd0, noise_d[23:16]} + {4'd0, noise_d[15:8]} + {4'd0, noise_d[7:0]}) - 12'sd510;
      jitter_turns = {jitter, 20'd0};
      apart        = $signed(phase_q - target_q);
      left         = (apart >>> 1) + (jitter_turns >>> 4);
      phase_d      = phase_q + Step + {{4{drift_q[15]}}, drift_q, 12'd0} + jitter_turns;
      if (model_fault_i == tsu_pkg::RingFaultPeriodic[2:0]) phase_d = phase_q + PeriodicStep;
      if (locked) phase_d = target + left;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      noise_q     <= Seed;
      phase_q     <= Seed * 32'h9E37_79B1;       // rings begin apart
      drift_q     <= '0;
      target_q    <= '0;
    end else if (enable_i) begin
      noise_q     <= noise_d;
      phase_q     <= phase_d;
      target_q    <= target;
      if (drift_q < 16'sd32767 && noise_d[0])   drift_q <= drift_q + 16'sd1;
      if (drift_q > -16'sd32767 && !noise_d[0]) drift_q <= drift_q - 16'sd1;
    end
  end

  always_comb begin
    osc_o = phase_q[31];
    if (model_fault_i == tsu_pkg::RingFaultBiased[2:0]) osc_o = phase_q[31:26] != 6'd0;
    if (model_fault_i == tsu_pkg::RingFaultStuck[2:0])  osc_o = 1'b0;
    if (!enable_i) osc_o = 1'b1;                 // what the gate at the head of a ring gives
  end
  assign model_o       = 1'b1;
  assign model_phase_o = phase_d;
endmodule
`default_nettype wire
