// SPDX-License-Identifier: Apache-2.0
//
// The tile array: row steps in, updated rows in spin memory.
//
// Each row step streams one row of the colour that is not updated; the row updated by it lies Reach rows behind, so a row step's own
// update is pushed Reach x Groups steps later and written PipelineDepth clocks after that. Tiles exchange columns of the stream only, as
// wiring: a tile sees Halo pairs of its neighbours on each side (several tiles away where tiles are narrow), zeros beyond the grid.
//
// Clocks of the pushing step (valid low is legal anywhere; nothing stalls):
//   0 step; spin RAM and token RAM read    1 window shifts; weight and site RAM read    2 weights become current; taps
//   3 rule sums; conditioning read    4 field    5 |f|; noise drawn    6 threshold and own spin read; code    7 decision    8 write
//
// What control must keep:
//   - the steps of a row, groups 0 .. Groups-1, follow each other without empty steps (idle clocks are fine), and all are given;
//   - a row's stream in one phase and its stream in the next are at least MinPhase = Reach x Groups + PipelineDepth + 2 steps apart;
//   - after the last phase, Reach x Groups empty steps push the last rows out;
//   - loads and scans only while idle_o; a loaded word can be read 2 clocks after the clock that took it, at the earliest.
// Scan: ScanLatency = 1: scan_valid_o a clock after scan_valid_i; the spins stay until the next scan or step.
// Golden twin: verif/golden/core.cpp, tsu::golden::Core::Row().

