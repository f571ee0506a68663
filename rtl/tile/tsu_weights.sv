// SPDX-License-Identifier: Apache-2.0
//
// Weights of one column pair: memory, and the row's weights held ready for all lanes.
//
// The memory holds each pair word in Groups slices, low bits first, one a read. Slices are read while the row before is in
// use; use_i (with the last slice on the memory's output) makes the whole word current:
//   term i of base_o = J_2i + J_2i+1,  of toggle_o = (J_2i + J_2i+1) ^ (J_2i - J_2i+1),  bias_o = h.
// Two neighbours then cost a lane one 4-input function a bit: +-base when their spins agree, +-(base ^ toggle) when not.
// Terms are TermBits signed, sign-extended in fields of TermField bits with a 0 below (tsu_field.sv uses that place).
// A read takes one clock, use_i another.

`default_nettype none

module tsu_weights #(
  parameter int unsigned Rows = 64,
  parameter int unsigned Layers = 1,
  parameter int unsigned Groups = 1,
  parameter int unsigned WeightBits = 8,
  parameter int unsigned NumRules = 3,
  parameter int unsigned WordBits = 4 * NumRules * WeightBits + tsu_pkg::BiasBits,
  parameter int unsigned SliceBits = (WordBits + Groups - 1) / Groups,
  parameter int unsigned AddrBits = 7,
  parameter int unsigned TermField = 16
) (
  input  logic                                     clk_i,

  input  logic                                     we_i,
  input  logic [AddrBits-1:0]                      waddr_i,
  input  logic [SliceBits-1:0]                     wdata_i,

  input  logic                                     read_i,
  input  logic [AddrBits-1:0]                      raddr_i,
  input  logic                                     keep_i,  // the slice read is kept for the word in the making
  input  logic                                     use_i,

  output logic [2*NumRules*TermField-1:0]          base_o,
  output logic [2*NumRules*TermField-1:0]          toggle_o,
  output logic signed [tsu_pkg::BiasBits-1:0]      bias_o
);

  localparam int unsigned TermBits = WeightBits + 1;
  localparam int unsigned GroupBits = Groups > 1 ? $clog2(Groups) : 0;
  localparam int unsigned Depth = Rows * 2 * 2**(Layers > 1 ? $clog2(Layers) : 0) * 2**GroupBits;

  logic [SliceBits-1:0] slice;
  tsu_ram_1r1w #(
    .Width(SliceBits), .Depth(Depth), .AddrBits(AddrBits)
  ) u_ram (
    .clk_i, .we_i, .waddr_i, .wdata_i, .re_i(read_i), .raddr_i, .rdata_o(slice)
  );

  function signed [TermBits-1:0] sum(input logic signed [WeightBits-1:0] a, input logic signed [WeightBits-1:0] b);
    sum = TermBits'(a) + TermBits'(b);
  endfunction

  function signed [TermBits-1:0] sum_to_diff(input logic signed [WeightBits-1:0] a, input logic signed [WeightBits-1:0] b);
    sum_to_diff = (TermBits'(a) + TermBits'(b)) ^ (TermBits'(a) - TermBits'(b));
  endfunction

  logic [Groups*SliceBits-1:0] word;
  generate
    if (Groups > 1) begin : gen_shadow
      logic [(Groups-1)*SliceBits-1:0] shadow_q;
      always_ff @(posedge clk_i) if (keep_i) shadow_q <= word[Groups*SliceBits-1:SliceBits];
      assign word = {slice, shadow_q};
    end else begin : gen_whole
      assign word = slice;
    end

    for (genvar i = 0; i < 2 * NumRules; i = i + 1) begin : gen_term
      logic signed [WeightBits-1:0] first, second;
      assign first = word[2*i*WeightBits+:WeightBits];
      assign second = word[(2*i+1)*WeightBits+:WeightBits];
      always_ff @(posedge clk_i) begin
        if (use_i) begin
          base_o[i*TermField+:TermField]   <= {(TermField-1)'(sum(first, second)), 1'b0};
          toggle_o[i*TermField+:TermField] <= {(TermField-1)'(sum_to_diff(first, second)), 1'b0};
        end
      end
    end
  endgenerate

  always_ff @(posedge clk_i) if (use_i) bias_o <= word[WordBits-1-:tsu_pkg::BiasBits];

endmodule

`default_nettype wire
