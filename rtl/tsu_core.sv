// SPDX-License-Identifier: Apache-2.0
//
// The thermodynamic sampling unit without anything board specific: AXI4-Lite registers, AXI4-Stream in for loads, AXI4-Stream
// out for samples, one interrupt line. What it computes: README.md; map: REGISTERS.md.
`default_nettype none
module tsu_core #(
  parameter int unsigned Cols = 64,
  parameter int unsigned Rows = 64,
  parameter int unsigned Tiles = 4,
  parameter int unsigned Lanes = 8,          // power of two up to 32
  parameter int unsigned Groups = 1,
  parameter int unsigned Layers = 4,
  parameter int unsigned WeightBits = 8,
  parameter int unsigned NumRules = tsu_pkg::G12Rules,
  parameter logic [95:0] Rules = tsu_pkg::G12,
  parameter int unsigned TableBits = 9,
  parameter int unsigned Tables = 16,
  parameter int unsigned TableLanes = 1,     // lanes that share a threshold memory, 1 or 2: with 2 a table is copied while no sweep runs
  parameter bit Hold = 1'b1,                 // tsu_array.sv
  parameter int unsigned ProgramWords = 256, // power of two
  parameter int unsigned SampleWords = 256,  // sample FIFO, power of two
  parameter int unsigned ClockHz = 50_000_000,
  parameter int unsigned BuildId = 0,
  parameter int unsigned Rings = 0,          // ring oscillators; 0: pseudo-random alone
  parameter int unsigned RingSampleClocks = 32, // clocks a raw bit
  parameter int unsigned RingSeed = 1        // of a simulation model of rings
) (
  input  logic        clk_i,
  input  logic        rst_i,
  output logic        irq_o,

  // Registers
  input  logic [11:0] s_axil_awaddr,
  input  logic [2:0]  s_axil_awprot,
  input  logic        s_axil_awvalid,
  output logic        s_axil_awready,
  input  logic [31:0] s_axil_wdata,
  input  logic [3:0]  s_axil_wstrb,
  input  logic        s_axil_wvalid,
  output logic        s_axil_wready,
  output logic [1:0]  s_axil_bresp,
  output logic        s_axil_bvalid,
  input  logic        s_axil_bready,
  input  logic [11:0] s_axil_araddr,
  input  logic [2:0]  s_axil_arprot,
  input  logic        s_axil_arvalid,
  output logic        s_axil_arready,
  output logic [31:0] s_axil_rdata,
  output logic [1:0]  s_axil_rresp,
  output logic        s_axil_rvalid,
  input  logic        s_axil_rready,

  // Load packets
  input  logic [31:0] s_axis_tdata,
  input  logic        s_axis_tvalid,
  output logic        s_axis_tready,
  input  logic        s_axis_tlast,

  // Sample packets
  output logic [31:0] m_axis_tdata,
  output logic        m_axis_tvalid,
  input  logic        m_axis_tready,
  output logic        m_axis_tlast
);
  localparam int unsigned Slots         = 2;
  localparam int unsigned PipelineDepth = tsu_pkg::PipelineDepth;
  localparam int unsigned ScanLatency   = tsu_pkg::ScanLatency;
  localparam int unsigned Reach         = tsu_pattern_pkg::reach(Rules, NumRules);
  localparam int unsigned Pairs         = Cols / 2;
  localparam int unsigned WordBits      = 4 * NumRules * WeightBits + tsu_pkg::BiasBits;
  localparam int unsigned RowBits       = Rows > 1 ? $clog2(Rows) : 1;
  localparam int unsigned GroupBits     = Groups > 1 ? $clog2(Groups) : 1;
  localparam int unsigned LayerBits     = Layers > 1 ? $clog2(Layers) : 1;
  localparam int unsigned TableIndexBits = Tables > 1 ? $clog2(Tables) : 1;
  localparam int unsigned PcBits        = $clog2(ProgramWords);

  generate
    if (Lanes > 32 || (Lanes & (Lanes - 1)) != 0) $error("Lanes must be a power of two up to 32");
    if (ProgramWords < 4 || ProgramWords > 32768 || (ProgramWords & (ProgramWords - 1)) != 0)
      $error("ProgramWords must be a power of two from 4 to 32768");
    if (SampleWords < 4 || (SampleWords & (SampleWords - 1)) != 0)
      $error("SampleWords must be a power of two from 4");
    if (Tables < 1 || Tables > 255) $error("Tables must be 1..255");
    if (Rows > 32767 || Cols > 2046) $error("Rows must be below 32768, Cols below 2048");
  endgenerate

  // ---- Registers and counters --------------------------------------------
  logic         start, abort, clear, busy, done, program_error, load_error, emit_waiting;
  logic [15:0]  rows, pc;
  logic [383:0] counters;
  logic         step_valid, step_real, array_idle, table_wait, sample;
  logic         ring_enable, ring_restart, ring_take, ring_model, ring_ready;
  logic [2:0]   ring_fault;
  logic [3:0]   ring_cause;
  logic [5:0]   ring_waiting;
  logic [31:0]  ring_data;
  logic         unused_prot;
  assign unused_prot = ^{s_axil_awprot, s_axil_arprot};

  // Reset reaches the whole chip: all but what AXI sees has it a clock late, the array (tsu_array) two; AXI rests until the others do.
  logic rst_q, rst_axi;
  always_ff @(posedge clk_i) rst_q <= rst_i;
  assign rst_axi = rst_i || rst_q;

  tsu_regs #(
    .Cols(Cols), .Rows(Rows), .Tiles(Tiles), .Lanes(Lanes), .Groups(Groups), .Layers(Layers),
    .WeightBits(WeightBits), .NumRules(NumRules), .Rules(Rules), .TableBits(TableBits), .Tables(Tables),
    .Slots(Slots), .ProgramWords(ProgramWords), .ClockHz(ClockHz), .BuildId(BuildId), .Rings(Rings)
  ) u_regs (
    .clk_i, .rst_i(rst_axi), .irq_o,
    .s_axil_awaddr, .s_axil_awvalid, .s_axil_awready, .s_axil_wdata, .s_axil_wstrb, .s_axil_wvalid, .s_axil_wready,
    .s_axil_bresp, .s_axil_bvalid, .s_axil_bready, .s_axil_araddr, .s_axil_arvalid, .s_axil_arready,
    .s_axil_rdata, .s_axil_rresp, .s_axil_rvalid, .s_axil_rready,
    .start_o(start), .abort_o(abort), .clear_o(clear), .rows_o(rows),
    .busy_i(busy), .done_i(done), .program_error_i(program_error), .load_error_i(load_error),
    .waiting_i(emit_waiting), .sample_i(m_axis_tvalid), .pc_i(pc), .counters_i(counters),
    .ring_enable_o(ring_enable), .ring_restart_o(ring_restart), .ring_fault_o(ring_fault), .ring_take_o(ring_take),
    .ring_model_i(ring_model), .ring_ready_i(ring_ready), .ring_cause_i(ring_cause), .ring_waiting_i(ring_waiting),
    .ring_data_i(ring_data)
  );

  // ---- Ring oscillators --------------------------------------------------
  generate
    if (Rings == 0) begin : gen_no_rings
      logic unused_rings;
      assign unused_rings = ^{ring_enable, ring_restart, ring_fault, ring_take};
      assign ring_model   = 1'b0;
      assign ring_ready   = 1'b0;
      assign ring_cause   = '0;
      assign ring_waiting = '0;
      assign ring_data    = '0;
    end else begin : gen_rings
      tsu_entropy #(.Rings(Rings), .SampleClocks(RingSampleClocks), .Seed(RingSeed)) u_entropy (
        .clk_i, .rst_i(rst_q), .enable_i(ring_enable), .restart_i(ring_restart), .fault_i(ring_fault), .model_o(ring_model),
        .ready_o(ring_ready), .cause_o(ring_cause), .waiting_o(ring_waiting), .data_o(ring_data), .take_i(ring_take),
        .raw_valid_o(), .raw_bit_o()
      );
    end
  endgenerate

  tsu_counters #(.FlipsPerStep(Pairs * Lanes)) u_counters (
    .clk_i, .rst_i(rst_q), .clear_i(clear), .busy_i(busy),
    .sweeping_i(step_valid || !array_idle),
    .step_i(step_valid && step_real),
    .stall_i(emit_waiting || (table_wait && !(step_valid && step_real))),
    .sample_i(sample), .counters_o(counters)
  );

  // ---- Loads -------------------------------------------------------------
  logic        program_we, store_we, load_valid, load_ready, load_colour, load_last;
  logic [3:0]  load_target;
  logic [15:0] load_index, load_pair, load_word;
  logic [14:0] load_row;
  logic [7:0]  load_lane;
  logic [31:0] load_data;

  tsu_loader #(
    .Rows(Rows), .Pairs(Pairs), .Lanes(Lanes), .Groups(Groups), .Layers(Layers), .WordBits(WordBits),
    .TableBits(TableBits), .Tables(Tables), .ProgramWords(ProgramWords)
  ) u_loader (
    .clk_i, .rst_i(rst_q), .hold_i(busy), .error_o(load_error),
    .s_axis_tdata, .s_axis_tvalid, .s_axis_tready, .s_axis_tlast,
    .program_we_o(program_we), .store_we_o(store_we), .load_valid_o(load_valid), .load_ready_i(load_ready),
    .load_target_o(load_target), .load_index_o(load_index), .load_colour_o(load_colour), .load_row_o(load_row),
    .load_pair_o(load_pair), .load_lane_o(load_lane), .load_word_o(load_word), .load_last_o(load_last),
    .load_data_o(load_data)
  );

  // ---- Program -----------------------------------------------------------
  logic                 stop, stepper_idle;
  logic                 cmd_valid, cmd_ready, stepper_ready, cmd_random, cmd_latents, cmd_clamp, cmd_slot;
  logic [23:0]          cmd_sweeps;
  logic [LayerBits-1:0] cmd_layer;
  logic                 copy_valid, copy_slot, copy_busy, copy_hold;
  logic [TableIndexBits-1:0] copy_table;
  logic [1:0]           slot_valid, slot_used;
  logic [2*TableIndexBits-1:0] slot_table;
  logic                 scan_start_copy, scan_start_emit, scan_all, scan_busy;

  // A clock late: the command that ends it was taken five clocks before the next instruction asks.
  logic                 drained_q;
  always_ff @(posedge clk_i) drained_q <= stepper_idle && array_idle;

  tsu_sequencer #(.ProgramWords(ProgramWords), .Layers(Layers), .Tables(Tables)) u_sequencer (
    .clk_i, .rst_i(rst_q), .start_i(start), .abort_i(abort), .busy_o(busy), .done_o(done), .error_o(program_error),
    .table_wait_o(table_wait), .pc_o(pc),
    .loads_done_i(!load_valid && load_ready), .program_we_i(program_we), .program_addr_i(load_row[PcBits-1:0]), .program_data_i(load_data),
    .stop_o(stop), .drained_i(drained_q),
    .cmd_valid_o(cmd_valid), .cmd_ready_i(cmd_ready), .cmd_sweeps_o(cmd_sweeps), .cmd_random_o(cmd_random),
    .cmd_latents_o(cmd_latents), .cmd_clamp_o(cmd_clamp), .cmd_slot_o(cmd_slot), .cmd_layer_o(cmd_layer),
    .copy_valid_o(copy_valid), .copy_table_o(copy_table), .copy_slot_o(copy_slot), .copy_busy_i(copy_busy),
    .slot_valid_i(slot_valid), .slot_table_i(slot_table),
    .scan_copy_o(scan_start_copy), .scan_emit_o(scan_start_emit), .scan_all_o(scan_all), .scan_busy_i(scan_busy)
  );

  logic                 step_colour, step_slot, step_random, step_latents, step_clamp;
  logic [RowBits-1:0]   step_row;
  logic [GroupBits-1:0] step_group;
  logic [LayerBits-1:0] step_layer;

  // Of the rows in use; they change between programs only.
  logic [RowBits-1:0]   last_row_q;
  always_ff @(posedge clk_i) last_row_q <= RowBits'(rows - 16'd1);

  assign cmd_ready = stepper_ready && !copy_hold;
  tsu_stepper #(
    .Rows(Rows), .Groups(Groups), .Layers(Layers), .Drain(Reach * Groups), .PipelineDepth(PipelineDepth)
  ) u_stepper (
    .clk_i, .rst_i(rst_q), .stop_i(stop), .last_row_i(last_row_q), .idle_o(stepper_idle), .slot_used_o(slot_used),
    .cmd_valid_i(cmd_valid && !copy_hold), .cmd_ready_o(stepper_ready), .cmd_sweeps_i(cmd_sweeps), .cmd_random_i(cmd_random),
    .cmd_latents_i(cmd_latents), .cmd_clamp_i(cmd_clamp), .cmd_slot_i(cmd_slot), .cmd_layer_i(cmd_layer),
    .step_valid_o(step_valid), .step_real_o(step_real), .step_colour_o(step_colour), .step_row_o(step_row),
    .step_group_o(step_group), .step_layer_o(step_layer), .step_slot_o(step_slot), .step_random_o(step_random),
    .step_latents_o(step_latents), .step_clamp_o(step_clamp)
  );

  logic                 table_we, table_slot;
  logic [TableBits-1:0] table_addr;
  logic [tsu_pkg::ThresholdBits-1:0] table_data;

  tsu_tables #(.TableBits(TableBits), .Tables(Tables), .Shared(TableLanes > 1)) u_tables (
    .clk_i, .rst_i(rst_q), .clear_i(start || abort), .idle_i(stepper_idle && array_idle), .hold_o(copy_hold),
    .store_we_i(store_we), .store_table_i(load_index[TableIndexBits-1:0]), .store_entry_i(load_row[TableBits-1:0]),
    .store_data_i(load_data[tsu_pkg::ThresholdBits-1:0]),
    .copy_valid_i(copy_valid), .copy_table_i(copy_table), .copy_slot_i(copy_slot), .busy_o(copy_busy),
    .slot_used_i(slot_used), .slot_valid_o(slot_valid), .slot_table_o(slot_table),
    .table_we_o(table_we), .table_slot_o(table_slot), .table_addr_o(table_addr), .table_data_o(table_data)
  );

  // ---- Samples -----------------------------------------------------------
  logic                   scan_valid, scan_colour, scan_copy, scan_answer, packet_open, fifo_empty;
  logic [RowBits-1:0]     scan_row;
  logic [GroupBits-1:0]   scan_group;
  logic [Pairs*Lanes-1:0] scan_spins;
  logic [2*Pairs-1:0]     scan_class;
  logic                   word_valid, word_ready, word_last;
  logic [31:0]            word_data;

  tsu_emitter #(
    .Rows(Rows), .Pairs(Pairs), .Lanes(Lanes), .Groups(Groups), .ScanLatency(ScanLatency)
  ) u_emitter (
    .clk_i, .rst_i(rst_q), .abort_i(abort), .clear_i(start), .last_row_i(last_row_q),
    .copy_i(scan_start_copy), .emit_i(scan_start_emit), .all_i(scan_all), .busy_o(scan_busy), .open_o(packet_open),
    .waiting_o(emit_waiting), .sample_o(sample),
    .scan_valid_o(scan_valid), .scan_colour_o(scan_colour), .scan_row_o(scan_row), .scan_group_o(scan_group),
    .scan_copy_o(scan_copy), .scan_valid_i(scan_answer), .scan_spins_i(scan_spins), .scan_class_i(scan_class),
    .word_valid_o(word_valid), .word_ready_i(word_ready), .word_data_o(word_data), .word_last_o(word_last)
  );

  tsu_sample_fifo #(.Depth(SampleWords)) u_fifo (
    .clk_i, .rst_i(rst_axi), .cut_i(abort), .cut_end_i(packet_open || !fifo_empty), .empty_o(fifo_empty),
    .in_valid_i(word_valid), .in_ready_o(word_ready), .in_data_i(word_data), .in_last_i(word_last),
    .m_axis_tdata, .m_axis_tvalid, .m_axis_tready, .m_axis_tlast
  );

  // ---- Array -------------------------------------------------------------
  tsu_array #(
    .Cols(Cols), .Rows(Rows), .Tiles(Tiles), .Lanes(Lanes), .Groups(Groups), .Layers(Layers),
    .WeightBits(WeightBits), .NumRules(NumRules), .Rules(Rules), .TableBits(TableBits), .Slots(Slots), .TableLanes(TableLanes),
    .Hold(Hold)
  ) u_array (
    .clk_i, .rst_i(rst_q),
    .step_valid_i(step_valid), .step_real_i(step_real), .step_colour_i(step_colour), .step_row_i(step_row),
    .step_group_i(step_group), .step_layer_i(step_layer), .step_slot_i(step_slot), .step_random_i(step_random),
    .step_latents_i(step_latents), .step_clamp_i(step_clamp), .idle_o(array_idle),
    .table_we_i(table_we), .table_slot_i(table_slot), .table_addr_i(table_addr), .table_data_i(table_data),
    .load_valid_i(load_valid), .load_ready_o(load_ready), .load_target_i(load_target), .load_index_i(load_index), .load_colour_i(load_colour),
    .load_row_i(load_row), .load_pair_i(load_pair), .load_lane_i(load_lane), .load_word_i(load_word),
    .load_last_i(load_last), .load_data_i(load_data),
    .scan_valid_i(scan_valid), .scan_colour_i(scan_colour), .scan_row_i(scan_row), .scan_group_i(scan_group),
    .scan_copy_i(scan_copy), .scan_valid_o(scan_answer), .scan_spins_o(scan_spins), .scan_class_o(scan_class),
    .wb_valid_o(), .wb_colour_o(), .wb_row_o(), .wb_group_o(), .wb_spins_o(), .wb_words_o()
  );
endmodule
`default_nettype wire
