// SPDX-License-Identifier: Apache-2.0
//
// Noise source of one cell: one 24-bit word a step, in turn for each of its lane groups.
//
//   w[t] = w[t-4] ^ (w[t-4] << NoiseShiftOld) ^ rotr(w[t-NoiseRotLag], NoiseRot) ^ (w[t-NoiseShlLag] << NoiseShl) ^ inject_i
//
// F2-linear word generator with a primitive characteristic polynomial (rtl/README.md, "Noise"). With G lane groups it
// is G-slow: each lag is G times as long, so G independent streams take turns in one circuit.
// step_i: word_o holds the new word from the next clock on. A state is not shifted in, which would cost a multiplexer a bit: NoiseWords x Groups
// clocks of clear_i push zeros through, then NoiseInjections steps of each group inject what makes the state wanted of zero (tsu::InjectionsOf()
// solves for it). Only bits below NoiseShl take injections: the left shift leaves their lookup tables an input. inject_i is 0 in all other steps.
// A board with another source of noise replaces this module: ports stay. Golden twin: sw/src/noise.cpp, tsu::NoiseStep().

`default_nettype none

module tsu_noise #(
  parameter int unsigned Groups = 1
) (
  input  logic                                clk_i,
  input  logic                                step_i,
  input  logic                                clear_i,   // a step to word 0
  input  logic [tsu_pkg::NoiseShl-1:0]        inject_i,
  output logic [tsu_pkg::NoiseWordBits-1:0]   word_o
);

  localparam int unsigned W = tsu_pkg::NoiseWordBits;
  localparam int unsigned Shl = tsu_pkg::NoiseShlLag;
  localparam int unsigned Rot = tsu_pkg::NoiseRotLag;

  logic         step;
  logic [W-1:0] next, shl, rot, old;
  assign step = step_i || clear_i;
  always_ff @(posedge clk_i) if (step) word_o <= clear_i ? '0 : next;

  tsu_delay #(.Width(W), .Depth(Shl * Groups - 1)) u_shl (.clk_i, .step_i(step), .d_i(word_o), .q_o(shl));
  tsu_delay #(.Width(W), .Depth((Rot - Shl) * Groups)) u_rot (.clk_i, .step_i(step), .d_i(shl), .q_o(rot));
  tsu_delay #(.Width(W), .Depth((tsu_pkg::NoiseWords - Rot) * Groups)) u_old (.clk_i, .step_i(step), .d_i(rot), .q_o(old));

  assign next = old ^ (old << tsu_pkg::NoiseShiftOld) ^ {rot[tsu_pkg::NoiseRot-1:0], rot[W-1:tsu_pkg::NoiseRot]} ^
                (shl << tsu_pkg::NoiseShl) ^ W'(inject_i);

endmodule

`default_nettype wire
