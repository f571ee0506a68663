// SPDX-License-Identifier: Apache-2.0
//
// The tile array: row steps in, updated rows in spin memory.
//
// Each row step streams one row of the colour that is not updated; the row updated by it lies Reach rows behind, so a row step's own
// update is pushed Reach x Groups steps later and written PipelineDepth clocks after that. Tiles exchange columns of the stream only, as
// wiring: a tile sees Halo pairs of its neighbours on each side (several tiles away where tiles are narrow), zeros beyond the grid.
//
// Clocks of the pushing step (valid low is legal anywhere; nothing stalls). What many tiles or pairs listen to passes a register in the
// tile and, below it, one in the pair; block RAMs answer into a register:
//   0 step    1 spin RAM and token RAM read    2 site RAM read    3 window shifts; weight RAM read    4 weights become current; taps
//   5 rule sums; conditioning read    6 field    7 |f|    8 threshold and own spin read; noise drawn    9 code    10 decision
//   11 chosen, or a loaded one    12 written
//
// What control must keep:
//   - the steps of a row, groups 0 .. Groups-1, follow each other without empty steps (idle clocks are fine), and all are given;
//   - a row's stream in one phase and its stream in the next are at least MinPhase = Reach x Groups + PipelineDepth + 2 steps apart;
//   - after the last phase, Reach x Groups empty steps push the last rows out;
//   - nothing in the clock after reset, which takes another one to arrive;
//   - loads and scans only while idle_o; a loaded word can be read 5 clocks after the clock that took it, at the earliest.
// Scan: scan_valid_o ScanLatency clocks after scan_valid_i, one a clock; the spins stay until the next scan or step.
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
  parameter int unsigned TableLanes = 1,  // lanes that share a threshold memory: with 2 tables are only written while idle
  parameter bit Hold = 1'b1,              // data registers hold while nothing moves: less to simulate, one long enable net on a chip
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

  localparam int unsigned PipelineDepth = tsu_pkg::PipelineDepth;
  localparam int Reach = tsu_pattern_pkg::reach(Rules, NumRules);
  localparam int unsigned Halo = (Reach + 1) / 2;
  localparam int unsigned TilePairs = Pairs / Tiles;
  localparam int unsigned PairBits = Pairs > 1 ? $clog2(Pairs) : 1;
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
  localparam int unsigned PartBits = SliceBits < 18 ? SliceBits : 18;  // two bytes of a block RAM a clock: a net a bit, to every pair
  localparam int unsigned Parts = (SliceBits + PartBits - 1) / PartBits;
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
    if ((TableLanes != 1 && TableLanes != 2) || Lanes % TableLanes != 0) $error("tsu_array: TableLanes must be 1, or 2 of an even number of lanes");
    if (Slots < 1) $error("tsu_array: Slots must be at least 1");
  endgenerate

  logic rst_q;  // far from where reset comes from
  always_ff @(posedge clk_i) rst_q <= rst_i;

  // ---- Row steps become centre tokens ------------------------------------------
  localparam int unsigned PlaceBits = GroupBits + RowBits + 1;
  localparam int unsigned TokenBits = 3 + SlotBits + LayerBits + PlaceBits;
  logic [TokenBits-1:0] early, centre;
  logic                 early_valid, centre_valid;
  tsu_token #(
    .Bits(TokenBits), .Delay(Reach * Groups), .Lead(Groups - 1)
  ) u_token (
    .clk_i, .rst_i(rst_q), .valid_i(step_valid_i), .real_i(step_real_i),
    .token_i({step_clamp_i, step_latents_i, step_random_i, step_slot_i,
              step_layer_i, step_group_i, step_row_i, step_colour_i}),
    .early_valid_o(early_valid), .early_o(early), .centre_valid_o(centre_valid), .centre_o(centre)
  );

  // A digit at the end of a name is the clock of the pushing step to which the signal belongs.
  logic [PipelineDepth:1] valid;
  logic [PipelineDepth:2] valid_q;
  logic                 shift1_q, shift2_q, early2_q, move;
  logic [PlaceBits-1:0] place1;  // {group, row, colour}
  logic                 random1, clamp1, latents1, clamp2_q, latents2_q, clamp3_q, latents3_q;
  logic [SlotBits-1:0]  slot1;
  logic [LayerBits-1:0] layer1;
  logic [4*B-1:0]       coupling1, coupling2_q, coupling3_q;

  assign {clamp1, latents1, random1, slot1, layer1, place1} = centre;
  assign valid = {valid_q, centre_valid};
  assign move = !Hold || valid != '0;

  // Field k of a history belongs to clock k.
  localparam int unsigned SlotAt = 6, RandomAt = 8, PlaceAt = PipelineDepth;
  logic [RandomAt:1]          random;
  logic [SlotAt*SlotBits-1:0] slot;
  logic [PlaceAt*PlaceBits-1:0] place;
  logic [RandomAt:2]          random_q;
  logic [SlotAt*SlotBits-1:SlotBits] slot_q;
  logic [PlaceAt*PlaceBits-1:PlaceBits] place_q;
  assign random = {random_q, random1};
  assign slot = {slot_q, slot1};
  assign place = {place_q, place1};

  always_ff @(posedge clk_i) begin
    {shift1_q, shift2_q} <= {!rst_q && step_valid_i, !rst_q && shift1_q};
    early2_q <= !rst_q && early_valid;
    valid_q  <= rst_q ? '0 : valid[PipelineDepth-1:1];
    if (move) begin
      {clamp2_q, latents2_q, coupling2_q} <= {clamp1, latents1, coupling1};
      {clamp3_q, latents3_q, coupling3_q} <= {clamp2_q, latents2_q, coupling2_q};
      random_q <= random[RandomAt-1:1];
      slot_q   <= slot[(SlotAt-1)*SlotBits-1:0];
      place_q  <= place[(PlaceAt-1)*PlaceBits-1:0];
    end
  end

  // Real steps under way: given, not yet written.
  localparam int unsigned CountBits = $clog2(Reach * Groups + PipelineDepth + 2);
  logic [CountBits-1:0] under_way_q;
  always_ff @(posedge clk_i) begin
    if (rst_q) under_way_q <= '0;
    else if ((step_valid_i && step_real_i) != valid[PipelineDepth]) under_way_q <= valid[PipelineDepth] ? under_way_q - 1'b1 : under_way_q + 1'b1;
  end
  assign idle_o = under_way_q == 0;

  // ---- Load bus ------------------------------------------------------------------
  logic                 load_spin, load_conditioning, load_site, load_coupling;
  logic                 load_weight, noise_clear, noise_step;
  logic [PairBits-1:0]  load_pair;
  logic [Lanes-1:0]     noise_lane;
  logic [GroupBits-1:0] slice;
  logic [Parts-1:0]     part;
  logic [PartBits-1:0]  part_data;
  logic [15:0]          index;
  logic                 load_colour;
  logic [14:0]          load_row;
  logic [StageBits-1:0] load_data;
  logic [1:0]           coupling_class;
  logic [B-1:0]         load_value;
  logic [tsu_pkg::NoiseShl-1:0] noise_inject;
  tsu_stage #(
    .PairBits(PairBits), .Lanes(Lanes), .Groups(Groups), .StageBits(StageBits), .SliceBits(SliceBits), .PartBits(PartBits), .GroupBits(GroupBits)
  ) u_stage (
    .clk_i, .rst_i(rst_q),
    .load_valid_i, .load_ready_o, .load_target_i, .load_index_i, .load_colour_i, .load_row_i, .load_pair_i, .load_lane_i,
    .load_word_i, .load_last_i, .load_data_i,
    .spin_we_o(load_spin), .conditioning_we_o(load_conditioning), .site_we_o(load_site), .weight_we_o(load_weight), .pair_o(load_pair),
    .slice_o(slice), .part_o(part), .part_data_o(part_data), .index_o(index), .colour_o(load_colour), .row_o(load_row),
    .data_o(load_data), .noise_clear_o(noise_clear), .noise_step_o(noise_step), .noise_lane_o(noise_lane),
    .noise_inject_o(noise_inject), .coupling_we_o(load_coupling), .coupling_class_o(coupling_class), .coupling_o(load_value)
  );

  // Couplings of all layers; the layer of the centre row is selected a clock ahead of its use.
  logic [Layers*4*B-1:0] coupling_q;
  generate
    for (genvar i = 0; i < Layers * 4; i = i + 1) begin : gen_coupling
      logic [B-1:0] c_q;
      always_ff @(posedge clk_i) begin
        if (load_coupling && index == 16'(i / 4) && coupling_class == 2'(i % 4)) c_q <= load_value;
      end
      assign coupling_q[i*B+:B] = c_q;
    end
  endgenerate
  assign coupling1 = coupling_q[layer1*4*B+:4*B];

  // ---- Addresses -----------------------------------------------------------------
  // GroupBits and LayerBits are 1 for one group or layer; those bits are 0 and cut off here.
  logic                      colour1;
  logic [SpinAddrBits-1:0]   stream0, conditioning3, own7, write10, load_spins_at;
  logic [SiteAddrBits-1:0]   site1, load_sites_at;
  logic [WeightAddrBits-1:0] weight1, load_weights_at;
  logic [LayerBits-1:0]      early_layer;
  logic [PlaceBits-1:0]      early_place, stream_place, load_place, place2, place3, place7, place10;
  assign place2 = place[PlaceBits+:PlaceBits];
  assign colour1 = place1[0];
  assign stream_place = scan_valid_i ? {scan_group_i, scan_row_i, scan_colour_i} :
                                       {step_group_i, step_row_i, !step_colour_i};
  assign load_place = {index[GroupBits-1:0], load_row[RowBits-1:0], load_colour};
  assign place3 = place[2*PlaceBits+:PlaceBits];
  assign place7 = place[6*PlaceBits+:PlaceBits];
  assign place10 = place[9*PlaceBits+:PlaceBits];
  assign {early_layer, early_place} = early[LayerBits+PlaceBits-1:0];
  assign site1 = {place1[RowBits:1], colour1};
  assign load_sites_at = {load_row[RowBits-1:0], load_colour};

  generate
    if (Groups > 1) begin : gen_group_field
      assign stream0 = {stream_place[RowBits:0], stream_place[PlaceBits-1-:GroupBits]};
      assign conditioning3 = {place3[RowBits:0], place3[PlaceBits-1-:GroupBits]};
      assign own7 = {place7[RowBits:0], place7[PlaceBits-1-:GroupBits]};
      assign write10 = {place10[RowBits:0], place10[PlaceBits-1-:GroupBits]};
      assign load_spins_at = {load_place[RowBits:0], load_place[PlaceBits-1-:GroupBits]};
    end else begin : gen_no_group_field
      assign stream0 = stream_place[RowBits:0];
      assign conditioning3 = place3[RowBits:0];
      assign own7 = place7[RowBits:0];
      assign write10 = place10[RowBits:0];
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
  // The stream leaves the tiles ScanLatency clocks after the scan; a copied row is written as it does.
  logic [tsu_pkg::ScanLatency-1:0] scan_q;
  logic                    copy1_q, copy2_q;
  logic [SpinAddrBits-1:0] copy_at1_q, copy_at2_q;
  logic [Width-1:0]        stream3;
  always_ff @(posedge clk_i) begin
    scan_q <= rst_q ? '0 : {scan_q[tsu_pkg::ScanLatency-2:0], scan_valid_i};
    {copy1_q, copy2_q} <= {scan_valid_i && scan_copy_i && !rst_q, copy1_q && !rst_q};
    {copy_at1_q, copy_at2_q} <= {stream0, copy_at1_q};
  end
  assign scan_valid_o = scan_q[tsu_pkg::ScanLatency-1];
  assign scan_spins_o = stream3;

  // ---- Tiles -----------------------------------------------------------------------
  logic [Width+2*Halo*Lanes-1:0] padded;
  logic [Width-1:0]              spins11;
  logic [Width*W-1:0]            words9;
  assign padded = {{Halo*Lanes{1'b0}}, stream3, {Halo*Lanes{1'b0}}};
  generate
    for (genvar t = 0; t < Tiles; t = t + 1) begin : gen_tile
      tsu_tile #(
        .Pairs(TilePairs), .Rows(Rows), .Lanes(Lanes), .Groups(Groups), .Layers(Layers), .WeightBits(WeightBits),
        .NumRules(NumRules), .Rules(Rules), .TableBits(TableBits), .TableLanes(TableLanes), .Hold(Hold), .SlotBits(SlotBits),
        .SpinAddrBits(SpinAddrBits), .SiteAddrBits(SiteAddrBits), .WeightAddrBits(WeightAddrBits),
        .Halo(Halo), .PairBits(PairBits), .WordBits(WordBits), .SliceBits(SliceBits), .PartBits(PartBits)
      ) u_tile (
        .clk_i, .move_i(move),
        .stream_re_i(scan_valid_i || (step_valid_i && step_real_i)), .stream_addr_i(stream0),
        .stream_o(stream3[t*TileWidth+:TileWidth]), .shift_i(shift2_q), .row_i(padded[t*TileWidth+:ViewWidth]),
        .par_i(place3[0] ^ place3[1]),
        .site_we_i(load_site), .site_waddr_i(load_sites_at), .site_wdata_i(load_data[3*t*TilePairs+:3*TilePairs]),
        .site_re_i(centre_valid || scan_valid_i),
        .site_raddr_i(scan_valid_i ? {scan_row_i, scan_colour_i} : site1),
        .class_o(scan_class_o[2*t*TilePairs+:2*TilePairs]),
        .latents_i(latents3_q), .clamp_i(clamp3_q), .coupling_i(coupling3_q),
        .first_i(PairBits'(t * TilePairs)), .pair_i(load_pair), .weight_we_i(load_weight), .weight_waddr_i(load_weights_at), .weight_part_i(part),
        .weight_wdata_i(part_data),
        .weight_read_i(early_valid), .weight_raddr_i(weight1),
        .weight_keep_i(early2_q), .weight_use_i(valid[2] && place2[PlaceBits-1-:GroupBits] == 0),
        .conditioning_we_i(load_conditioning || copy2_q), .conditioning_copy_i(copy2_q),
        .conditioning_waddr_i(copy2_q ? copy_at2_q : load_spins_at), .load_i(load_data[t*TileWidth+:TileWidth]),
        .conditioning_re_i(valid[3]), .conditioning_raddr_i(conditioning3),
        .own_re_i(valid[7]), .own_addr_i(own7),
        .draw_i(valid[6]), .slot_i(slot[(SlotAt-1)*SlotBits+:SlotBits]), .random_i(random[RandomAt]),
        .spins_o(spins11[t*TileWidth+:TileWidth]), .words_o(words9[t*TileWidth*W+:TileWidth*W]),
        .spin_we_i(valid[10] || load_spin), .spin_load_i(load_spin), .spin_waddr_i(load_spin ? load_spins_at : write10),
        .table_we_i, .table_slot_i, .table_addr_i, .table_data_i,
        .noise_clear_i(noise_clear), .noise_step_i(noise_step),
        .noise_lane_i(noise_lane), .noise_inject_i(noise_inject)
      );
    end
  endgenerate

  // ---- Observation -------------------------------------------------------------------
  logic [Width-1:0]   spins12_q;
  logic [Width*W-1:0] words10_q, words11_q, words12_q;
  always_ff @(posedge clk_i) begin
    if (move) begin
      spins12_q <= spins11;
      {words10_q, words11_q, words12_q} <= {words9, words10_q, words11_q};
    end
  end
  assign wb_valid_o = valid[PipelineDepth];
  assign {wb_group_o, wb_row_o, wb_colour_o} = place[(PlaceAt-1)*PlaceBits+:PlaceBits];
  assign wb_spins_o = spins12_q;
  assign wb_words_o = words12_q;

endmodule

`default_nettype wire
