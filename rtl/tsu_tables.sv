// SPDX-License-Identifier: Apache-2.0
//
// The table store and the residency of its tables in the two threshold slots of the array.
//
// A request copies one table into one slot, an entry a clock, once no step reads that slot any more; sweeps on the other
// slot go on meanwhile. A slot is valid (resident) only with its copy complete.
`default_nettype none
module tsu_tables #(
  parameter int unsigned TableBits = 9,
  parameter int unsigned Tables = 16,
  parameter bit Shared = 1'b0,
  localparam int unsigned IndexBits = Tables > 1 ? $clog2(Tables) : 1
) (
  input  logic                 clk_i,
  input  logic                 rst_i,
  input  logic                 clear_i,      // nothing is resident, no copy goes on
  input  logic                 idle_i,       // no step under way
  output logic                 hold_o,       // no sweep may begin

  // Table store
  input  logic                 store_we_i,
  input  logic [IndexBits-1:0] store_table_i,
  input  logic [TableBits-1:0] store_entry_i,
  input  logic [tsu_pkg::ThresholdBits-1:0] store_data_i,

  // Copy
  input  logic                 copy_valid_i, // taken when not busy
  input  logic [IndexBits-1:0] copy_table_i,
  input  logic                 copy_slot_i,
  output logic                 busy_o,
  input  logic [1:0]           slot_used_i,
  output logic [1:0]           slot_valid_o,
  output logic [2*IndexBits-1:0] slot_table_o,

  // Threshold slots of the array
  output logic                 table_we_o,
  output logic                 table_slot_o,
  output logic [TableBits-1:0] table_addr_o,
  output logic [tsu_pkg::ThresholdBits-1:0] table_data_o
);
  // StSure: no command slips in any more; none has?
  typedef enum logic [2:0] {StIdle, StWait, StSure, StCopy, StLast} state_e;
  state_e               state_q;
  logic                 slot_q;
  logic [IndexBits-1:0] table_q;
  logic [TableBits-1:0] entry_q;
  logic [1:0]           valid_q;
  logic [2*IndexBits-1:0] slot_table_q;

  assign busy_o       = state_q != StIdle;
  assign hold_o       = Shared && (state_q == StSure || state_q == StCopy || state_q == StLast);
  assign slot_valid_o = valid_q;
  assign slot_table_o = slot_table_q;

  logic                 store_we_q;
  logic [IndexBits+TableBits-1:0] store_at_q;
  logic [tsu_pkg::ThresholdBits-1:0] store_data_q;
  always_ff @(posedge clk_i) {store_we_q, store_at_q, store_data_q} <= {store_we_i, store_table_i, store_entry_i, store_data_i};

  tsu_ram_1r1w #(
    .Width(tsu_pkg::ThresholdBits),
    .Depth(Tables << TableBits)
  ) u_store (
    .clk_i  (clk_i),
    .we_i   (store_we_q),
    .waddr_i(store_at_q),
    .wdata_i(store_data_q),
    .re_i   (state_q == StCopy),
    .raddr_i({table_q, entry_q}),
    .rdata_o(table_data_o)
  );

  always_ff @(posedge clk_i) begin
    if (rst_i || clear_i) begin
      state_q    <= StIdle;
      valid_q    <= 2'b00;
      table_we_o <= 1'b0;
    end else begin
      case (state_q)
        StIdle: if (copy_valid_i) begin
          state_q              <= StWait;
          valid_q[copy_slot_i] <= 1'b0;
        end
        StWait: if (Shared) begin
          if (idle_i) state_q <= StSure;
        end else if (!slot_used_i[slot_q]) state_q <= StCopy;
        StSure: state_q <= idle_i ? StCopy : StWait;
        StCopy: begin
          table_we_o <= 1'b1;
          if (&entry_q) state_q <= StLast;
        end
        // The last entry is being written.
        default: begin
          state_q         <= StIdle;
          table_we_o      <= 1'b0;
          valid_q[slot_q] <= 1'b1;
        end
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q == StIdle && copy_valid_i) begin
      slot_q  <= copy_slot_i;
      table_q <= copy_table_i;
      entry_q <= '0;
      slot_table_q[{31'd0, copy_slot_i} * IndexBits +: IndexBits] <= copy_table_i;
    end else if (state_q == StCopy) begin
      entry_q <= entry_q + 1'b1;
    end
    if (state_q == StCopy) begin
      table_slot_o <= slot_q;
      table_addr_o <= entry_q;
    end
  end
endmodule
`default_nettype wire
