// SPDX-License-Identifier: Apache-2.0
//
// Issues the row steps of sweeps: groups innermost, rows rising, colour 0 then 1, one step a clock with no idle clock between
// phases, sweeps and commands (a command waiting when the last step of its predecessor issues follows at once).
//
// A phase may start MinPhase steps after the start of the one before it (a row must be written before it streams again):
// shorter phases are padded with empty steps. With no command, empty steps push the last rows out of the window
// (Drain = reach x groups of them); then the stepper is idle.
`default_nettype none
module tsu_stepper #(
  parameter int unsigned Rows = 64,
  parameter int unsigned Groups = 1,
  parameter int unsigned Layers = 4,
  parameter int unsigned Drain = 10,         // empty steps that empty the window
  parameter int unsigned PipelineDepth = 8,  // clocks from a step to its row in RAM, window aside
  localparam int unsigned RowBits = Rows > 1 ? $clog2(Rows) : 1,
  localparam int unsigned GroupBits = Groups > 1 ? $clog2(Groups) : 1,
  localparam int unsigned LayerBits = Layers > 1 ? $clog2(Layers) : 1
) (
  input  logic                 clk_i,
  input  logic                 rst_i,
  input  logic                 stop_i,       // gives up the command after the groups of this row, then drains
  input  logic [RowBits-1:0]   last_row_i,   // of the rows in use
  output logic                 idle_o,
  output logic [1:0]           slot_used_o,  // the slot's table may still be read by a step

  // Command: sweeps >= 1
  input  logic                 cmd_valid_i,
  output logic                 cmd_ready_o,
  input  logic [23:0]          cmd_sweeps_i,
  input  logic                 cmd_random_i,
  input  logic                 cmd_latents_i,
  input  logic                 cmd_clamp_i,
  input  logic                 cmd_slot_i,
  input  logic [LayerBits-1:0] cmd_layer_i,

  // Row steps
  output logic                 step_valid_o,
  output logic                 step_real_o,
  output logic                 step_colour_o,
  output logic [RowBits-1:0]   step_row_o,
  output logic [GroupBits-1:0] step_group_o,
  output logic [LayerBits-1:0] step_layer_o,
  output logic                 step_slot_o,
  output logic                 step_random_o,
  output logic                 step_latents_o,
  output logic                 step_clamp_o
);
  localparam int unsigned MinPhase = Drain + PipelineDepth + 2;
  localparam int unsigned SpaceBits = $clog2(MinPhase + 1);
  localparam int unsigned DrainBits = $clog2(Drain + 1);
  localparam int unsigned FlushBits = $clog2(PipelineDepth + 3);

  // StEmpty: padding inside a command. StTail: between commands, pushing the window out.
  typedef enum logic [1:0] {StIdle, StStep, StEmpty, StTail} state_e;
  state_e                 state_q, state_d;
  logic [RowBits-1:0]     row_q, row_d;
  logic                   row_end_q;         // row_q is the last
  logic [GroupBits-1:0]   group_q;
  logic                   colour_q;
  logic [23:0]            sweeps_q;
  logic [SpaceBits-1:0]   space_q;           // steps since the phase began, this one included; stops at MinPhase
  logic [DrainBits-1:0]   drain_q;           // empty steps since the last real one, this one included; stops at Drain
  logic                   last_sweep_q;      // a clock late: a phase has more
  logic                   step, group_end, phase_end, command_end, room, drained;
  logic                   next_phase, next_command, stop, stop_q;

  assign step        = state_q == StStep;
  assign group_end   = group_q == GroupBits'(Groups - 1);
  assign phase_end   = step && group_end && row_end_q;
  assign command_end = colour_q && last_sweep_q;
  assign room        = space_q == SpaceBits'(MinPhase);
  assign drained     = drain_q == DrainBits'(Drain);

  // Half a row may not be left: the array gathers a row's weights over its groups.
  assign stop = stop_i || stop_q;
  always_ff @(posedge clk_i) stop_q <= !rst_i && stop && step && !group_end;

  assign next_phase   = (phase_end || state_q == StEmpty) && !command_end && room && !stop;
  assign cmd_ready_o  = ((phase_end && command_end) || state_q == StTail || state_q == StIdle) && room && !stop;
  assign next_command = cmd_valid_i && cmd_ready_o;

  always_comb begin
    state_d = state_q;
    if (next_phase || next_command)              state_d = StStep;
    else if (stop && state_q != StIdle && (!step || group_end)) state_d = StTail;
    else if (phase_end)                          state_d = command_end ? StTail : StEmpty;
    if (state_q == StTail && !next_command && drained && room) state_d = StIdle;
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      state_q <= StIdle;
      space_q <= SpaceBits'(MinPhase);
      drain_q <= DrainBits'(Drain);
    end else if (state_q != StIdle || next_command) begin
      state_q <= state_d;
      if (next_phase || next_command) space_q <= SpaceBits'(1);
      else if (!room)                 space_q <= space_q + 1'b1;
      if (state_d == StStep)                      drain_q <= '0;
      else if (state_d != StIdle && !drained)     drain_q <= drain_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (next_command) begin
      sweeps_q       <= cmd_sweeps_i;
      step_random_o  <= cmd_random_i;
      step_latents_o <= cmd_latents_i;
      step_clamp_o   <= cmd_clamp_i;
      step_slot_o    <= cmd_slot_i;
      step_layer_o   <= cmd_layer_i;
      colour_q       <= 1'b0;
    end else if (next_phase) begin
      if (colour_q) sweeps_q <= sweeps_q - 24'd1;
      colour_q <= !colour_q;
    end
    last_sweep_q <= sweeps_q == 24'd1;
  end

  assign row_d = next_command || next_phase ? '0 : row_q + 1'b1;
  always_ff @(posedge clk_i) begin
    if (next_command || next_phase)    group_q <= '0;
    else if (step && !phase_end)       group_q <= group_end ? '0 : group_q + 1'b1;
    if (next_command || next_phase || (step && group_end && !row_end_q)) begin
      row_q     <= row_d;
      row_end_q <= row_d == last_row_i;
    end
  end

  assign idle_o        = state_q == StIdle;
  assign step_valid_o  = state_q != StIdle;
  assign step_real_o   = step;
  assign step_colour_o = colour_q;
  assign step_row_o    = row_q;
  assign step_group_o  = group_q;

  // ---- Threshold slots in use ---------------------------------------------
  // A step reads its table Drain steps and the pipeline later.
  generate
    for (genvar slot = 0; slot < 2; slot = slot + 1) begin : gen_slot
      logic [DrainBits-1:0] steps_q;
      logic [FlushBits-1:0] clocks_q;
      logic                 mine;
      assign mine = step && step_slot_o == slot[0];
      assign slot_used_o[slot] = (state_q != StIdle && state_q != StTail && step_slot_o == slot[0]) ||
                                 steps_q != '0 || clocks_q != '0;
      always_ff @(posedge clk_i) begin
        if (rst_i) begin
          steps_q  <= '0;
          clocks_q <= '0;
        end else if (mine) begin
          steps_q  <= DrainBits'(Drain);
          clocks_q <= FlushBits'(PipelineDepth + 2);
        end else if (steps_q != '0) begin
          if (step_valid_o) steps_q <= steps_q - 1'b1;
        end else if (clocks_q != '0) begin
          clocks_q <= clocks_q - 1'b1;
        end
      end
    end
  endgenerate
endmodule
`default_nettype wire
