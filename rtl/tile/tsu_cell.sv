// SPDX-License-Identifier: Apache-2.0
//
// The p-bit cell: a field becomes a spin. Table (tsu_thresholds.sv) and comparison (tsu_against.sv) are outside: lanes share them.
//
//   a = min(|f|, 2^TableBits - 1);  against = code(word) < table[slot][a];  spin = (f >= 0) ^ against
//
// code(word) = {e, word[9:0]}, e = index of the highest set bit of word[23:10] plus 1, 0 if there is none.
// fixed_i: spin = own_i with keep_i, else word[23]; the word is drawn all the same.
//
//   clock 0  field_i    clock 1  entry_o: the table is read; draw_i    clock 2  the word drawn    clock 3  code_o, against_i; fixed_i, keep_i,
//   own_i    clock 4  spin_o, held until the next move
//
// One decision a clock. Into a cleared field goes the address of a write to the table: place_i of clock 0 is entry_o of clock 1.
// Golden twin: verif/golden/core.cpp, tsu::golden::Core::Row().

`default_nettype none

module tsu_cell #(
  parameter int unsigned Groups = 1,
  parameter int unsigned TableBits = 9,
  parameter int unsigned FieldBits = 14
) (
  input  logic                              clk_i,
  input  logic                              move_i,       // some update is under way: data registers run

  input  logic signed [FieldBits-1:0]       field_i,      // clock 0, units of 1/32
  input  logic [TableBits-1:0]              place_i,      // clock 0: 0 with any other field than 0
  input  logic                              draw_i,       // clock 1
  output logic [TableBits-1:0]              entry_o,      // clock 1
  output logic [tsu_pkg::ThresholdBits-1:0] code_o,       // clock 3: of the word
  input  logic                              against_i,    // clock 3: code < threshold
  input  logic                              fixed_i,      // clock 3: not by the field
  input  logic                              keep_i,       // clock 3
  input  logic                              own_i,        // clock 3
  output logic                              spin_o,       // clock 4
  output logic [tsu_pkg::NoiseWordBits-1:0] word_o,       // clock 2: the word of this update

  // Noise state (tsu_noise.sv); never while updates are under way
  input  logic                              noise_clear_i,
  input  logic                              noise_load_i,
  input  logic [tsu_pkg::NoiseShl-1:0]      noise_inject_i
);

  localparam int unsigned TB = tsu_pkg::ThresholdBits;
  localparam int unsigned E = tsu_pkg::NoiseExpBits;
  localparam int unsigned W = tsu_pkg::NoiseWordBits;

  logic [W-1:0] word;
  tsu_noise #(
    .Groups(Groups)
  ) u_noise (
    .clk_i, .step_i(draw_i || noise_load_i), .clear_i(noise_clear_i), .inject_i(noise_inject_i), .word_o(word)
  );
  assign word_o = word;

  logic                 negative;
  logic [TableBits-1:0] size;
  assign negative = field_i[FieldBits-1];
  tsu_size #(.Bits(TableBits), .FieldBits(FieldBits)) u_size (.move_i, .field_i, .place_i, .size_o(size));

  // ---- Clock 2: code of the word ---------------------------------------------
  // Halving search for the highest set bit; the appended 1 makes "none" come out as place 0.
  function [TB-1:0] code_of(input logic [W-1:0] bits);
    logic [14:0] in16;
    logic [7:0]  in8;
    logic [3:0]  in4;
    logic [1:0]  in2;
    logic        e3, e2, e1;
    begin
      in16 = {bits[W-1-:E], 1'b1};
      e3 = |in16[14:8];
      in8 = e3 ? {1'b0, in16[14:8]} : in16[7:0];
      e2 = |in8[7:4];
      in4 = e2 ? in8[7:4] : in8[3:0];
      e1 = |in4[3:2];
      in2 = e1 ? in4[3:2] : in4[1:0];
      code_of = {e3, e2, e1, in2[1], bits[tsu_pkg::ThresholdManBits-1:0]};
    end
  endfunction

  // Called under move_i: simulators then skip it while nothing moves.
  logic negative1_q, negative2_q, negative3_q;
  always_ff @(posedge clk_i) begin
    if (move_i) begin
      entry_o     <= size;
      negative1_q <= negative;
      negative2_q <= negative1_q;
      negative3_q <= negative2_q;
      code_o      <= code_of(word);
    end
  end

  // ---- Clock 3: decision -----------------------------------------------------
  // Of all exponents only 14 has its three upper bits set: then word[23] is set.
  always_ff @(posedge clk_i) begin
    if (move_i) spin_o <= fixed_i ? (keep_i ? own_i : &code_o[TB-1-:3]) : !(negative3_q ^ against_i);
  end

endmodule

`default_nettype wire
