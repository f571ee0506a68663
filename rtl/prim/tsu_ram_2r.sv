// SPDX-License-Identifier: Apache-2.0
//
// RAM with two address ports: both read, the first also writes. Registered reads, one clock.
//
//   rdataN_o of a clock = content of addrN_i in the last clock with re_i; it holds while re_i is low.
//
// A true dual-port block RAM of every family with two reads a clock. Reading an address in the clock in which it is written gives any
// word: nothing in this design relies on it. Latency 1, throughput 1.

`default_nettype none

module tsu_ram_2r #(
  parameter int unsigned Width = 8,
  parameter int unsigned Depth = 256,
  parameter int unsigned AddrBits = Depth > 1 ? $clog2(Depth) : 1
) (
  input  logic                clk_i,
  input  logic                we_i,
  input  logic [Width-1:0]    wdata_i,
  input  logic                re_i,
  input  logic [AddrBits-1:0] addr0_i,
  input  logic [AddrBits-1:0] addr1_i,
  output logic [Width-1:0]    rdata0_o,
  output logic [Width-1:0]    rdata1_o
);

  (* no_rw_check *)
  logic [Width-1:0] mem [0:Depth-1];

  always_ff @(posedge clk_i) begin
    if (we_i) mem[addr0_i] <= wdata_i;
  end

  always_ff @(posedge clk_i) begin
    if (re_i) begin
      rdata0_o <= mem[addr0_i];
      rdata1_o <= mem[addr1_i];
    end
  end

endmodule

`default_nettype wire
