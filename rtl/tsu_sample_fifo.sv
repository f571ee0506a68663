// SPDX-License-Identifier: Apache-2.0
//
// FIFO between the emitter and the sample stream (AXI4-Stream): a word is offered four clocks after it was taken, every other clock one,
// which only an emitter of 32 lanes outruns. The RAM is slow and far: words are taken into a register and offered from one.
//
// cut_i drops everything but the word already offered (a stream may not take an offer back); with cut_end_i a word 0 with TLAST
// follows, so that the reader sees the end of the packet that was cut.
`default_nettype none
module tsu_sample_fifo #(
  parameter int unsigned Depth = 256         // power of two, at least 4
) (
  input  logic        clk_i,
  input  logic        rst_i,
  input  logic        cut_i,
  input  logic        cut_end_i,
  output logic        empty_o,

  input  logic        in_valid_i,
  output logic        in_ready_o,
  input  logic [31:0] in_data_i,
  input  logic        in_last_i,

  output logic [31:0] m_axis_tdata,
  output logic        m_axis_tvalid,
  input  logic        m_axis_tready,
  output logic        m_axis_tlast
);
  localparam int unsigned AddrBits = $clog2(Depth);

  logic [AddrBits-1:0] head_q, head_d, tail_q;
  logic [AddrBits:0]   count_q;              // words in RAM
  logic                valid_q, end_q, push, pop, write;
  logic                taken_q, offer_q;
  logic [32:0]         taken_word_q, offer_word_q, data;

  assign in_ready_o = !taken_q || !count_q[AddrBits];
  assign push       = taken_q && !count_q[AddrBits];
  assign pop        = valid_q && !offer_q;   // not when the reader takes the offer: that is known late
  assign head_d     = head_q + {{(AddrBits-1){1'b0}}, pop};
  assign write      = push || end_q;         // there is room for the end word: cut_i left nothing in the RAM
  assign empty_o    = count_q == '0 && !taken_q && !offer_q && !end_q;

  // ---- Taken -------------------------------------------------------------
  always_ff @(posedge clk_i) begin
    if (rst_i || cut_i)  taken_q <= 1'b0;
    else if (in_ready_o) taken_q <= in_valid_i;
    if (in_ready_o) taken_word_q <= {in_last_i, in_data_i};
  end

  // ---- RAM ---------------------------------------------------------------
  tsu_ram_1r1w #(
    .Width(33),
    .Depth(Depth)
  ) u_ram (
    .clk_i  (clk_i),
    .we_i   (write),
    .waddr_i(tail_q),
    .wdata_i(end_q ? {1'b1, 32'd0} : taken_word_q),
    .re_i   (!valid_q || pop),
    .raddr_i(head_d),
    .rdata_o(data)
  );

  always_ff @(posedge clk_i) begin
    if (rst_i || cut_i) begin
      head_q  <= '0;
      tail_q  <= '0;
      count_q <= '0;
      valid_q <= 1'b0;
      end_q   <= cut_i && cut_end_i && !rst_i;
    end else begin
      head_q  <= head_d;
      tail_q  <= tail_q + {{(AddrBits-1){1'b0}}, write};
      if (write && !pop)      count_q <= count_q + 1'b1;
      else if (pop && !write) count_q <= count_q - 1'b1;
      // A word pushed in this clock is not yet what the RAM reads.
      valid_q <= pop ? count_q > (AddrBits+1)'(1) : count_q != '0;
      end_q   <= 1'b0;
    end
  end

  // ---- Offered -----------------------------------------------------------
  always_ff @(posedge clk_i) begin
    if (rst_i)        offer_q <= 1'b0;
    else if (offer_q) offer_q <= !m_axis_tready;
    else              offer_q <= valid_q && !cut_i;
    if (!offer_q) offer_word_q <= data;
  end

  assign m_axis_tvalid = offer_q;
  assign {m_axis_tlast, m_axis_tdata} = offer_word_q;

  // ---- Checks ------------------------------------------------------------
`ifndef SYNTHESIS
  logic        held_q;
  logic [32:0] past_q;
  initial held_q = 1'b0;
  always_ff @(posedge clk_i) begin
    if (held_q) begin offer_held: assert (m_axis_tvalid && offer_word_q == past_q); end
    held_q <= !rst_i && m_axis_tvalid && !m_axis_tready;
    if (m_axis_tvalid) past_q <= offer_word_q;
  end
`endif
endmodule
`default_nettype wire
