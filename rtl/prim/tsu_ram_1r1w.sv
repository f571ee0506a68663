// SPDX-License-Identifier: Apache-2.0
//
// Simple dual-port RAM: one write port, one read port, one clock, registered read.
//
//   rdata_o of a clock = content of raddr_i in the last clock with re_i; it holds while re_i is low.
//   we_i, a bit for each PartBits of a word, low bits first: those bits of wdata_i are written.
//
// Reading an address in the clock in which it is written gives the old word in simulation and any word in hardware: nothing in
// this design relies on it, and no_rw_check saves the logic that would make a vendor's RAM keep that promise.
// The only memory of the design: a vendor's RAM is swapped in here. Latency 1, throughput 1.

`default_nettype none

module tsu_ram_1r1w #(
  parameter int unsigned Width = 8,
  parameter int unsigned Depth = 256,
  parameter int unsigned AddrBits = Depth > 1 ? $clog2(Depth) : 1,
  parameter int unsigned PartBits = Width,
  parameter int unsigned Parts = (Width + PartBits - 1) / PartBits
) (
  input  logic                clk_i,
  input  logic [Parts-1:0]    we_i,
  input  logic [AddrBits-1:0] waddr_i,
  input  logic [Width-1:0]    wdata_i,
  input  logic                re_i,
  input  logic [AddrBits-1:0] raddr_i,
  output logic [Width-1:0]         rdata_o
);

  (* no_rw_check *)
  logic [Width-1:0] mem [0:Depth-1];

  generate
    for (genvar i = 0; i < Parts; i = i + 1) begin : gen_part
      localparam int unsigned First = i * PartBits;
      localparam int unsigned Bits = First + PartBits > Width ? Width - First : PartBits;
      always_ff @(posedge clk_i) if (we_i[i]) mem[waddr_i][First+:Bits] <= wdata_i[First+:Bits];
    end
  endgenerate

  always_ff @(posedge clk_i) begin
    if (re_i) rdata_o <= mem[raddr_i];
  end

endmodule

`default_nettype wire
