// SPDX-License-Identifier: Apache-2.0
//
// Noise source of one cell: one 24-bit word a step, in turn for each of its lane groups.
//
//   w[t] = w[t-4] ^ (w[t-4] << NoiseShiftOld) ^ rotr(w[t-NoiseRotLag], NoiseRot) ^ (w[t-NoiseShlLag] << NoiseShl) ^ inject_i
//
// F2-linear word generator with a primitive characteristic polynomial (rtl/README.md, "Noise"). With G lane groups it
// is G-slow: each lag is G times as long, so G independent streams take turns in one circuit.
// step_i: word_o holds the new word from the next clock on. A state is not shifted in, which would cost a multiplexer a bit: clear_i zeroes
// all groups, then NoiseInjections steps of each group inject what makes the state wanted of zero (tsu::InjectionsOf() solves for it).
// Only bits below NoiseShl take injections: the left shift leaves their lookup tables an input. inject_i is 0 in all other steps.
// A board with another source of noise replaces this module: ports stay. Golden twin: sw/src/noise.cpp, tsu::NoiseStep().

`default_nettype none

module tsu_noise #(
  parameter int unsigned Groups = 1
) (
  input  logic                                clk_i,
  input  logic                                step_i,
  input  logic                                clear_i,   // instead of a step
  input  logic [tsu_pkg::NoiseShl-1:0]        inject_i,
  output logic [tsu_pkg::NoiseWordBits-1:0]   word_o
);

  localparam int unsigned W = tsu_pkg::NoiseWordBits;
  localparam int unsigned Last = tsu_pkg::NoiseWords * Groups - 1;

  logic [W-1:0] next;
  generate
    for (genvar i = 0; i <= Last; i = i + 1) begin : gen_word  // newest first
      logic [W-1:0] newer, word_q;
      if (i == 0) begin : gen_newest
        assign newer = next;
      end else begin : gen_older
        assign newer = gen_word[i-1].word_q;
      end
      always_ff @(posedge clk_i) if (step_i || clear_i) word_q <= clear_i ? '0 : newer;
    end
  endgenerate

  logic [W-1:0] old, rot;
  assign old  = gen_word[Last].word_q;
  assign rot  = gen_word[tsu_pkg::NoiseRotLag*Groups-1].word_q;
  assign next = old ^ (old << tsu_pkg::NoiseShiftOld) ^ {rot[tsu_pkg::NoiseRot-1:0], rot[W-1:tsu_pkg::NoiseRot]} ^
                (gen_word[tsu_pkg::NoiseShlLag*Groups-1].word_q << tsu_pkg::NoiseShl) ^ W'(inject_i);
  assign word_o = gen_word[0].word_q;

endmodule

`default_nettype wire
