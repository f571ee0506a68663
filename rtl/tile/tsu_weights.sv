// SPDX-License-Identifier: Apache-2.0
//
// Weights of one column pair: memory, and the row's pair word held for all lanes.
//
// A load writes a part of a slice a clock: a narrow bus, since all pairs listen to it.
// The memory holds each pair word in Groups slices, low bits first, one a read. Slices are read while the row before is in
// use; use_i (with the last slice on the memory's output) makes the whole word current. A read takes one clock, use_i another.

`default_nettype none

module tsu_weights #(
  parameter int unsigned Rows = 64,
  parameter int unsigned Layers = 1,
  parameter int unsigned Groups = 1,
  parameter int unsigned WordBits = 108,
  parameter int unsigned SliceBits = (WordBits + Groups - 1) / Groups,
  parameter int unsigned PartBits = SliceBits,
  parameter int unsigned Parts = (SliceBits + PartBits - 1) / PartBits,
  parameter int unsigned AddrBits = 7
) (
  input  logic                                     clk_i,

  input  logic                                     we_i,
  input  logic [AddrBits-1:0]                      waddr_i,
  input  logic [Parts-1:0]                         part_i,  // with we_i: which part of the slice wdata_i is
  input  logic [PartBits-1:0]                      wdata_i,

  input  logic                                     read_i,
  input  logic [AddrBits-1:0]                      raddr_i,
  input  logic                                     keep_i,  // the slice read is kept for the word in the making
  input  logic                                     use_i,

  output logic [WordBits-1:0]                      word_o
);

  localparam int unsigned GroupBits = Groups > 1 ? $clog2(Groups) : 0;
  localparam int unsigned Depth = Rows * 2 * 2**(Layers > 1 ? $clog2(Layers) : 0) * 2**GroupBits;

  logic [SliceBits-1:0] slice;
  tsu_ram_1r1w #(
    .Width(SliceBits), .Depth(Depth), .AddrBits(AddrBits), .PartBits(PartBits)
  ) u_ram (
    .clk_i, .we_i(part_i & {Parts{we_i}}), .waddr_i, .wdata_i(SliceBits'({Parts{wdata_i}})), .re_i(read_i), .raddr_i, .rdata_o(slice)
  );

  logic [Groups*SliceBits-1:0] word;
  generate
    if (Groups > 1) begin : gen_shadow
      logic [(Groups-1)*SliceBits-1:0] shadow_q;
      always_ff @(posedge clk_i) if (keep_i) shadow_q <= word[Groups*SliceBits-1:SliceBits];
      assign word = {slice, shadow_q};
    end else begin : gen_whole
      assign word = slice;
    end
  endgenerate

  always_ff @(posedge clk_i) if (use_i) word_o <= word[WordBits-1:0];

endmodule

`default_nettype wire
