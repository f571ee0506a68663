// SPDX-License-Identifier: Apache-2.0
//
// Threshold tables of the lanes that share them: {slot, entry} in, threshold two clocks later, one a clock and lane.
//
// One lane has a memory of its own: a write disturbs nobody. Two lanes share one memory with two address ports, the first of which
// also writes: half the memory, but a write takes the place of lane 0's read, raddr_i and not waddr_i says where. Tables are then rewritten
// only while no step is under way (tsu_tables.sv, Shared). The second register is there for speed.

`default_nettype none

module tsu_thresholds #(
  parameter int unsigned Lanes = 1,     // 1 or 2
  parameter int unsigned AddrBits = 10
) (
  input  logic                                    clk_i,
  input  logic                                    move_i,
  input  logic                                    we_i,
  input  logic [AddrBits-1:0]                     waddr_i,
  input  logic [tsu_pkg::ThresholdBits-1:0]       wdata_i,
  input  logic                                    re_i,
  input  logic [Lanes*AddrBits-1:0]               raddr_i,
  output logic [Lanes*tsu_pkg::ThresholdBits-1:0] threshold_o
);

  localparam int unsigned T = tsu_pkg::ThresholdBits;

  logic [Lanes*T-1:0] read;
  generate
    if (Lanes == 1) begin : gen_own
      tsu_ram_1r1w #(.Width(T), .Depth(2**AddrBits), .AddrBits(AddrBits)) u_ram (
        .clk_i, .we_i, .waddr_i, .wdata_i, .re_i, .raddr_i, .rdata_o(read)
      );
    end else begin : gen_shared
      tsu_ram_2r #(.Width(T), .Depth(2**AddrBits), .AddrBits(AddrBits)) u_ram (
        .clk_i, .we_i, .wdata_i, .re_i, .addr0_i(raddr_i[0+:AddrBits]), .addr1_i(raddr_i[AddrBits+:AddrBits]),
        .rdata0_o(read[0+:T]), .rdata1_o(read[T+:T])
      );
    end
  endgenerate

  always_ff @(posedge clk_i) if (move_i) threshold_o <= read;

endmodule

`default_nettype wire
