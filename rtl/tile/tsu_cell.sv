// SPDX-License-Identifier: Apache-2.0
//
// The p-bit cell: a field becomes a spin.
//
//   a = min(|f|, 2^TableBits - 1);  against = code(word) < table[slot][a];  spin = (f >= 0) ^ against
//
// code(word) = {e, word[9:0]}, e = index of the highest set bit of word[23:10] plus 1, 0 if there is none.
// random_i: spin = word[23]. keep_i: spin = own_i; the word is drawn all the same.
//
//   clock 0  field_i, draw_i    clock 1  slot_i, lookup_i; the word drawn    clock 2  threshold; random_i, keep_i, own_i
//   clock 3  spin_o, held until the next move
//
// One decision a clock. Golden twin: verif/golden/core.cpp, tsu::golden::Core::Row().

`default_nettype none

module tsu_cell #(
  parameter int unsigned Groups = 1,
  parameter int unsigned TableBits = 9,
  parameter int unsigned Slots = 2,
  parameter int unsigned FieldBits = 14,
  parameter int unsigned SlotBits = Slots > 1 ? $clog2(Slots) : 1
) (
  input  logic                              clk_i,
  input  logic                              move_i,       // some update is under way: data registers run

  // Update
  input  logic                              draw_i,       // clock 0
  input  logic                              lookup_i,     // clock 1
  input  logic signed [FieldBits-1:0]       field_i,      // clock 0, units of 1/32
  input  logic [SlotBits-1:0]               slot_i,       // clock 1
  input  logic                              random_i,     // clock 2
  input  logic                              keep_i,       // clock 2
  input  logic                              own_i,        // clock 2
  output logic                              spin_o,       // clock 3
  output logic [tsu_pkg::NoiseWordBits-1:0] word_o,       // clock 1: the word of this update

  // Threshold table
  input  logic                              table_we_i,
  input  logic [SlotBits-1:0]               table_slot_i,
  input  logic [TableBits-1:0]              table_addr_i,
  input  logic [tsu_pkg::ThresholdBits-1:0] table_data_i,

  // Noise state
  input  logic                              noise_load_i,
  input  logic [tsu_pkg::NoiseWordBits-1:0] noise_word_i
);

  localparam int unsigned TB = tsu_pkg::ThresholdBits;
  localparam int unsigned E = tsu_pkg::NoiseExpBits;
  localparam int unsigned W = tsu_pkg::NoiseWordBits;

  logic [W-1:0] word;

  tsu_noise #(
    .Groups(Groups)
  ) u_noise (
    .clk_i, .step_i(draw_i), .load_i(noise_load_i), .load_word_i(noise_word_i), .word_o(word)
  );
  assign word_o = word;

  // All arithmetic sits in functions called under move_i: simulators then skip it while nothing moves.
  // ---- Clock 0: |f|, saturated ----------------------------------------------
  function [TableBits-1:0] entry_of(input logic [FieldBits-1:0] field);
    logic [FieldBits-1:0] size;
    begin
      size = (field ^ {FieldBits{field[FieldBits-1]}}) + FieldBits'(field[FieldBits-1]);
      entry_of = size[TableBits-1:0] | {TableBits{|size[FieldBits-1:TableBits]}};
    end
  endfunction

  // ---- Clock 1: code of the word ---------------------------------------------
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

  logic [TableBits-1:0] entry_q;
  logic [TB-1:0]        code_q;
  logic                 negative1_q, negative2_q;
  always_ff @(posedge clk_i) begin
    if (move_i) begin
      entry_q     <= entry_of(field_i);
      negative1_q <= field_i[FieldBits-1];
      negative2_q <= negative1_q;
      code_q      <= code_of(word);
    end
  end

  logic [TB-1:0] threshold;
  tsu_ram_1r1w #(
    .Width(TB), .Depth(Slots * 2**TableBits), .AddrBits(SlotBits + TableBits)
  ) u_table (
    .clk_i,
    .we_i(table_we_i), .waddr_i({table_slot_i, table_addr_i}), .wdata_i(table_data_i),
    .re_i(lookup_i), .raddr_i({slot_i, entry_q}), .rdata_o(threshold)
  );

  // ---- Clock 2: decision -----------------------------------------------------
  // Of all exponents only 14 has its three upper bits set: then word[23] is set.
  always_ff @(posedge clk_i) begin
    if (move_i) begin
      spin_o <= keep_i ? own_i : random_i ? &code_q[TB-1-:3] : !(negative2_q ^ (code_q < threshold));
    end
  end

endmodule

`default_nettype wire
