// SPDX-License-Identifier: Apache-2.0
//
// Noise source of one cell: one 24-bit word a step, in turn for each of its lane groups.
//
//   w[t] = w[t-4] ^ (w[t-4] << NoiseShiftOld) ^ rotr(w[t-NoiseRotLag], NoiseRot) ^ (w[t-NoiseShlLag] << NoiseShl)
//
// F2-linear word generator with a primitive characteristic polynomial (rtl/README.md, "Noise"). With G lane groups it
// is G-slow: each lag is G times as long, so G independent streams take turns in one circuit.
// step_i and load_i: word_o holds the new word from the next clock on. Loading shifts 4 x Groups words in, oldest first,
// groups in turn. The chain runs one word ahead: words are loaded where they are delivered, behind the sum, so that loading costs
// no input of the sum; after the last of them the sum has made the word that the first step delivers. A board with another source of noise replaces this module: ports stay.
// Golden twin: sw/src/noise.cpp, tsu::NoiseStep().

`default_nettype none

module tsu_noise #(
  parameter int unsigned Groups = 1
) (
  input  logic                             clk_i,
  input  logic                             step_i,
  input  logic                             load_i,  // never together with step_i
  input  logic [tsu_pkg::NoiseWordBits-1:0] load_word_i,
  output logic [tsu_pkg::NoiseWordBits-1:0]      word_o
);

  localparam int unsigned W = tsu_pkg::NoiseWordBits;
  localparam int unsigned Last = tsu_pkg::NoiseWords * Groups - 1;

  // gen_word[0] is the newest word, gen_word[1] the one delivered.
  generate
    for (genvar i = 0; i <= Last; i = i + 1) begin : gen_word
      logic [W-1:0] word_q;
    end
    for (genvar i = 2; i <= Last; i = i + 1) begin : gen_delay
      always_ff @(posedge clk_i) if (step_i || load_i) gen_word[i].word_q <= gen_word[i-1].word_q;
    end
  endgenerate

  function [W-1:0] next_word(input logic [W-1:0] old, input logic [W-1:0] rot, input logic [W-1:0] shl);
    next_word = old ^ (old << tsu_pkg::NoiseShiftOld) ^ (shl << tsu_pkg::NoiseShl) ^
                {rot[tsu_pkg::NoiseRot-1:0], rot[W-1:tsu_pkg::NoiseRot]};
  endfunction

  // A lag of one step is the word that arrives at the delivered place: while loading that is not the word ahead.
  localparam int unsigned Rot = tsu_pkg::NoiseRotLag * Groups - 1;
  localparam int unsigned Shl = tsu_pkg::NoiseShlLag * Groups - 1;
  logic [W-1:0] arriving, rot, shl;
  assign arriving = load_i ? load_word_i : gen_word[0].word_q;
  generate
    if (Rot == 0) begin : gen_rot_next
      assign rot = arriving;
    end else begin : gen_rot
      assign rot = gen_word[Rot].word_q;
    end
    if (Shl == 0) begin : gen_shl_next
      assign shl = arriving;
    end else begin : gen_shl
      assign shl = gen_word[Shl].word_q;
    end
  endgenerate

  always_ff @(posedge clk_i) begin
    if (step_i || load_i) begin
      gen_word[0].word_q <= next_word(gen_word[Last].word_q, rot, shl);
      gen_word[1].word_q <= arriving;
    end
  end
  assign word_o = gen_word[1].word_q;

endmodule

`default_nettype wire
