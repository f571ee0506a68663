// SPDX-License-Identifier: Apache-2.0
//
// One column pair: weights, fields and comparisons of all lanes, and one cell a lane.
//
// What many pairs listen to is registered here once more, so that no control net is longer than a tile. Clocks, counted from the row
// step that pushes the update (tsu_array.sv), at which the ports carry their values:
//   2  weight_read_i    3  weight_keep_i, weight_use_i    4  class_i, coupling_i, keep_i    5  negative_i    6  conditioning_i
//   7  draw_i, slot_i    9  words_o, random_i    10  own_i    11  spins_o
// Nothing moves while move_i is low; without Hold it is not looked at, so that no register needs it.
//
// Where two lanes share a table (TableLanes), writes enter as the first lane's entry does, through the cell that makes it: table_clear_i, a
// clock later table_addr_i, a clock later the other table_*. Else all these come at once.

`default_nettype none

module tsu_pair #(
  parameter int unsigned Rows = 64,
  parameter int unsigned Lanes = 8,
  parameter int unsigned Groups = 1,
  parameter int unsigned Layers = 1,
  parameter int unsigned WeightBits = 8,
  parameter int unsigned NumRules = 3,
  parameter int unsigned TableBits = 9,
  parameter int unsigned TableLanes = 1,
  parameter bit Hold = 1'b1,
  parameter int unsigned SlotBits = 1,
  parameter int unsigned WeightAddrBits = 7,
  parameter int unsigned WordBits = 4 * NumRules * WeightBits + tsu_pkg::BiasBits,
  parameter int unsigned SliceBits = (WordBits + Groups - 1) / Groups,
  parameter int unsigned PartBits = SliceBits,
  parameter int unsigned Parts = (SliceBits + PartBits - 1) / PartBits
) (
  input  logic                                    clk_i,
  input  logic                                    move_i,

  // Weights
  input  logic                                    weight_we_i,
  input  logic [WeightAddrBits-1:0]               weight_waddr_i,
  input  logic [Parts-1:0]                        weight_part_i,
  input  logic [PartBits-1:0]                     weight_wdata_i,
  input  logic                                    weight_read_i,
  input  logic [WeightAddrBits-1:0]               weight_raddr_i,
  input  logic                                    weight_keep_i,
  input  logic                                    weight_use_i,

  // Update
  input  logic [tsu_pkg::ClassBits-1:0]           class_i,
  input  logic [4*tsu_pkg::BiasBits-1:0]          coupling_i,     // c of class 0..3
  input  logic                                    keep_i,
  input  logic [4*NumRules*Lanes-1:0]             negative_i,     // neighbour is -1: bit n * Lanes + lane
  input  logic [Lanes-1:0]                        conditioning_i,
  input  logic                                    draw_i,
  input  logic [SlotBits-1:0]                     slot_i,
  input  logic                                    random_i,
  input  logic [Lanes-1:0]                        own_i,
  output logic [Lanes-1:0]                        spins_o,
  output logic [Lanes*tsu_pkg::NoiseWordBits-1:0] words_o,

  // Threshold tables and noise state
  input  logic                                    table_clear_i,  // fields become 0
  input  logic                                    table_we_i,
  input  logic [SlotBits-1:0]                     table_slot_i,
  input  logic [TableBits-1:0]                    table_addr_i,   // 0 while nothing is written, if lanes share
  input  logic [tsu_pkg::ThresholdBits-1:0]       table_data_i,
  input  logic                                    noise_clear_i,
  input  logic [Lanes-1:0]                        noise_load_i,
  input  logic [tsu_pkg::NoiseShl-1:0]            noise_inject_i  // 0 while no lane is loaded
);

  localparam int unsigned Neighbours = 4 * NumRules;
  localparam int unsigned B = tsu_pkg::BiasBits;
  localparam int unsigned T = tsu_pkg::ThresholdBits;
  localparam int unsigned W = tsu_pkg::NoiseWordBits;
  // |f| <= Neighbours x 2^(WeightBits-1) + |h| + |c|.
  localparam int unsigned FieldBits = $clog2(Neighbours * 2**(WeightBits - 1) + 2 * 2**(B - 1)) + 1;

  // ---- Control, a clock later -----------------------------------------------------
  logic                      move_q, read_q, keep_slice_q, use_q, draw_q, table_clear_q, table_we_q, noise_clear_q;
  logic [WeightAddrBits-1:0] raddr_q;
  logic [SlotBits-1:0]       slot_q, table_slot_q;
  logic [TableBits-1:0]      table_addr_q;
  logic [T-1:0]              table_data_q;
  logic [Lanes-1:0]          noise_load_q;
  logic [tsu_pkg::NoiseShl-1:0] noise_inject_q;
  always_ff @(posedge clk_i) begin
    {move_q, draw_q, slot_q} <= {!Hold || move_i, draw_i, slot_i};
    {read_q, raddr_q, keep_slice_q, use_q} <= {weight_read_i, weight_raddr_i, weight_keep_i, weight_use_i};
    {table_clear_q, table_we_q, table_slot_q, table_addr_q, table_data_q} <=
      {table_clear_i, table_we_i, table_slot_i, table_addr_i, table_data_i};
    {noise_clear_q, noise_load_q, noise_inject_q} <= {noise_clear_i, noise_load_i, noise_inject_i};
  end

  logic [WordBits-1:0] word;
  tsu_weights #(
    .Rows(Rows), .Layers(Layers), .Groups(Groups), .WordBits(WordBits), .SliceBits(SliceBits),
    .PartBits(PartBits), .AddrBits(WeightAddrBits)
  ) u_weights (
    .clk_i, .we_i(weight_we_i), .waddr_i(weight_waddr_i), .part_i(weight_part_i), .wdata_i(weight_wdata_i),
    .read_i(read_q), .raddr_i(raddr_q), .keep_i(keep_slice_q), .use_i(use_q), .word_o(word)
  );

  logic signed [B-1:0] coupling_q;
  logic [5:0]          keep_q;   // clocks 5..10
  logic                fixed_q;  // clock 10: kept or random
  always_ff @(posedge clk_i) begin
    if (move_q) begin
      coupling_q <= coupling_i[class_i*B+:B];
      keep_q     <= {keep_q[4:0], keep_i};
      fixed_q    <= keep_q[4] || random_i;
    end
  end

  // ---- Lanes -------------------------------------------------------------------------
  localparam int unsigned A = SlotBits + TableBits;
  localparam bit Shared = TableLanes > 1;
  logic [Lanes*A-1:0]         table_at;
  logic [Lanes*FieldBits-1:0] fields;
  logic [Lanes*T-1:0]         threshold, code;
  logic [Lanes-1:0]           against;
  logic [SlotBits-1:0]        slot;
  logic                       place_q;  // an address is to become an entry
  always_ff @(posedge clk_i) place_q <= Shared && table_clear_q;
  assign slot = Shared && table_we_q ? table_slot_q : slot_q;

  tsu_fields #(
    .Lanes(Lanes), .NumRules(NumRules), .WeightBits(WeightBits), .FieldBits(FieldBits)
  ) u_fields (
    .clk_i, .move_i(move_q), .clear_i(Shared && table_clear_q), .negative_i, .weights_i(word[Neighbours*WeightBits-1:0]),
    .bias_i(word[WordBits-1-:B]), .coupling_i(coupling_q), .up_i(conditioning_i), .fields_o(fields)
  );
  tsu_against #(.Lanes(Lanes)) u_against (.move_i(move_q), .codes_i(code), .thresholds_i(threshold), .against_o(against));

  generate
    for (genvar l = 0; l < Lanes; l = l + 1) begin : gen_lane
      tsu_cell #(.Groups(Groups), .TableBits(TableBits), .FieldBits(FieldBits)) u_cell (
        .clk_i, .move_i(move_q || place_q), .field_i(fields[l*FieldBits+:FieldBits]),
        .place_i(Shared && l % TableLanes == 0 ? table_addr_q : '0), .draw_i(draw_q), .entry_o(table_at[l*A+:TableBits]),
        .code_o(code[l*T+:T]), .against_i(against[l]), .fixed_i(fixed_q), .keep_i(keep_q[5]), .own_i(own_i[l]), .spin_o(spins_o[l]),
        .word_o(words_o[l*W+:W]), .noise_clear_i(noise_clear_q), .noise_load_i(noise_load_q[l]), .noise_inject_i(noise_inject_q)
      );
      assign table_at[l*A+TableBits+:SlotBits] = slot;
    end

    for (genvar l = 0; l < Lanes; l = l + TableLanes) begin : gen_table
      tsu_thresholds #(.Lanes(TableLanes), .AddrBits(A)) u_thresholds (
        .clk_i, .move_i(move_q), .we_i(table_we_q), .waddr_i({table_slot_q, table_addr_q}), .wdata_i(table_data_q),
        .re_i(draw_q), .raddr_i(table_at[l*A+:TableLanes*A]), .threshold_o(threshold[l*T+:TableLanes*T])
      );
    end
  endgenerate

endmodule

`default_nettype wire
