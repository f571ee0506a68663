// SPDX-License-Identifier: Apache-2.0
//
// A band of column pairs: spin memory, window, weights, cells, noise; no control of its own.
//
//   spin RAM -> window -> fields -> decisions -> spin RAM (two copies: one streams, one gives cells their own spin)
//
// Tiles exchange columns of the row stream only: stream_o is this tile's part of a row, row_i the same with Halo pairs of the
// neighbours on each side. Everything that comes from outside is registered here first, but for the stream, which leaves from a register:
// no net of the array ends deeper than a tile's edge. Clocks, counted from the row step that pushes the update (tsu_array.sv), at which
// the ports carry their values:
//   0  stream_re_i (of the step itself)    1  site_re_i, weight_read_i    2  shift_i, weight_keep_i, weight_use_i    3  stream_o, row_i, par_i,
//   clamp_i, latents_i, coupling_i, conditioning_re_i    6  draw_i, slot_i    7  own_re_i    8  random_i    9  words_o    10  spin_we_i
//   11  spins_o
// Loads may come at any clock while nothing moves; class_o comes 3 clocks after site_re_i, stream_o 3 after stream_re_i.

`default_nettype none

module tsu_tile #(
  parameter int unsigned Pairs = 8,
  parameter int unsigned Rows = 64,
  parameter int unsigned Lanes = 8,
  parameter int unsigned Groups = 1,
  parameter int unsigned Layers = 1,
  parameter int unsigned WeightBits = 8,
  parameter int unsigned NumRules = 3,
  parameter logic [95:0] Rules = tsu_pkg::G12,
  parameter int unsigned TableBits = 9,
  parameter int unsigned TableLanes = 1,
  parameter bit Hold = 1'b1,
  parameter int unsigned SlotBits = 1,
  parameter int unsigned SpinAddrBits = 7,
  parameter int unsigned SiteAddrBits = 7,
  parameter int unsigned WeightAddrBits = 7,
  parameter int unsigned Halo = 5,
  parameter int unsigned PairBits = 5,      // of a pair of the grid
  parameter int unsigned Width = Pairs * Lanes,
  parameter int unsigned ViewWidth = (Pairs + 2 * Halo) * Lanes,
  parameter int unsigned WordBits = 4 * NumRules * WeightBits + tsu_pkg::BiasBits,
  parameter int unsigned SliceBits = (WordBits + Groups - 1) / Groups,
  parameter int unsigned PartBits = SliceBits,
  parameter int unsigned Parts = (SliceBits + PartBits - 1) / PartBits
) (
  input  logic                                    clk_i,
  input  logic                                    move_i,

  // Row stream
  input  logic                                    stream_re_i,
  input  logic [SpinAddrBits-1:0]                 stream_addr_i,
  output logic [Width-1:0]                        stream_o,
  input  logic                                    shift_i,
  input  logic [ViewWidth-1:0]                    row_i,
  input  logic                                    par_i,

  // Sites
  input  logic                                    site_we_i,
  input  logic [SiteAddrBits-1:0]                 site_waddr_i,
  input  logic [3*Pairs-1:0]                      site_wdata_i,
  input  logic                                    site_re_i,
  input  logic [SiteAddrBits-1:0]                 site_raddr_i,
  output logic [2*Pairs-1:0]                      class_o,
  input  logic                                    latents_i,
  input  logic                                    clamp_i,
  input  logic [4*tsu_pkg::BiasBits-1:0]          coupling_i,

  // Weights. Loads of weights and noise states are for one pair of the grid, pair_i; first_i, a constant, is the first of this tile.
  input  logic [PairBits-1:0]                     first_i,
  input  logic [PairBits-1:0]                     pair_i,
  input  logic                                    weight_we_i,
  input  logic [WeightAddrBits-1:0]               weight_waddr_i,
  input  logic [Parts-1:0]                        weight_part_i,
  input  logic [PartBits-1:0]                     weight_wdata_i,
  input  logic                                    weight_read_i,
  input  logic [WeightAddrBits-1:0]               weight_raddr_i,
  input  logic                                    weight_keep_i,
  input  logic                                    weight_use_i,

  // Conditioning plane and own spins
  input  logic                                    conditioning_we_i,
  input  logic [SpinAddrBits-1:0]                 conditioning_waddr_i,
  input  logic                                    conditioning_copy_i,   // what the stream carries, instead of load_i
  input  logic [Width-1:0]                        load_i,                // spins or conditioning
  input  logic                                    conditioning_re_i,
  input  logic [SpinAddrBits-1:0]                 conditioning_raddr_i,
  input  logic                                    own_re_i,
  input  logic [SpinAddrBits-1:0]                 own_addr_i,

  // Decisions
  input  logic                                    draw_i,
  input  logic [SlotBits-1:0]                     slot_i,
  input  logic                                    random_i,
  output logic [Width-1:0]                        spins_o,
  output logic [Width*tsu_pkg::NoiseWordBits-1:0] words_o,

  // Spin writes: of this tile's decisions, or loaded ones
  input  logic                                    spin_we_i,
  input  logic                                    spin_load_i,
  input  logic [SpinAddrBits-1:0]                 spin_waddr_i,

  // Threshold tables and noise state
  input  logic                                    table_we_i,
  input  logic [SlotBits-1:0]                     table_slot_i,
  input  logic [TableBits-1:0]                    table_addr_i,
  input  logic [tsu_pkg::ThresholdBits-1:0]       table_data_i,
  input  logic                                    noise_clear_i,
  input  logic                                    noise_step_i,
  input  logic [Lanes-1:0]                        noise_lane_i,
  input  logic [tsu_pkg::NoiseShl-1:0]            noise_inject_i
);

  localparam int unsigned Neighbours = 4 * NumRules;
  localparam int unsigned SpinDepth = Rows * 2 * 2**(Groups > 1 ? $clog2(Groups) : 0);

  localparam int unsigned T = tsu_pkg::ThresholdBits;
  localparam int unsigned W = tsu_pkg::NoiseWordBits;

  // ---- Everything from outside, a clock later ----------------------------------
  logic                      move_q, stream_re_q, shift_q, par_q, site_we_q, site_re_q, latents_q, clamp_q, read_q, keep_slice_q, use_q;
  logic                      conditioning_we_q, conditioning_copy_q, conditioning_re_q, own_re_q, draw_q, random_q, spin_we_q, spin_load_q;
  logic                      table_we_q;
  logic [SpinAddrBits-1:0]   stream_addr_q, conditioning_waddr_q, conditioning_raddr_q, own_addr_q, spin_waddr_q;
  logic [SiteAddrBits-1:0]   site_waddr_q, site_raddr_q;
  logic [3*Pairs-1:0]        site_wdata_q;
  logic [4*tsu_pkg::BiasBits-1:0] coupling_q;
  logic [Pairs-1:0]          here, weight_we_q, noise_clear_q, noise_step_q;
  logic [WeightAddrBits-1:0] weight_waddr_q, weight_raddr_q;
  logic [Parts-1:0]          weight_part_q;
  logic [PartBits-1:0]       weight_wdata_q;
  logic [Width-1:0]          load_q;
  logic [SlotBits-1:0]       slot_q, table_slot_q;
  logic [TableBits-1:0]      table_addr_q;
  logic [T-1:0]              table_data_q;
  logic [Lanes-1:0]          noise_lane_q;
  logic [tsu_pkg::NoiseShl-1:0] noise_inject_q;
  generate
    for (genvar p = 0; p < Pairs; p = p + 1) begin : gen_here
      assign here[p] = pair_i == first_i + PairBits'(p);
    end
  endgenerate
  always_ff @(posedge clk_i) begin
    {move_q, stream_re_q, stream_addr_q, shift_q, par_q} <= {!Hold || move_i, stream_re_i, stream_addr_i, shift_i, par_i};
    {site_we_q, site_waddr_q, site_re_q, site_raddr_q} <= {site_we_i, site_waddr_i, site_re_i, site_raddr_i};
    {latents_q, clamp_q, coupling_q} <= {latents_i, clamp_i, coupling_i};
    {weight_we_q, weight_waddr_q, weight_part_q, weight_wdata_q} <= {here & {Pairs{weight_we_i}}, weight_waddr_i, weight_part_i, weight_wdata_i};
    {read_q, weight_raddr_q} <= {weight_read_i, weight_raddr_i};
    {keep_slice_q, use_q} <= {weight_keep_i, weight_use_i};
    {conditioning_we_q, conditioning_copy_q, conditioning_waddr_q} <= {conditioning_we_i, conditioning_copy_i, conditioning_waddr_i};
    {conditioning_re_q, conditioning_raddr_q, own_re_q, own_addr_q} <= {conditioning_re_i, conditioning_raddr_i, own_re_i, own_addr_i};
    {draw_q, slot_q, random_q} <= {draw_i, slot_i, random_i};
    {spin_we_q, spin_load_q, spin_waddr_q} <= {spin_we_i, spin_load_i, spin_waddr_i};
    {table_we_q, table_slot_q, table_addr_q, table_data_q} <= {table_we_i, table_slot_i, table_addr_i, table_data_i};
    {noise_clear_q, noise_step_q} <= {here & {Pairs{noise_clear_i}}, here & {Pairs{noise_step_i}}};
    {noise_lane_q, noise_inject_q} <= {noise_lane_i, noise_inject_i};
    // Wide, and only for loads.
    if (site_we_i) site_wdata_q <= site_wdata_i;
    if (spin_load_i || conditioning_we_i) load_q <= load_i;
  end

  // ---- Memories --------------------------------------------------------------
  // Block RAMs are slow to answer: what they say goes into a register before anything is made of it.
  // What is written comes from one, too: a decision may have been made at the other end of the tile.
  logic                    write_q;
  logic [SpinAddrBits-1:0] write_at_q;
  logic [Width-1:0]   stream, conditioning, conditioning_q, own, own_q, write_word_q;
  logic [3*Pairs-1:0] site, site_q;
  always_ff @(posedge clk_i) begin
    {write_q, write_at_q} <= {spin_we_q, spin_waddr_q};
    if (spin_we_q) write_word_q <= spin_load_q ? load_q : spins_o;
  end

  tsu_ram_1r1w #(.Width(Width), .Depth(SpinDepth), .AddrBits(SpinAddrBits)) u_stream (
    .clk_i, .we_i(write_q), .waddr_i(write_at_q), .wdata_i(write_word_q),
    .re_i(stream_re_q), .raddr_i(stream_addr_q), .rdata_o(stream)
  );
  tsu_ram_1r1w #(.Width(Width), .Depth(SpinDepth), .AddrBits(SpinAddrBits)) u_own (
    .clk_i, .we_i(write_q), .waddr_i(write_at_q), .wdata_i(write_word_q),
    .re_i(own_re_q), .raddr_i(own_addr_q), .rdata_o(own)
  );
  tsu_ram_1r1w #(.Width(Width), .Depth(SpinDepth), .AddrBits(SpinAddrBits)) u_conditioning (
    .clk_i, .we_i(conditioning_we_q), .waddr_i(conditioning_waddr_q), .wdata_i(conditioning_copy_q ? stream_o : load_q),
    .re_i(conditioning_re_q), .raddr_i(conditioning_raddr_q), .rdata_o(conditioning)
  );
  tsu_ram_1r1w #(.Width(3*Pairs), .Depth(Rows * 2), .AddrBits(SiteAddrBits)) u_site (
    .clk_i, .we_i(site_we_q), .waddr_i(site_waddr_q), .wdata_i(site_wdata_q),
    .re_i(site_re_q), .raddr_i(site_raddr_q), .rdata_o(site)
  );
  always_ff @(posedge clk_i) begin
    stream_o <= stream;
    site_q   <= site;
    if (move_q) {conditioning_q, own_q} <= {conditioning, own};
  end

  // ---- Window ----------------------------------------------------------------
  logic [Pairs*Neighbours*Lanes-1:0] negative;
  tsu_window #(
    .Pairs(Pairs), .Lanes(Lanes), .Groups(Groups), .NumRules(NumRules), .Rules(Rules), .Halo(Halo)
  ) u_window (
    .clk_i, .shift_i(shift_q), .row_i, .move_i(move_q), .par_i(par_q), .negative_o(negative)
  );

  // ---- Table writes: of lanes that share tables in the steps that tsu_pair asks for -----
  logic                 table_we;
  logic [SlotBits-1:0]  table_slot;
  logic [TableBits-1:0] table_addr;
  logic [T-1:0]         table_data;
  generate
    if (TableLanes > 1) begin : gen_table_steps
      logic [SlotBits+T:0]  late_q, later_q;
      logic [TableBits-1:0] place_q;
      always_ff @(posedge clk_i) begin
        {later_q, late_q} <= {late_q, table_we_q, table_slot_q, table_data_q};
        place_q <= table_we_q ? table_addr_q : '0;
      end
      assign {table_we, table_slot, table_data} = later_q;
      assign table_addr = place_q;
    end else begin : gen_table_at_once
      assign table_we = table_we_q;
      assign table_slot = table_slot_q;
      assign table_data = table_data_q;
      assign table_addr = table_addr_q;
    end
  endgenerate

  // ---- Column pairs ----------------------------------------------------------
  generate
    for (genvar p = 0; p < Pairs; p = p + 1) begin : gen_pair
      logic [tsu_pkg::ClassBits-1:0] site_class;
      assign site_class = site_q[3*p+:2];
      assign class_o[2*p+:2] = site_class;

      tsu_pair #(
        .Rows(Rows), .Lanes(Lanes), .Groups(Groups), .Layers(Layers), .WeightBits(WeightBits), .NumRules(NumRules),
        .TableBits(TableBits), .TableLanes(TableLanes), .Hold(Hold), .SlotBits(SlotBits), .WeightAddrBits(WeightAddrBits),
        .WordBits(WordBits), .SliceBits(SliceBits), .PartBits(PartBits)
      ) u_pair (
        .clk_i, .move_i(move_q),
        .weight_we_i(weight_we_q[p]), .weight_waddr_i(weight_waddr_q), .weight_part_i(weight_part_q), .weight_wdata_i(weight_wdata_q),
        .weight_read_i(read_q), .weight_raddr_i(weight_raddr_q), .weight_keep_i(keep_slice_q), .weight_use_i(use_q),
        .class_i(site_class), .coupling_i(coupling_q),
        .keep_i((clamp_q && site_q[3*p+2]) || (latents_q && site_class != 0)),
        .negative_i(negative[p*Neighbours*Lanes+:Neighbours*Lanes]), .conditioning_i(conditioning_q[p*Lanes+:Lanes]),
        .draw_i(draw_q), .slot_i(slot_q), .random_i(random_q), .own_i(own_q[p*Lanes+:Lanes]),
        .spins_o(spins_o[p*Lanes+:Lanes]), .words_o(words_o[p*Lanes*W+:Lanes*W]),
        .table_clear_i(table_we_q), .table_we_i(table_we), .table_slot_i(table_slot), .table_addr_i(table_addr), .table_data_i(table_data),
        .noise_clear_i(noise_clear_q[p]), .noise_load_i(noise_lane_q & {Lanes{noise_step_q[p]}}), .noise_inject_i(noise_inject_q)
      );
    end
  endgenerate

endmodule

`default_nettype wire
