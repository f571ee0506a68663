// SPDX-License-Identifier: Apache-2.0
//
// AXI4-Lite register file of the core (REGISTERS.md). Every offset answers OKAY; unknown ones read 0 and ignore writes.
//
// One read and one write may be in progress; each is taken a clock after what it needs is there: AXI allows no combinatorial path
// through an interface, so ready comes from a register, and meanwhile the address is looked at. Reading the low word of a counter
// latches its high word, so a pair of reads is one moment.
`default_nettype none
module tsu_regs #(
  parameter int unsigned Cols = 64,
  parameter int unsigned Rows = 64,
  parameter int unsigned Tiles = 4,
  parameter int unsigned Lanes = 8,
  parameter int unsigned Groups = 1,
  parameter int unsigned Layers = 4,
  parameter int unsigned WeightBits = 8,
  parameter int unsigned NumRules = tsu_pkg::G12Rules,
  parameter logic [95:0] Rules = tsu_pkg::G12,
  parameter int unsigned TableBits = 9,
  parameter int unsigned Tables = 16,
  parameter int unsigned Slots = 2,
  parameter int unsigned ProgramWords = 256,
  parameter int unsigned ClockHz = 50_000_000,
  parameter int unsigned BuildId = 0,
  parameter int unsigned Rings = 0
) (
  input  logic         clk_i,
  input  logic         rst_i,
  output logic         irq_o,

  input  logic [11:0]  s_axil_awaddr,
  input  logic         s_axil_awvalid,
  output logic         s_axil_awready,
  input  logic [31:0]  s_axil_wdata,
  input  logic [3:0]   s_axil_wstrb,
  input  logic         s_axil_wvalid,
  output logic         s_axil_wready,
  output logic [1:0]   s_axil_bresp,
  output logic         s_axil_bvalid,
  input  logic         s_axil_bready,
  input  logic [11:0]  s_axil_araddr,
  input  logic         s_axil_arvalid,
  output logic         s_axil_arready,
  output logic [31:0]  s_axil_rdata,
  output logic [1:0]   s_axil_rresp,
  output logic         s_axil_rvalid,
  input  logic         s_axil_rready,

  // Commands: one-clock pulses
  output logic         start_o,
  output logic         abort_o,
  output logic         clear_o,
  output logic [15:0]  rows_o,           // rows in use

  // State of the core
  input  logic         busy_i,
  input  logic         done_i,           // pulse
  input  logic         program_error_i,  // pulse
  input  logic         load_error_i,     // pulse
  input  logic         waiting_i,        // Emit waits for the sample stream
  input  logic         sample_i,         // the sample stream has a word
  input  logic [15:0]  pc_i,
  input  logic [383:0] counters_i,       // six 64-bit counters in the order of the map

  // Rings; all 0 in a build without
  output logic         ring_enable_o,
  output logic         ring_restart_o,
  output logic [2:0]   ring_fault_o,     // of a simulation model
  output logic         ring_take_o,
  input  logic         ring_model_i,     // constant
  input  logic         ring_ready_i,
  input  logic [3:0]   ring_cause_i,
  input  logic [5:0]   ring_waiting_i,
  input  logic [31:0]  ring_data_i
);
  localparam logic [1:0] Okay = 2'b00;

  // ---- Write channel -----------------------------------------------------
  logic        wr_take, wr_ready_q, bvalid_q, wr_control_q;
  logic [11:0] wr_addr;
  logic [31:0] wr_mask;

  assign wr_take        = s_axil_awvalid && s_axil_wvalid && wr_ready_q;
  assign wr_addr        = {s_axil_awaddr[11:2], 2'b00};
  assign wr_mask        = {{8{s_axil_wstrb[3]}}, {8{s_axil_wstrb[2]}}, {8{s_axil_wstrb[1]}}, {8{s_axil_wstrb[0]}}};
  assign s_axil_awready = wr_ready_q;
  assign s_axil_wready  = wr_ready_q;
  assign s_axil_bresp   = Okay;
  assign s_axil_bvalid  = bvalid_q;

  always_ff @(posedge clk_i) begin
    wr_control_q <= wr_addr == tsu_pkg::RegControl[11:0] && s_axil_wstrb[0];  // an address waits a clock before it is taken
    wr_ready_q <= !rst_i && s_axil_awvalid && s_axil_wvalid && !wr_ready_q && !bvalid_q;
    if (rst_i)              bvalid_q <= 1'b0;
    else if (wr_take)       bvalid_q <= 1'b1;
    else if (s_axil_bready) bvalid_q <= 1'b0;
  end

  // ---- Registers ---------------------------------------------------------
  logic        done_q, program_error_q, load_error_q, start, abort, abort_q, alarm, alarm_begins;
  logic [15:0] rows_q;
  logic [15:0] rows_next_q;              // what was written to Rows, looked at a clock later
  logic        rows_write_q;
  logic [31:0] scratch_q, wr_rows;
  logic [2:0]  irq_enable_q, irq_status_q, irq_event;

  assign start   = wr_take && wr_control_q && s_axil_wdata[0] && !busy_i && !alarm;
  assign abort   = (wr_take && wr_control_q && s_axil_wdata[1]) || alarm_begins;
  assign clear_o = wr_take && wr_control_q && s_axil_wdata[2];
  assign start_o = start && !abort;
  assign abort_o = abort_q;                  // far from here: a clock later
  always_ff @(posedge clk_i) abort_q <= !rst_i && abort;
  assign rows_o  = rows_q;
  assign wr_rows = (s_axil_wdata & wr_mask) | ({16'd0, rows_q} & ~wr_mask);

  assign irq_event = {sample_i, program_error_i || load_error_i || alarm_begins, done_i};
  assign irq_o     = |(irq_status_q & irq_enable_q);

  // A count outside the built rows would address RAM that is not there.
  always_ff @(posedge clk_i) begin
    rows_next_q  <= wr_rows[15:0];
    rows_write_q <= wr_take && wr_addr == tsu_pkg::RegRows[11:0] && wr_rows[31:16] == '0 && !busy_i;
    if (rst_i) rows_q <= 16'(Rows);
    else if (rows_write_q && rows_next_q != '0 && rows_next_q <= 16'(Rows)) rows_q <= rows_next_q;
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      scratch_q    <= '0;
      irq_enable_q <= '0;
    end else if (wr_take) begin
      case (wr_addr)
        tsu_pkg::RegScratch[11:0]:   scratch_q <= (s_axil_wdata & wr_mask) | (scratch_q & ~wr_mask);
        tsu_pkg::RegIrqEnable[11:0]: if (s_axil_wstrb[0]) irq_enable_q <= s_axil_wdata[2:0];
        default: ;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      done_q          <= 1'b0;
      program_error_q <= 1'b0;
      load_error_q    <= 1'b0;
      irq_status_q    <= '0;
    end else begin
      if (start || abort_q) begin
        done_q          <= 1'b0;
        program_error_q <= 1'b0;
        load_error_q    <= 1'b0;
      end
      if (done_i)          done_q          <= 1'b1;
      if (program_error_i) program_error_q <= 1'b1;
      if (load_error_i)    load_error_q    <= 1'b1;
      // An event in the clock that clears its bit wins: it must not be lost.
      if (wr_take && wr_addr == tsu_pkg::RegIrqStatus[11:0] && s_axil_wstrb[0])
        irq_status_q <= (irq_status_q & ~s_axil_wdata[2:0]) | irq_event;
      else
        irq_status_q <= irq_status_q | irq_event;
    end
  end

  // ---- Rings -------------------------------------------------------------
  // An alarm of rings that are in use is an abort, and no program starts until it is cleared or the rings are not in use. While they rest
  // without an alarm they are in restart, so every selection begins with the start-up test.
  localparam logic [3:0] Pseudo = 4'd0;
  logic       enable_q, alarm_q, ring_write;
  logic [2:0] fault_q;
  logic [3:0] source;

  // A build without rings has no gate of this.
  logic        ready;
  logic [3:0]  cause;
  logic [5:0]  waiting;
  logic [31:0] raw;
  assign ready   = Rings != 0 && ring_ready_i;
  assign cause   = Rings != 0 ? ring_cause_i : '0;
  assign waiting = Rings != 0 ? ring_waiting_i : '0;
  assign raw     = waiting != '0 ? ring_data_i : '0;

  assign ring_write   = Rings != 0 && wr_take && wr_addr == tsu_pkg::RegEntropyControl[11:0] && s_axil_wstrb[0];
  assign alarm        = enable_q && cause != '0;
  assign alarm_begins = alarm && !alarm_q;
  assign source       = Rings == 0 ? Pseudo : ring_model_i ? 4'd2 : 4'd1;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      enable_q <= 1'b0;
      fault_q  <= '0;
      alarm_q  <= 1'b0;
    end else begin
      alarm_q <= alarm;
      if (ring_write) begin
        enable_q <= s_axil_wdata[0];
        fault_q  <= ring_model_i ? s_axil_wdata[6:4] : '0;
      end
    end
  end
  assign ring_enable_o  = enable_q;
  assign ring_restart_o = (ring_write && s_axil_wdata[1]) || (!enable_q && cause == '0);
  assign ring_fault_o   = fault_q;

  // ---- Read channel ------------------------------------------------------
  logic        rd_take, rd_ready_q, rvalid_q;
  logic [31:0] rdata_q, rd_value, high_q;
  logic [11:0] rd_addr;
  logic [2:0]  counter_q;                // which counter, valid in their range
  logic [63:0] rd_count;
  logic [15:0] rule_q;
  logic        is_counter_q, is_rule_q;
  logic [11:0] rd_rule_offset, rd_counter_offset;

  assign rd_take        = s_axil_arvalid && rd_ready_q;
  assign rd_addr        = {s_axil_araddr[11:2], 2'b00};
  assign s_axil_arready = rd_ready_q;
  assign s_axil_rdata   = rdata_q;
  assign s_axil_rresp   = Okay;
  assign s_axil_rvalid  = rvalid_q;

  assign ring_take_o       = Rings != 0 && rd_take && rd_addr == tsu_pkg::RegEntropyRaw[11:0];
  assign rd_rule_offset    = rd_addr - tsu_pkg::RegRule[11:0];
  assign rd_counter_offset = rd_addr - tsu_pkg::RegClocks[11:0];
  always_ff @(posedge clk_i) begin       // an address waits a clock before it is taken
    is_rule_q    <= rd_rule_offset < 12'(4 * NumRules);
    rule_q       <= Rules[{rd_rule_offset[4:2], 4'b0} +: 16];
    is_counter_q <= rd_counter_offset < 12'd48;
    counter_q    <= rd_counter_offset[5:3];
  end
  assign rd_count = counters_i[{counter_q, 6'b0} +: 64];

  always_comb begin
    rd_value = 32'd0;
    case (rd_addr)
      tsu_pkg::RegId[11:0]:        rd_value = tsu_pkg::Magic;
      tsu_pkg::RegVersion[11:0]:   rd_value = tsu_pkg::CoreVersion;
      tsu_pkg::RegMapHash[11:0]:   rd_value = tsu_pkg::MapHash;
      tsu_pkg::RegBuildId[11:0]:   rd_value = BuildId;
      tsu_pkg::RegGridSize[11:0]:  rd_value = {16'(Rows), 16'(Cols)};
      tsu_pkg::RegLanes[11:0]:     rd_value = {8'(Layers), 8'(Tiles), 8'(Groups), 8'(Lanes)};
      tsu_pkg::RegFormats[11:0]:   rd_value = {8'(Slots), 8'(Tables), 8'(TableBits), 8'(WeightBits)};
      tsu_pkg::RegCaps[11:0]:      rd_value = {16'd0, 8'($clog2(ProgramWords)), source, 4'(NumRules)};
      tsu_pkg::RegClockHz[11:0]:   rd_value = ClockHz;
      tsu_pkg::RegStatus[11:0]:
        rd_value = {20'd0, enable_q ? source : Pseudo, 2'd0, alarm, waiting_i, load_error_q, program_error_q, done_q, busy_i};
      tsu_pkg::RegRows[11:0]:      rd_value = {16'd0, rows_q};
      tsu_pkg::RegScratch[11:0]:   rd_value = scratch_q;
      tsu_pkg::RegIrqEnable[11:0]: rd_value = {29'd0, irq_enable_q};
      tsu_pkg::RegIrqStatus[11:0]: rd_value = {29'd0, irq_status_q};
      tsu_pkg::RegProgramCounter[11:0]: rd_value = {16'd0, pc_i};
      tsu_pkg::RegEntropyControl[11:0]: rd_value = {25'd0, fault_q, 3'd0, enable_q};
      tsu_pkg::RegEntropyStatus[11:0]:
        rd_value = {12'd0, 4'(Rings), 2'd0, waiting, cause, 3'd0, ready};
      tsu_pkg::RegEntropyRaw[11:0]: rd_value = raw;
      default: begin
        if (is_rule_q)         rd_value = {{8{rule_q[15]}}, rule_q[15:8], {8{rule_q[7]}}, rule_q[7:0]};
        else if (is_counter_q) rd_value = rd_addr[2] ? high_q : rd_count[31:0];
      end
    endcase
  end

  always_ff @(posedge clk_i) begin
    rd_ready_q <= !rst_i && s_axil_arvalid && !rd_ready_q && !rvalid_q;
    if (rst_i)              rvalid_q <= 1'b0;
    else if (rd_take)       rvalid_q <= 1'b1;
    else if (s_axil_rready) rvalid_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (rd_take) begin
      rdata_q <= rd_value;
      if (is_counter_q && !rd_addr[2]) high_q <= rd_count[63:32];
    end
  end

  // ---- Checks ------------------------------------------------------------
`ifndef SYNTHESIS
  logic        b_held_q, r_held_q;
  logic [31:0] past_rdata_q;
  initial begin
    b_held_q = 1'b0;
    r_held_q = 1'b0;
  end
  always_ff @(posedge clk_i) begin
    b_held_q     <= !rst_i && s_axil_bvalid && !s_axil_bready;
    r_held_q     <= !rst_i && s_axil_rvalid && !s_axil_rready;
    past_rdata_q <= s_axil_rdata;
    if (b_held_q) begin b_held: assert (s_axil_bvalid); end
    if (r_held_q) begin r_held: assert (s_axil_rvalid && s_axil_rdata == past_rdata_q); end
  end
`endif
endmodule
`default_nettype wire
