// SPDX-License-Identifier: Apache-2.0
//
// One column pair: its weights, shared by all lanes, and one cell a lane.
//
// Clocks count from the row step that pushes the update (tsu_array.sv):
//   2  use_i: the weight word becomes current; class_i, coupling_i, keep_i    3  spins_i    4  conditioning_i    5  draw_i
//   6  slot_i, lookup_i    7  random_i, own_i    8  spins_o
// Nothing moves while move_i is low.

`default_nettype none

module tsu_pair #(
  parameter int unsigned Rows = 64,
  parameter int unsigned Lanes = 8,
  parameter int unsigned Groups = 1,
  parameter int unsigned Layers = 1,
  parameter int unsigned WeightBits = 8,
  parameter int unsigned NumRules = 3,
  parameter int unsigned TableBits = 9,
  parameter int unsigned Slots = 2,
  parameter int unsigned SlotBits = 1,
  parameter int unsigned WeightAddrBits = 7,
  parameter int unsigned WordBits = 4 * NumRules * WeightBits + tsu_pkg::BiasBits,
  parameter int unsigned SliceBits = (WordBits + Groups - 1) / Groups
) (
  input  logic                                    clk_i,
  input  logic                                    move_i,

  // Weights
  input  logic                                    weight_we_i,
  input  logic [WeightAddrBits-1:0]               weight_waddr_i,
  input  logic [SliceBits-1:0]                    weight_wdata_i,
  input  logic                                    weight_read_i,
  input  logic [WeightAddrBits-1:0]               weight_raddr_i,
  input  logic                                    weight_keep_i,
  input  logic                                    weight_use_i,

  // Update
  input  logic [tsu_pkg::ClassBits-1:0]           class_i,
  input  logic [4*tsu_pkg::BiasBits-1:0]          coupling_i,     // c of class 0..3
  input  logic                                    keep_i,
  input  logic [4*NumRules*Lanes-1:0]             spins_i,        // bit n * Lanes + lane
  input  logic [Lanes-1:0]                        conditioning_i,
  input  logic                                    draw_i,
  input  logic                                    lookup_i,
  input  logic [SlotBits-1:0]                     slot_i,
  input  logic                                    random_i,
  input  logic [Lanes-1:0]                        own_i,
  output logic [Lanes-1:0]                        spins_o,
  output logic [Lanes*tsu_pkg::NoiseWordBits-1:0] words_o,        // clock 6

  // Threshold tables and noise state
  input  logic                                    table_we_i,
  input  logic [SlotBits-1:0]                     table_slot_i,
  input  logic [TableBits-1:0]                    table_addr_i,
  input  logic [tsu_pkg::ThresholdBits-1:0]       table_data_i,
  input  logic [Lanes-1:0]                        noise_load_i,
  input  logic [tsu_pkg::NoiseWordBits-1:0]       noise_word_i
);

  localparam int unsigned Neighbours = 4 * NumRules;
  localparam int unsigned Terms = 2 * NumRules;
  localparam int unsigned TermField = 16;
  localparam int unsigned ConditionedBits = tsu_pkg::BiasBits + 1;
  // |f| <= Neighbours x 2^(WeightBits-1) + |h| + |c|.
  localparam int unsigned FieldBits =
      $clog2(Neighbours * 2**(WeightBits - 1) + 2 * 2**(tsu_pkg::BiasBits - 1)) + 1;

  logic [Terms*TermField-1:0]          bases, toggles;
  logic signed [tsu_pkg::BiasBits-1:0] bias;
  tsu_weights #(
    .Rows(Rows), .Layers(Layers), .Groups(Groups), .WeightBits(WeightBits), .NumRules(NumRules),
    .WordBits(WordBits), .SliceBits(SliceBits), .AddrBits(WeightAddrBits), .TermField(TermField)
  ) u_weights (
    .clk_i,
    .we_i(weight_we_i), .waddr_i(weight_waddr_i), .wdata_i(weight_wdata_i),
    .read_i(weight_read_i), .raddr_i(weight_raddr_i), .keep_i(weight_keep_i), .use_i(weight_use_i),
    .base_o(bases), .toggle_o(toggles), .bias_o(bias)
  );

  // Both signs of the conditioning term are added to h once for all lanes.
  logic signed [tsu_pkg::BiasBits-1:0] coupling_q;
  logic signed [ConditionedBits-1:0]   bias_up_q, bias_down_q;
  logic [4:0]                          keep_q;  // clocks 3..7
  always_ff @(posedge clk_i) begin
    if (move_i) begin
      coupling_q  <= coupling_i[class_i*tsu_pkg::BiasBits+:tsu_pkg::BiasBits];
      bias_up_q   <= ConditionedBits'(bias) + ConditionedBits'(coupling_q);
      bias_down_q <= ConditionedBits'(bias) - ConditionedBits'(coupling_q);
      keep_q      <= {keep_q[3:0], keep_i};
    end
  end

  generate
    for (genvar l = 0; l < Lanes; l = l + 1) begin : gen_lane
      logic signed [FieldBits-1:0] field;
      tsu_field #(
        .Lane(l), .Lanes(Lanes), .NumRules(NumRules), .WeightBits(WeightBits), .FieldBits(FieldBits), .BiasBits(ConditionedBits),
        .TermField(TermField)
      ) u_field (
        .clk_i, .move_i, .spins_i, .base_i(bases), .toggle_i(toggles),
        .bias_i(conditioning_i[l] ? bias_up_q : bias_down_q), .field_o(field)
      );

      tsu_cell #(
        .Groups(Groups), .TableBits(TableBits), .Slots(Slots), .FieldBits(FieldBits), .SlotBits(SlotBits)
      ) u_cell (
        .clk_i, .move_i, .draw_i, .lookup_i, .field_i(field), .slot_i, .random_i,
        .keep_i(keep_q[4]), .own_i(own_i[l]), .spin_o(spins_o[l]),
        .word_o(words_o[l*tsu_pkg::NoiseWordBits+:tsu_pkg::NoiseWordBits]),
        .table_we_i, .table_slot_i, .table_addr_i, .table_data_i,
        .noise_load_i(noise_load_i[l]), .noise_word_i
      );
    end
  endgenerate

endmodule

`default_nettype wire
