// SPDX-License-Identifier: Apache-2.0
//
// Entropy source: rings, health tests, raw bits for the host (README.md).
//
// Raw bits go into words of 32, oldest in bit 0, and these into a FIFO; when it is full, whole words are missing: bits within a word,
// and words that wait together, are consecutive samples. restart_i empties it and begins the start-up test anew; an alarm stays until then.
// The FIFO fills whatever the health tests say: bad bits are what a diagnosis wants. Who seeds with them looks at ready_o.
`default_nettype none
module tsu_entropy #(
  parameter int unsigned Rings = 4,
  parameter int unsigned SampleClocks = 32,
  parameter int unsigned Seed = 1,
  localparam int unsigned CountBits = $clog2(tsu_pkg::RawWords + 1)
) (
  input  logic        clk_i,
  input  logic        rst_i,
  input  logic        enable_i,
  input  logic        restart_i,
  input  logic [2:0]  fault_i,                   // of a simulation model
  output logic        model_o,                   // constant: the rings are a model
  output logic        ready_o,
  output logic [3:0]  cause_o,                   // alarm, while not 0

  // Raw words; data_o is the oldest while waiting_o is not 0
  output logic [CountBits-1:0] waiting_o,
  output logic [31:0] data_o,
  input  logic        take_i,

  // Observation
  output logic        raw_valid_o,
  output logic        raw_bit_o
);
  localparam int unsigned Depth    = tsu_pkg::RawWords;
  localparam int unsigned AddrBits = $clog2(Depth);

  tsu_ring_bank #(.Rings(Rings), .SampleClocks(SampleClocks), .Seed(Seed)) u_bank (
    .clk_i, .rst_i, .enable_i, .fault_i, .model_o, .valid_o(raw_valid_o), .bit_o(raw_bit_o)
  );

  tsu_health u_health (
    .clk_i, .restart_i(rst_i || restart_i), .valid_i(raw_valid_o), .bit_i(raw_bit_o), .ready_o, .cause_o
  );

  // ---- Words -------------------------------------------------------------
  logic [30:0]          word_q;
  logic [4:0]           place_q;
  logic [AddrBits-1:0]  head_q, head_d;
  logic [CountBits-1:0] count_q, shown_q;        // shown_q: words that were in the RAM a clock ago, which the read port has seen
  logic                 push, take;

  assign push   = raw_valid_o && place_q == 5'd31 && count_q != CountBits'(Depth);
  assign take   = take_i && shown_q != '0;
  assign head_d = head_q + AddrBits'(take);

  always_ff @(posedge clk_i) begin
    if (rst_i || restart_i) begin
      place_q <= '0;
      head_q  <= '0;
      count_q <= '0;
      shown_q <= '0;
    end else begin
      if (raw_valid_o) place_q <= place_q + 5'd1;
      head_q  <= head_d;
      count_q <= count_q + CountBits'(push) - CountBits'(take);
      shown_q <= count_q - CountBits'(take);
    end
    if (raw_valid_o) word_q <= {raw_bit_o, word_q[30:1]};
  end

  tsu_ram_1r1w #(.Width(32), .Depth(Depth)) u_words (
    .clk_i, .we_i(push), .waddr_i(head_q + count_q[AddrBits-1:0]), .wdata_i({raw_bit_o, word_q}),
    .re_i(1'b1), .raddr_i(head_d), .rdata_o(data_o)
  );
  assign waiting_o = shown_q;
endmodule
`default_nettype wire
