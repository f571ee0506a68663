// SPDX-License-Identifier: Apache-2.0
//
// A band of column pairs: spin memory, window, weights, cells, noise; no control of its own.
//
//   spin RAM -> window -> fields -> decisions -> spin RAM (two copies: one streams, one gives cells their own spin)
//
// Tiles exchange columns of the row stream only: stream_o is this tile's part of a row, row_i the same with Halo pairs of the
// neighbours on each side. Clocks of the ports: tsu_pair.sv; stream_re_i 0, shift_i 1, par_i 2.

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
  parameter int unsigned Slots = 2,
  parameter int unsigned SlotBits = 1,
  parameter int unsigned SpinAddrBits = 7,
  parameter int unsigned SiteAddrBits = 7,
  parameter int unsigned WeightAddrBits = 7,
  parameter int unsigned Halo = 5,
  parameter int unsigned Width = Pairs * Lanes,
  parameter int unsigned ViewWidth = (Pairs + 2 * Halo) * Lanes,
  parameter int unsigned WordBits = 4 * NumRules * WeightBits + tsu_pkg::BiasBits,
  parameter int unsigned SliceBits = (WordBits + Groups - 1) / Groups
) (
  input  logic                                    clk_i,
  input  logic                                    move_i,

  // Row stream
  input  logic                                    stream_re_i,
  input  logic [SpinAddrBits-1:0]                 stream_addr_i,
  output logic [Width-1:0]                        stream_o,       // a clock later
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

  // Weights
  input  logic [Pairs-1:0]                        weight_we_i,
  input  logic [WeightAddrBits-1:0]               weight_waddr_i,
  input  logic [SliceBits-1:0]                    weight_wdata_i,
  input  logic                                    weight_read_i,
  input  logic [WeightAddrBits-1:0]               weight_raddr_i,
  input  logic                                    weight_keep_i,
  input  logic                                    weight_use_i,

  // Conditioning plane and own spins
  input  logic                                    conditioning_we_i,
  input  logic [SpinAddrBits-1:0]                 conditioning_waddr_i,
  input  logic [Width-1:0]                        conditioning_wdata_i,
  input  logic                                    conditioning_re_i,
  input  logic [SpinAddrBits-1:0]                 conditioning_raddr_i,
  input  logic                                    own_re_i,
  input  logic [SpinAddrBits-1:0]                 own_addr_i,

  // Decisions
  input  logic                                    draw_i,
  input  logic                                    lookup_i,
  input  logic [SlotBits-1:0]                     slot_i,
  input  logic                                    random_i,
  output logic [Width-1:0]                        spins_o,
  output logic [Width*tsu_pkg::NoiseWordBits-1:0] words_o,

  // Spin writes
  input  logic                                    spin_we_i,
  input  logic [SpinAddrBits-1:0]                 spin_waddr_i,
  input  logic [Width-1:0]                        spin_wdata_i,

  // Threshold tables and noise state
  input  logic                                    table_we_i,
  input  logic [SlotBits-1:0]                     table_slot_i,
  input  logic [TableBits-1:0]                    table_addr_i,
  input  logic [tsu_pkg::ThresholdBits-1:0]       table_data_i,
  input  logic [Pairs-1:0]                        noise_pair_i,
  input  logic [Lanes-1:0]                        noise_lane_i,
  input  logic [tsu_pkg::NoiseWordBits-1:0]       noise_word_i
);

  localparam int unsigned Neighbours = 4 * NumRules;
  localparam int unsigned SpinDepth = Rows * 2 * 2**(Groups > 1 ? $clog2(Groups) : 0);

  // ---- Memories --------------------------------------------------------------
  logic [Width-1:0] conditioning, own;
  logic [3*Pairs-1:0] site;

  tsu_ram_1r1w #(.Width(Width), .Depth(SpinDepth), .AddrBits(SpinAddrBits)) u_stream (
    .clk_i, .we_i(spin_we_i), .waddr_i(spin_waddr_i), .wdata_i(spin_wdata_i),
    .re_i(stream_re_i), .raddr_i(stream_addr_i), .rdata_o(stream_o)
  );
  tsu_ram_1r1w #(.Width(Width), .Depth(SpinDepth), .AddrBits(SpinAddrBits)) u_own (
    .clk_i, .we_i(spin_we_i), .waddr_i(spin_waddr_i), .wdata_i(spin_wdata_i),
    .re_i(own_re_i), .raddr_i(own_addr_i), .rdata_o(own)
  );
  tsu_ram_1r1w #(.Width(Width), .Depth(SpinDepth), .AddrBits(SpinAddrBits)) u_conditioning (
    .clk_i, .we_i(conditioning_we_i), .waddr_i(conditioning_waddr_i), .wdata_i(conditioning_wdata_i),
    .re_i(conditioning_re_i), .raddr_i(conditioning_raddr_i), .rdata_o(conditioning)
  );
  tsu_ram_1r1w #(.Width(3*Pairs), .Depth(Rows * 2), .AddrBits(SiteAddrBits)) u_site (
    .clk_i, .we_i(site_we_i), .waddr_i(site_waddr_i), .wdata_i(site_wdata_i),
    .re_i(site_re_i), .raddr_i(site_raddr_i), .rdata_o(site)
  );

  // ---- Window ----------------------------------------------------------------
  logic [Pairs*Neighbours*Lanes-1:0] spins;
  tsu_window #(
    .Pairs(Pairs), .Lanes(Lanes), .Groups(Groups), .NumRules(NumRules), .Rules(Rules), .Halo(Halo)
  ) u_window (
    .clk_i, .shift_i, .row_i, .move_i, .par_i, .spins_o(spins)
  );

  // ---- Column pairs ----------------------------------------------------------
  generate
    for (genvar p = 0; p < Pairs; p = p + 1) begin : gen_pair
      logic [tsu_pkg::ClassBits-1:0] site_class;
      assign site_class = site[3*p+:2];
      assign class_o[2*p+:2] = site_class;

      tsu_pair #(
        .Rows(Rows), .Lanes(Lanes), .Groups(Groups), .Layers(Layers), .WeightBits(WeightBits), .NumRules(NumRules),
        .TableBits(TableBits), .Slots(Slots), .SlotBits(SlotBits), .WeightAddrBits(WeightAddrBits),
        .WordBits(WordBits), .SliceBits(SliceBits)
      ) u_pair (
        .clk_i, .move_i,
        .weight_we_i(weight_we_i[p]), .weight_waddr_i, .weight_wdata_i,
        .weight_read_i, .weight_raddr_i, .weight_keep_i, .weight_use_i,
        .class_i(site_class), .coupling_i,
        .keep_i((clamp_i && site[3*p+2]) || (latents_i && site_class != 0)),
        .spins_i(spins[p*Neighbours*Lanes+:Neighbours*Lanes]), .conditioning_i(conditioning[p*Lanes+:Lanes]),
        .draw_i, .lookup_i, .slot_i, .random_i, .own_i(own[p*Lanes+:Lanes]),
        .spins_o(spins_o[p*Lanes+:Lanes]),
        .words_o(words_o[p*Lanes*tsu_pkg::NoiseWordBits+:Lanes*tsu_pkg::NoiseWordBits]),
        .table_we_i, .table_slot_i, .table_addr_i, .table_data_i,
        .noise_load_i(noise_lane_i & {Lanes{noise_pair_i[p]}}), .noise_word_i
      );
    end
  endgenerate

endmodule

`default_nettype wire
