// SPDX-License-Identifier: Apache-2.0
//
// Scans the spin planes of the idle array: Copy (spins become the conditioning plane) and Emit (sample packets).
//
// A packet: header {emit index, group}, then for each emitted site, in order (row, colour, pair), its Lanes bits, packed into words
// from the low end; the last word is padded with zeros and carries TLAST. One pair a clock, while the FIFO has room: whether this pair
// completes a word is not asked, since what shifts is as wide as the array.
`default_nettype none
module tsu_emitter #(
  parameter int unsigned Rows = 64,
  parameter int unsigned Pairs = 32,
  parameter int unsigned Lanes = 8,
  parameter int unsigned Groups = 1,
  parameter int unsigned ScanLatency = 2,
  localparam int unsigned RowBits = Rows > 1 ? $clog2(Rows) : 1,
  localparam int unsigned GroupBits = Groups > 1 ? $clog2(Groups) : 1
) (
  input  logic                 clk_i,
  input  logic                 rst_i,
  input  logic                 abort_i,
  input  logic                 clear_i,      // a program starts: emit index 0
  input  logic [RowBits-1:0]   last_row_i,   // of the rows in use

  input  logic                 copy_i,       // pulses, only when not busy
  input  logic                 emit_i,
  input  logic                 all_i,        // with emit_i: every site, not only visible ones
  output logic                 busy_o,
  output logic                 open_o,       // words of an unfinished packet may be in the FIFO
  output logic                 waiting_o,    // for the FIFO
  output logic                 sample_o,     // pulse: a packet is complete

  // Scan port of the array
  output logic                 scan_valid_o,
  output logic                 scan_colour_o,
  output logic [RowBits-1:0]   scan_row_o,
  output logic [GroupBits-1:0] scan_group_o,
  output logic                 scan_copy_o,
  input  logic                 scan_valid_i,
  input  logic [Pairs*Lanes-1:0] scan_spins_i,
  input  logic [2*Pairs-1:0]   scan_class_i,

  // Sample FIFO
  output logic                 word_valid_o,
  input  logic                 word_ready_i,
  output logic [31:0]          word_data_o,
  output logic                 word_last_o
);
  localparam int unsigned SitesPerWord = 32 / Lanes;
  localparam int unsigned FillBits = SitesPerWord > 1 ? $clog2(SitesPerWord) : 1;
  localparam int unsigned PairBits = Pairs > 1 ? $clog2(Pairs) : 1;
  localparam int unsigned SettleBits = $clog2(ScanLatency + 3);

  typedef enum logic [3:0] {
    StIdle, StCopy, StSettle, StHeader, StRequest, StWait, StShift, StPad, StClose
  } state_e;
  state_e               state_q;
  logic                 colour_q, all_q;
  logic [RowBits-1:0]   row_q;
  logic [GroupBits-1:0] group_q;
  logic [PairBits-1:0]  pair_q;
  logic [SettleBits-1:0] settle_q;
  logic [15:0]          index_q;

  // ---- Position: colours innermost, then rows, then groups ----------------
  logic shift, row_end, group_end, row_done, plane_done;
  assign shift      = state_q == StShift && word_ready_i;
  assign row_end    = row_q == last_row_i;
  assign group_end  = group_q == GroupBits'(Groups - 1);
  assign row_done   = (shift && pair_q == PairBits'(Pairs - 1)) || state_q == StCopy;
  assign plane_done = row_done && colour_q && row_end;

  always_ff @(posedge clk_i) begin
    if (state_q == StIdle) begin
      colour_q <= 1'b0;
      row_q    <= '0;
      group_q  <= '0;
    end else if (row_done) begin
      colour_q <= !colour_q;
      if (colour_q)   row_q   <= row_end ? '0 : row_q + 1'b1;
      if (plane_done) group_q <= group_end ? '0 : group_q + 1'b1;
    end
  end

  // ---- Packing -----------------------------------------------------------
  // A complete word stays pending until the next one is complete or the packet ends: only then its TLAST is known.
  logic [Pairs*Lanes-1:0] spins_q;
  logic [2*Pairs-1:0]     class_q;
  logic [31:0]            fill_word_q, pending_q;
  logic [31+Lanes:0]      fill_word_d;       // low bits fall out
  logic [FillBits-1:0]    fill_q;
  logic                   emitted, append, completes;

  assign emitted     = state_q == StShift && (all_q || class_q[1:0] != 2'd0);
  assign append      = emitted || (state_q == StPad && fill_q != '0);
  assign completes   = append && fill_q == FillBits'(SitesPerWord - 1);
  assign fill_word_d = {state_q == StPad ? {Lanes{1'b0}} : spins_q[Lanes-1:0], fill_word_q};

  assign word_valid_o = completes || state_q == StClose;
  assign word_data_o  = pending_q;
  assign word_last_o  = state_q == StClose;
  assign waiting_o    = (state_q == StShift || state_q == StPad || state_q == StClose) && !word_ready_i;
  assign sample_o     = state_q == StClose && word_ready_i && !abort_i;

  always_ff @(posedge clk_i) begin
    if (state_q == StHeader) begin
      pending_q <= {index_q, 16'(group_q)};
      fill_q    <= '0;
    end
    if (scan_valid_i) begin
      spins_q <= scan_spins_i;
      class_q <= scan_class_i;
    end else if (shift) begin
      spins_q <= spins_q >> Lanes;
      class_q <= class_q >> 2;
    end
    if (append && word_ready_i) begin
      fill_word_q <= fill_word_d[31+Lanes:Lanes];
      fill_q      <= completes ? '0 : fill_q + 1'b1;
      if (completes) pending_q <= fill_word_d[31+Lanes:Lanes];
    end
  end

  // ---- Control -----------------------------------------------------------
  always_ff @(posedge clk_i) begin
    if (rst_i || abort_i) begin
      state_q <= StIdle;
      index_q <= '0;
    end else begin
      case (state_q)
        StIdle: begin
          if (copy_i)      state_q <= StCopy;
          else if (emit_i) state_q <= StHeader;
          if (clear_i) index_q <= '0;
        end
        StCopy:    if (plane_done && group_end) state_q <= StSettle;
        StSettle:  if (settle_q == '0) state_q <= StIdle;
        StHeader:  state_q <= StRequest;
        StRequest: state_q <= StWait;
        StWait:    if (scan_valid_i) state_q <= StShift;
        StShift:   if (row_done) state_q <= plane_done ? StPad : StRequest;
        StPad:     if (fill_q == '0) state_q <= StClose;
        default: if (word_ready_i) begin     // StClose; the position is already the next group's
          state_q <= group_q == '0 ? StIdle : StHeader;
          if (group_q == '0) index_q <= index_q + 16'd1;
        end
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (emit_i) all_q <= all_i;
    if (state_q == StWait) pair_q <= '0;
    else if (shift)        pair_q <= pair_q + 1'b1;
    if (state_q == StCopy)        settle_q <= SettleBits'(ScanLatency + 2);
    else if (state_q == StSettle) settle_q <= settle_q - 1'b1;
  end

  assign busy_o        = state_q != StIdle;
  assign open_o        = state_q != StIdle && state_q != StCopy && state_q != StSettle;
  assign scan_valid_o  = state_q == StRequest || state_q == StCopy;
  assign scan_copy_o   = state_q == StCopy;
  assign scan_colour_o = colour_q;
  assign scan_row_o    = row_q;
  assign scan_group_o  = group_q;
endmodule
`default_nettype wire
