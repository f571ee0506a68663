// SPDX-License-Identifier: Apache-2.0
//
// tsu_noise (noise/tsu_noise.sv) of families with lookup tables of six inputs: loading is an input of the sum's table and takes no other, so the
// newest word is the one delivered.

`default_nettype none

module tsu_noise #(
  parameter int unsigned Groups = 1
) (
  input  logic                                clk_i,
  input  logic                                step_i,
  input  logic                                load_i,
  input  logic [tsu_pkg::NoiseWordBits-1:0]   load_word_i,
  output logic [tsu_pkg::NoiseWordBits-1:0]   word_o
);

  localparam int unsigned W = tsu_pkg::NoiseWordBits;
  localparam int unsigned Last = tsu_pkg::NoiseWords * Groups - 1;

  logic [(Last+1)*W-1:0] words_q;  // newest lowest
  logic [W-1:0]          old, rot, shl, next;
  assign old  = words_q[Last*W+:W];
  assign rot  = words_q[(tsu_pkg::NoiseRotLag*Groups-1)*W+:W];
  assign shl  = words_q[(tsu_pkg::NoiseShlLag*Groups-1)*W+:W];
  assign next = old ^ (old << tsu_pkg::NoiseShiftOld) ^ (shl << tsu_pkg::NoiseShl) ^
                {rot[tsu_pkg::NoiseRot-1:0], rot[W-1:tsu_pkg::NoiseRot]};
  always_ff @(posedge clk_i) if (step_i || load_i) words_q <= (W*(Last+1))'({words_q, load_i ? load_word_i : next});
  assign word_o = words_q[W-1:0];

endmodule

`default_nettype wire
