// SPDX-License-Identifier: Apache-2.0
//
// Program RAM, fetch and execution of the instructions (REGISTERS.md, opcodes; README.md, "Programs").
//
// An instruction takes four clocks: fetch, a register behind the slow RAM, decode, execute. Sweep and Randomise wait here until the
// stepper takes them, which it does while its previous command still issues steps: the instructions between two Sweeps are read
// meanwhile, and the array never pauses for them.
// Beta picks the slot for later sweeps. Copy, Emit and End first let the array drain.
`default_nettype none
module tsu_sequencer #(
  parameter int unsigned ProgramWords = 256,
  parameter int unsigned Layers = 4,
  parameter int unsigned Tables = 16,
  localparam int unsigned LayerBits = Layers > 1 ? $clog2(Layers) : 1,
  localparam int unsigned TableIndexBits = Tables > 1 ? $clog2(Tables) : 1,
  localparam int unsigned PcBits = $clog2(ProgramWords)
) (
  input  logic                 clk_i,
  input  logic                 rst_i,
  input  logic                 start_i,      // pulses
  input  logic                 abort_i,
  output logic                 busy_o,
  output logic                 done_o,       // pulses
  output logic                 error_o,
  output logic                 table_wait_o, // Beta waits for its table
  output logic [15:0]          pc_o,

  // Program RAM; loads_done_i: no load is still on its way to a memory
  input  logic                 loads_done_i,
  input  logic                 program_we_i,
  input  logic [PcBits-1:0]    program_addr_i,
  input  logic [31:0]          program_data_i,

  // Stepper
  output logic                 stop_o,
  input  logic                 drained_i,    // stepper and array are idle
  output logic                 cmd_valid_o,
  input  logic                 cmd_ready_i,
  output logic [23:0]          cmd_sweeps_o,
  output logic                 cmd_random_o,
  output logic                 cmd_latents_o,
  output logic                 cmd_clamp_o,
  output logic                 cmd_slot_o,
  output logic [LayerBits-1:0] cmd_layer_o,

  // Threshold tables
  output logic                 copy_valid_o,
  output logic [TableIndexBits-1:0] copy_table_o,
  output logic                 copy_slot_o,
  input  logic                 copy_busy_i,
  input  logic [1:0]           slot_valid_i,
  input  logic [2*TableIndexBits-1:0] slot_table_i,

  // Emitter
  output logic                 scan_copy_o,  // pulses
  output logic                 scan_emit_o,
  output logic                 scan_all_o,
  input  logic                 scan_busy_i
);
  localparam logic [7:0] OpEnd       = tsu_pkg::OpEnd[7:0];
  localparam logic [7:0] OpLayer     = tsu_pkg::OpLayer[7:0];
  localparam logic [7:0] OpPreload   = tsu_pkg::OpPreload[7:0];
  localparam logic [7:0] OpBeta      = tsu_pkg::OpBeta[7:0];
  localparam logic [7:0] OpRandomise = tsu_pkg::OpRandomise[7:0];
  localparam logic [7:0] OpSweep     = tsu_pkg::OpSweep[7:0];
  localparam logic [7:0] OpCopy      = tsu_pkg::OpCopy[7:0];
  localparam logic [7:0] OpEmit      = tsu_pkg::OpEmit[7:0];
  localparam logic [7:0] OpClamp     = tsu_pkg::OpClamp[7:0];
  localparam logic [7:0] OpLoop      = tsu_pkg::OpLoop[7:0];
  localparam logic [7:0] OpNext      = tsu_pkg::OpNext[7:0];

  typedef enum logic [2:0] {StIdle, StStart, StFetch, StRegister, StDecode, StExecute, StScan, StStop} state_e;
  state_e                   state_q;
  logic [PcBits-1:0]        pc_q;
  logic [31:0]              fetched, word_q;
  logic [7:0]               opcode;
  logic [23:0]              argument;
  logic [LayerBits-1:0]     layer_q;
  logic                     clamp_q, slot_q, beta_q;   // beta_q: slot_q holds a table
  logic                     good_q;                    // how the program stopped: by End

  tsu_ram_1r1w #(
    .Width(32),
    .Depth(ProgramWords)
  ) u_program (
    .clk_i  (clk_i),
    .we_i   (program_we_i),
    .waddr_i(program_addr_i),
    .wdata_i(program_data_i),
    .re_i   (state_q == StFetch),
    .raddr_i(pc_q),
    .rdata_o(fetched)
  );
  always_ff @(posedge clk_i) if (state_q == StRegister) word_q <= fetched;
  assign opcode   = word_q[31:24];
  assign argument = word_q[23:0];

  // ---- Loops: the inner block is block 1 ----------------------------------
  logic [1:0]               depth_q;
  logic [PcBits-1:0]        block_first_q [2];
  logic [23:0]              block_left_q [2];
  logic                     inner;
  assign inner = depth_q == 2'd2;

  // ---- Decode: all but what others may change meanwhile --------------------
  logic zero, bad, jump, zero_q, bad_q, jump_q, command_q;
  logic end_q, scan_q, table_q, beta_op_q;   // which instruction: End; Copy or Emit; Preload or Beta; Beta
  assign zero = argument == 24'd0;
  assign jump = opcode == OpNext && depth_q != 2'd0 && block_left_q[inner] != 24'd1;

  always_comb begin
    case (opcode)
      OpEnd:               bad = depth_q != 2'd0;
      OpLayer:             bad = argument >= 24'(Layers);
      OpPreload, OpBeta:   bad = argument >= 24'(Tables);
      OpSweep:             bad = !beta_q;
      OpRandomise, OpCopy, OpEmit, OpClamp: bad = 1'b0;
      OpLoop:              bad = inner || zero;
      OpNext:              bad = depth_q == 2'd0;
      default:             bad = 1'b1;
    endcase
    // Beyond the last word there is nothing to go on with.
    if (opcode != OpEnd && !jump && &pc_q) bad = 1'b1;
  end

  always_ff @(posedge clk_i) if (state_q == StDecode) begin
    zero_q    <= zero;
    bad_q     <= bad;
    jump_q    <= jump;
    command_q <= !bad && (opcode == OpRandomise || (opcode == OpSweep && !zero));
    end_q     <= opcode == OpEnd;
    scan_q    <= opcode == OpCopy || opcode == OpEmit;
    table_q   <= opcode == OpPreload || opcode == OpBeta;
    beta_op_q <= opcode == OpBeta;
  end

  // ---- Tables ------------------------------------------------------------
  // A clock late, and so is the end of a copy: it is not started anew before its slot is seen.
  logic [1:0] holds_q;                       // slot holds the argument's table
  logic       copy_busy_q, resident, copying;
  always_ff @(posedge clk_i) begin
    holds_q[0]  <= slot_valid_i[0] && slot_table_i[0 +: TableIndexBits] == argument[TableIndexBits-1:0];
    holds_q[1]  <= slot_valid_i[1] && slot_table_i[TableIndexBits +: TableIndexBits] == argument[TableIndexBits-1:0];
    copy_busy_q <= copy_busy_i;
  end
  assign resident = holds_q != 2'b00;
  assign copying  = copy_busy_i || copy_busy_q;

  // ---- Execute -----------------------------------------------------------
  logic execute, finished, taken_q;          // finished: the instruction is done in this clock
  assign execute = state_q == StExecute;

  assign finished = table_q ? resident || (!beta_op_q && !copying) : scan_q ? drained_i : !command_q || taken_q;

  assign copy_valid_o = execute && !bad_q && table_q && !resident && !copying;
  assign copy_table_o = argument[TableIndexBits-1:0];
  assign copy_slot_o  = !slot_q;
  assign table_wait_o = execute && beta_op_q && !resident;

  // Seen a clock late, and not offered again.
  assign cmd_valid_o   = execute && command_q && !taken_q;
  always_ff @(posedge clk_i) taken_q <= !rst_i && cmd_valid_o && cmd_ready_i;
  assign cmd_sweeps_o  = opcode == OpRandomise ? 24'd1 : argument;
  assign cmd_random_o  = opcode == OpRandomise;
  assign cmd_latents_o = opcode == OpRandomise && !zero_q;
  assign cmd_clamp_o   = clamp_q;
  assign cmd_slot_o    = slot_q;
  assign cmd_layer_o   = layer_q;

  assign scan_copy_o = execute && !bad_q && opcode == OpCopy && drained_i;
  assign scan_emit_o = execute && !bad_q && opcode == OpEmit && drained_i;
  assign scan_all_o  = !zero_q;

  // ---- Control -----------------------------------------------------------
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      state_q <= StIdle;
    end else if (abort_i) begin
      if (state_q != StIdle) state_q <= StStop;
    end else begin
      case (state_q)
        StIdle:    if (start_i) state_q <= StStart;
        StStart:   state_q <= StFetch;       // a load taken before busy_o was seen has come to load_valid
        StFetch:   if (loads_done_i) state_q <= StRegister;
        StRegister: state_q <= StDecode;
        StDecode:  state_q <= StExecute;
        StExecute:
          if (bad_q || end_q) state_q <= StStop;
          else if (finished)  state_q <= scan_q ? StScan : StFetch;
        StScan:    if (!scan_busy_i) state_q <= StFetch;
        default:   if (drained_i) state_q <= StIdle;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q == StIdle) begin
      if (start_i) begin
        pc_q    <= '0;
        depth_q <= 2'd0;
        layer_q <= '0;
        clamp_q <= 1'b0;
        slot_q  <= 1'b0;
        beta_q  <= 1'b0;
      end
    end else if (execute && !bad_q && finished && !end_q) begin
      pc_q <= jump_q ? block_first_q[inner] : pc_q + 1'b1;
      case (opcode)
        OpLayer: layer_q <= argument[LayerBits-1:0];
        OpClamp: clamp_q <= !zero_q;
        OpBeta: begin
          slot_q <= holds_q[1];
          beta_q <= 1'b1;
        end
        OpLoop: begin
          depth_q <= depth_q + 2'd1;
          block_first_q[depth_q[0]] <= pc_q + 1'b1;
          block_left_q[depth_q[0]]  <= argument;
        end
        OpNext: begin
          block_left_q[inner] <= block_left_q[inner] - 24'd1;
          if (!jump_q) depth_q <= depth_q - 2'd1;
        end
        default: ;
      endcase
    end
    if (execute) good_q <= !bad_q && end_q;
    if (abort_i) good_q <= 1'b0;
  end

  // Only a program that broke a rule is cut short by itself; after End the last sweep runs out.
  // busy_o, read far from here, is a register of its own: state_q is not StIdle.
  always_ff @(posedge clk_i) begin
    if (rst_i)                  busy_o <= 1'b0;
    else if (state_q == StIdle) busy_o <= start_i && !abort_i;
    else if (state_q == StStop && drained_i && !abort_i) busy_o <= 1'b0;
  end
  assign stop_o  = abort_i;
  assign error_o = execute && bad_q && !abort_i;
  assign done_o  = state_q == StStop && drained_i && good_q && !abort_i;
  assign pc_o    = 16'(pc_q);
endmodule
`default_nettype wire
