// SPDX-License-Identifier: Apache-2.0
//
// Line bytes to whole, checked request frames (README.md, "Link"): COBS, CRC-32, a ring of Window frames of 256 bytes in one RAM.
//
// A frame that is damaged, short, long, or finds the ring full leaves no trace but a count in damaged_o: the sender repeats it. The
// oldest frame is read by address, two clocks later; its bytes are those of the decoded frame, and its length is at address 255.
`default_nettype none
module tsu_link_receiver #(
  parameter int unsigned Window = 2          // power of two
) (
  input  logic        clk_i,
  input  logic        rst_i,
  input  logic        valid_i,
  input  logic [7:0]  data_i,
  output logic        frame_valid_o,
  input  logic        frame_pop_i,
  input  logic [7:0]  addr_i,
  output logic [7:0]  data_o,
  output logic [15:0] damaged_o              // wraps
);
  localparam int unsigned SlotBits  = Window > 1 ? $clog2(Window) : 1;
  localparam logic [31:0] Residue   = 32'hDEBB20E3;
  localparam logic [7:0]  Overhead  = 8'd12;                                  // header and CRC
  localparam logic [7:0]  Longest   = tsu_pkg::LinkMaxPayload[7:0] + Overhead;

  logic       byte_valid, frame_end, frame_bad, good, full, fits;
  logic [7:0] data;

  tsu_cobs_decode u_decode (
    .clk_i, .rst_i, .valid_i, .data_i, .valid_o(byte_valid), .data_o(data), .end_o(frame_end), .bad_o(frame_bad)
  );

  // ---- Check -------------------------------------------------------------
  logic [31:0] crc_q, crc_d;
  logic [7:0]  length_q;
  logic        lost_q;               // some byte found no room: too long, or the ring full, be it for a while

  tsu_crc32 u_crc (.state_i(crc_q), .data_i(data), .state_o(crc_d));

  assign fits  = length_q != Longest && !full;
  assign good  = !frame_bad && !lost_q && length_q >= Overhead && crc_q == Residue;

  always_ff @(posedge clk_i) begin
    if (rst_i || frame_end) begin
      crc_q    <= '1;
      length_q <= 8'd0;
      lost_q   <= 1'b0;
    end else if (byte_valid) begin
      crc_q    <= crc_d;
      length_q <= length_q + {7'd0, fits};
      lost_q   <= lost_q || !fits;
    end
  end

  // ---- Ring --------------------------------------------------------------
  logic [SlotBits:0]   head_q, tail_q;       // frames taken, frames kept
  logic [SlotBits-1:0] head, tail;
  logic                empty_frame;

  assign head          = Window > 1 ? head_q[SlotBits-1:0] : '0;
  assign tail          = Window > 1 ? tail_q[SlotBits-1:0] : '0;
  assign full          = tail_q - head_q == (SlotBits+1)'(Window);
  assign frame_valid_o = tail_q != head_q;
  assign empty_frame   = length_q == 8'd0 && !lost_q && !frame_bad;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      head_q    <= '0;
      tail_q    <= '0;
      damaged_o <= '0;
    end else begin
      if (frame_pop_i) head_q <= head_q + 1'b1;
      if (frame_end && good) tail_q <= tail_q + 1'b1;
      if (frame_end && !good && !empty_frame) damaged_o <= damaged_o + 16'd1;
    end
  end

  // Between registers: the RAM may lie far away. A frame's length is written two clocks before it is read.
  logic                we_q;
  logic [SlotBits-1:0] tail_now_q;
  logic [7:0]          waddr_q, wdata_q, answer;
  always_ff @(posedge clk_i) begin
    we_q <= (byte_valid && fits) || (frame_end && good);
    tail_now_q <= tail;
    {waddr_q, wdata_q} <= frame_end ? {8'd255, length_q} : {length_q, data};
    data_o <= answer;
  end
  tsu_ram_1r1w #(.Width(8), .Depth(Window > 1 ? 256 * Window : 512)) u_ram (
    .clk_i  (clk_i),
    .we_i   (we_q),
    .waddr_i({tail_now_q, waddr_q}),
    .wdata_i(wdata_q),
    .re_i   (frame_valid_o),
    .raddr_i({head, addr_i}),
    .rdata_o(answer)
  );
endmodule
`default_nettype wire