`default_nettype none

module tsu_array #(
  parameter int unsigned Cols = 64,
  parameter int unsigned Rows = 64,
  parameter int unsigned Tiles = 1,
  parameter int unsigned Lanes = 8,
  parameter int unsigned Groups = 1,
  parameter int unsigned Layers = 1,
  parameter int unsigned WeightBits = 8,
  parameter int unsigned NumRules = tsu_pkg::G12Rules,
  parameter logic [95:0] Rules = tsu_pkg::G12,
  parameter int unsigned TableBits = 9,
  parameter int unsigned Slots = 2,
  // Derived
  parameter int unsigned Pairs = Cols / 2,
  parameter int unsigned RowBits = Rows > 1 ? $clog2(Rows) : 1,
  parameter int unsigned GroupBits = Groups > 1 ? $clog2(Groups) : 1,
  parameter int unsigned LayerBits = Layers > 1 ? $clog2(Layers) : 1,
  parameter int unsigned SlotBits = Slots > 1 ? $clog2(Slots) : 1,
  parameter int unsigned Width = Pairs * Lanes
) (
  input  logic                                    clk_i,
  input  logic                                    rst_i,

  // Row steps
  input  logic                                    step_valid_i,
  input  logic                                    step_real_i,    // 0: empty, only pushes the window
  input  logic                                    step_colour_i,  // the colour being updated
  input  logic [RowBits-1:0]                      step_row_i,
  input  logic [GroupBits-1:0]                    step_group_i,
  input  logic [LayerBits-1:0]                    step_layer_i,
  input  logic [SlotBits-1:0]                     step_slot_i,
  input  logic                                    step_random_i,
  input  logic                                    step_latents_i,
  input  logic                                    step_clamp_i,
  output logic                                    idle_o,         // no real step under way, all written

  // Threshold tables, at any time into a slot that is not in use
  input  logic                                    table_we_i,
  input  logic [SlotBits-1:0]                     table_slot_i,
  input  logic [TableBits-1:0]                    table_addr_i,
  input  logic [tsu_pkg::ThresholdBits-1:0]       table_data_i,

  // Load bus, only while idle; a word is taken when valid and ready
  input  logic                                    load_valid_i,
  output logic                                    load_ready_o,
  input  logic [3:0]                              load_target_i,
  input  logic [15:0]                             load_index_i,
  input  logic                                    load_colour_i,
  input  logic [14:0]                             load_row_i,
  input  logic [15:0]                             load_pair_i,
  input  logic [7:0]                              load_lane_i,
  input  logic [15:0]                             load_word_i,
  input  logic                                    load_last_i,
  input  logic [31:0]                             load_data_i,

  // Scan, only while idle
  input  logic                                    scan_valid_i,
  input  logic                                    scan_colour_i,
  input  logic [RowBits-1:0]                      scan_row_i,
  input  logic [GroupBits-1:0]                    scan_group_i,
  input  logic                                    scan_copy_i,    // these spins become the conditioning plane
  output logic                                    scan_valid_o,
  output logic [Width-1:0]                        scan_spins_o,
  output logic [2*Pairs-1:0]                      scan_class_o,

  // Observation for lockstep tests: one pulse a written row
  output logic                                    wb_valid_o,
  output logic                                    wb_colour_o,
  output logic [RowBits-1:0]                      wb_row_o,
  output logic [GroupBits-1:0]                    wb_group_o,
  output logic [Width-1:0]                        wb_spins_o,
  output logic [Width*tsu_pkg::NoiseWordBits-1:0] wb_words_o
);

  localparam int unsigned PipelineDepth = 8;
  localparam int Reach = tsu_pattern_pkg::reach(Rules, NumRules);
  localparam int unsigned Halo = (Reach + 1) / 2;
  localparam int unsigned TilePairs = Pairs / Tiles;
  localparam int unsigned TileWidth = TilePairs * Lanes;
  localparam int unsigned ViewWidth = (TilePairs + 2 * Halo) * Lanes;
  localparam int unsigned B = tsu_pkg::BiasBits;
  localparam int unsigned W = tsu_pkg::NoiseWordBits;

  // Addresses: {row, colour, group}; {row, layer, colour, slice}; {row, colour}. The fields of 1-deep things are left out.
  localparam int unsigned GroupField = Groups > 1 ? GroupBits : 0;
  localparam int unsigned LayerField = Layers > 1 ? LayerBits : 0;
  localparam int unsigned SpinAddrBits = RowBits + 1 + GroupField;
  localparam int unsigned WeightAddrBits = RowBits + LayerField + 1 + GroupField;
  localparam int unsigned SiteAddrBits = RowBits + 1;

  localparam int unsigned WordBits = 4 * NumRules * WeightBits + B;
  localparam int unsigned SliceBits = (WordBits + Groups - 1) / Groups;
  localparam int unsigned RowWordBits = Lanes > 3 ? Width : 3 * Pairs;
  localparam int unsigned StageBits = ((RowWordBits > WordBits ? RowWordBits : WordBits) + 31) / 32 * 32;

  // ---- Legal shapes ------------------------------------------------------------
  generate
    if (Cols < 2 || Cols % 2 != 0) $error("tsu_array: Cols must be even: sites come in column pairs");
    if (Rows < 2 || Rows > 32768) $error("tsu_array: Rows must be 2 to 32768");
    if (Tiles < 1 || (Cols / 2) % Tiles != 0) $error("tsu_array: Tiles must divide the column pairs Cols/2");
    if (Lanes < 1 || Lanes > 32 || 2**$clog2(Lanes) != Lanes) $error("tsu_array: Lanes must be a power of two up to 32");
    if (Groups < 1 || Groups > 255) $error("tsu_array: Groups must be 1 to 255");
    if (Layers < 1 || Layers > 255) $error("tsu_array: Layers must be 1 to 255");
    if (WeightBits < 4 || WeightBits > 10) $error("tsu_array: WeightBits must be 4 to 10");
    if (NumRules < 1 || NumRules > tsu_pkg::MaxRules) $error("tsu_array: NumRules must be 1 to 6");
    if (tsu_pattern_pkg::legal(Rules, NumRules) == 0)
      $error("tsu_array: every rule needs a + b odd, and no neighbour may occur twice");
    if (TableBits != 8 && TableBits != 9) $error("tsu_array: TableBits must be 8 or 9");
    if (Slots < 1) $error("tsu_array: Slots must be at least 1");
  endgenerate

  // ---- Row steps become centre tokens ------------------------------------------
  localparam int unsigned PlaceBits = GroupBits + RowBits + 1;
  localparam int unsigned TokenBits = 3 + SlotBits + LayerBits + PlaceBits;
  logic [TokenBits-1:0] early, centre;
  logic                 early_valid, centre_valid;
  tsu_token #(
    .Bits(TokenBits), .Delay(Reach * Groups), .Lead(Groups - 1)
  ) u_token (
    .clk_i, .rst_i, .valid_i(step_valid_i), .real_i(step_real_i),
    .token_i({step_clamp_i, step_latents_i, step_random_i, step_slot_i,
              step_layer_i, step_group_i, step_row_i, step_colour_i}),
    .early_valid_o(early_valid), .early_o(early), .centre_valid_o(centre_valid), .centre_o(centre)
  );

  // A digit at the end of a name is the clock of the pushing step to which the signal belongs.
  logic [8:1]           valid;
  logic [8:2]           valid_q;
  logic                 shift1_q, early2_q, move;
  logic                 clamp2_q, latents2_q, random3_q, random4_q, random5_q, random6_q, random7_q;
  logic [SlotBits-1:0]  slot2_q, slot3_q, slot4_q, slot5_q, slot6_q;
  logic [PlaceBits-1:0] place1, place2_q, place3_q, place4_q, place5_q, place6_q, place7_q, place8_q;  // {group, row, colour}
  logic                 random1, random2_q, clamp1, latents1;
  logic [SlotBits-1:0]  slot1;
  logic [LayerBits-1:0] layer1;
  logic [4*B-1:0]       coupling2_q, coupling1;

  assign {clamp1, latents1, random1, slot1, layer1, place1} = centre;
  assign valid = {valid_q, centre_valid};
  assign move = |valid[7:2];

  always_ff @(posedge clk_i) begin
    shift1_q <= !rst_i && step_valid_i;
    early2_q <= !rst_i && early_valid;
    valid_q  <= rst_i ? '0 : valid[7:1];
    if (centre_valid || move) begin
      {clamp2_q, latents2_q, coupling2_q} <= {clamp1, latents1, coupling1};
      {random2_q, random3_q, random4_q, random5_q, random6_q, random7_q} <=
          {random1, random2_q, random3_q, random4_q, random5_q, random6_q};
      {slot2_q, slot3_q, slot4_q, slot5_q, slot6_q} <= {slot1, slot2_q, slot3_q, slot4_q, slot5_q};
      {place2_q, place3_q, place4_q, place5_q, place6_q, place7_q, place8_q} <=
          {place1, place2_q, place3_q, place4_q, place5_q, place6_q, place7_q};
    end
  end

  // Real steps under way: given, not yet written.
  localparam int unsigned CountBits = $clog2(Reach * Groups + PipelineDepth + 2);
  logic [CountBits-1:0] under_way_q;
  always_ff @(posedge clk_i) begin
    if (rst_i) under_way_q <= '0;
    else if ((step_valid_i && step_real_i) != valid[8]) under_way_q <= valid[8] ? under_way_q - 1'b1 : under_way_q + 1'b1;
  end
  assign idle_o = under_way_q == 0;

  // ---- Load bus ------------------------------------------------------------------
  logic                 load_spin, load_conditioning, load_site, load_coupling;
  logic [Pairs-1:0]     load_weight, noise_pair;
  logic [Lanes-1:0]     noise_lane;
  logic [GroupBits-1:0] slice;
  logic [SliceBits-1:0] slice_data;
  logic [15:0]          index;
  logic                 load_colour;
  logic [14:0]          load_row;
  logic [StageBits-1:0] load_data;
  logic [1:0]           coupling_class;
  logic [W-1:0]         load_word;
  tsu_stage #(
    .Pairs(Pairs), .Lanes(Lanes), .Groups(Groups), .StageBits(StageBits), .SliceBits(SliceBits), .GroupBits(GroupBits)
  ) u_stage (
    .clk_i, .rst_i,
    .load_valid_i, .load_ready_o, .load_target_i, .load_index_i, .load_colour_i, .load_row_i, .load_pair_i, .load_lane_i,
    .load_word_i, .load_last_i, .load_data_i,
    .spin_we_o(load_spin), .conditioning_we_o(load_conditioning), .site_we_o(load_site), .weight_we_o(load_weight),
    .slice_o(slice), .slice_data_o(slice_data), .index_o(index), .colour_o(load_colour), .row_o(load_row),
    .data_o(load_data), .noise_pair_o(noise_pair), .noise_lane_o(noise_lane),
    .coupling_we_o(load_coupling), .coupling_class_o(coupling_class), .word_o(load_word)
  );

  // Couplings of all layers; the layer of the centre row is selected a clock ahead of its use.
  logic [Layers*4*B-1:0] coupling_q;
  generate
    for (genvar i = 0; i < Layers * 4; i = i + 1) begin : gen_coupling
      logic [B-1:0] c_q;
      always_ff @(posedge clk_i) begin
        if (load_coupling && index == 16'(i / 4) && coupling_class == 2'(i % 4)) c_q <= load_word[B-1:0];
      end
      assign coupling_q[i*B+:B] = c_q;
    end
  endgenerate
  assign coupling1 = coupling_q[layer1*4*B+:4*B];

  // ---- Addresses -----------------------------------------------------------------
  // GroupBits and LayerBits are 1 for one group or layer; those bits are 0 and cut off here.
  logic                      colour1;
  logic [SpinAddrBits-1:0]   stream0, conditioning3, own6, write8, load_spins_at;
  logic [SiteAddrBits-1:0]   site1, load_sites_at;
  logic [WeightAddrBits-1:0] weight1, load_weights_at;
  logic [LayerBits-1:0]      early_layer;
  logic [PlaceBits-1:0]      early_place, stream_place, load_place;
  assign colour1 = place1[0];
  assign stream_place = scan_valid_i ? {scan_group_i, scan_row_i, scan_colour_i} :
                                       {step_group_i, step_row_i, !step_colour_i};
  assign load_place = {index[GroupBits-1:0], load_row[RowBits-1:0], load_colour};
  assign {early_layer, early_place} = early[LayerBits+PlaceBits-1:0];
  assign site1 = {place1[RowBits:1], colour1};
  assign load_sites_at = {load_row[RowBits-1:0], load_colour};

  generate
    if (Groups > 1) begin : gen_group_field
      assign stream0 = {stream_place[RowBits:0], stream_place[PlaceBits-1-:GroupBits]};
      assign conditioning3 = {place3_q[RowBits:0], place3_q[PlaceBits-1-:GroupBits]};
      assign own6 = {place6_q[RowBits:0], place6_q[PlaceBits-1-:GroupBits]};
      assign write8 = {place8_q[RowBits:0], place8_q[PlaceBits-1-:GroupBits]};
      assign load_spins_at = {load_place[RowBits:0], load_place[PlaceBits-1-:GroupBits]};
    end else begin : gen_no_group_field
      assign stream0 = stream_place[RowBits:0];
      assign conditioning3 = place3_q[RowBits:0];
      assign own6 = place6_q[RowBits:0];
      assign write8 = place8_q[RowBits:0];
      assign load_spins_at = load_place[RowBits:0];
    end
    if (Layers > 1 && Groups > 1) begin : gen_layer_group
      assign weight1 = {early_place[RowBits:1], early_layer, early_place[0], early_place[PlaceBits-1-:GroupBits]};
      assign load_weights_at = {load_row[RowBits-1:0], index[LayerBits-1:0], load_colour, slice};
    end else if (Layers > 1) begin : gen_layer
      assign weight1 = {early_place[RowBits:1], early_layer, early_place[0]};
      assign load_weights_at = {load_row[RowBits-1:0], index[LayerBits-1:0], load_colour};
    end else if (Groups > 1) begin : gen_group
      assign weight1 = {early_place[RowBits:0], early_place[PlaceBits-1-:GroupBits]};
      assign load_weights_at = {load_row[RowBits-1:0], load_colour, slice};
    end else begin : gen_plain
      assign weight1 = early_place[RowBits:0];
      assign load_weights_at = {load_row[RowBits-1:0], load_colour};
    end
  endgenerate

  // ---- Scan ------------------------------------------------------------------------
  logic                    copy_q;
  logic [SpinAddrBits-1:0] copy_at_q;
  logic [Width-1:0]        stream1;
  always_ff @(posedge clk_i) begin
    scan_valid_o <= scan_valid_i && !rst_i;
    copy_q       <= scan_valid_i && scan_copy_i && !rst_i;
    if (scan_valid_i) copy_at_q <= stream0;
  end
  assign scan_spins_o = stream1;

  // ---- Tiles -----------------------------------------------------------------------
  logic [Width+2*Halo*Lanes-1:0] padded;
  logic [Width-1:0]              spins8;
  logic [Width*W-1:0]            words6;
  assign padded = {{Halo*Lanes{1'b0}}, stream1, {Halo*Lanes{1'b0}}};
  generate
    for (genvar t = 0; t < Tiles; t = t + 1) begin : gen_tile
      tsu_tile #(
        .Pairs(TilePairs), .Rows(Rows), .Lanes(Lanes), .Groups(Groups), .Layers(Layers), .WeightBits(WeightBits),
        .NumRules(NumRules), .Rules(Rules), .TableBits(TableBits), .Slots(Slots), .SlotBits(SlotBits),
        .SpinAddrBits(SpinAddrBits), .SiteAddrBits(SiteAddrBits), .WeightAddrBits(WeightAddrBits),
        .Halo(Halo), .WordBits(WordBits), .SliceBits(SliceBits)
      ) u_tile (
        .clk_i, .move_i(move),
        .stream_re_i(scan_valid_i || (step_valid_i && step_real_i)), .stream_addr_i(stream0),
        .stream_o(stream1[t*TileWidth+:TileWidth]), .shift_i(shift1_q), .row_i(padded[t*TileWidth+:ViewWidth]),
        .par_i(place2_q[0] ^ place2_q[1]),
        .site_we_i(load_site), .site_waddr_i(load_sites_at), .site_wdata_i(load_data[3*t*TilePairs+:3*TilePairs]),
        .site_re_i(centre_valid || scan_valid_i),
        .site_raddr_i(scan_valid_i ? {scan_row_i, scan_colour_i} : site1),
        .class_o(scan_class_o[2*t*TilePairs+:2*TilePairs]),
        .latents_i(latents2_q), .clamp_i(clamp2_q), .coupling_i(coupling2_q),
        .weight_we_i(load_weight[t*TilePairs+:TilePairs]), .weight_waddr_i(load_weights_at), .weight_wdata_i(slice_data),
        .weight_read_i(early_valid), .weight_raddr_i(weight1),
        .weight_keep_i(early2_q), .weight_use_i(valid[2] && place2_q[PlaceBits-1-:GroupBits] == 0),
        .conditioning_we_i(load_conditioning || copy_q), .conditioning_waddr_i(copy_q ? copy_at_q : load_spins_at),
        .conditioning_wdata_i(copy_q ? stream1[t*TileWidth+:TileWidth] : load_data[t*TileWidth+:TileWidth]),
        .conditioning_re_i(valid[3]), .conditioning_raddr_i(conditioning3),
        .own_re_i(valid[6]), .own_addr_i(own6),
        .draw_i(valid[5]), .lookup_i(valid[6]), .slot_i(slot6_q), .random_i(random7_q),
        .spins_o(spins8[t*TileWidth+:TileWidth]), .words_o(words6[t*TileWidth*W+:TileWidth*W]),
        .spin_we_i(valid[8] || load_spin), .spin_waddr_i(load_spin ? load_spins_at : write8),
        .spin_wdata_i(load_spin ? load_data[t*TileWidth+:TileWidth] : spins8[t*TileWidth+:TileWidth]),
        .table_we_i, .table_slot_i, .table_addr_i, .table_data_i,
        .noise_pair_i(noise_pair[t*TilePairs+:TilePairs]), .noise_lane_i(noise_lane), .noise_word_i(load_word)
      );
    end
  endgenerate

  // ---- Observation -------------------------------------------------------------------
  logic [Width*W-1:0] words7_q, words8_q;
  always_ff @(posedge clk_i) if (move) {words7_q, words8_q} <= {words6, words7_q};
  assign wb_valid_o = valid[8];
  assign {wb_group_o, wb_row_o, wb_colour_o} = place8_q;
  assign wb_spins_o = spins8;
  assign wb_words_o = words8_q;

endmodule

`default_nettype wire
