// SPDX-License-Identifier: Apache-2.0
//
// Turns load packets (REGISTERS.md, targets) into writes: {target, -, -}, {index, colour, row}, then data words up to TLAST.
//
// Positions are counted, never divided. A word every second clock; it leaves one clock after it came. While a program runs
// (hold_i) the stream waits. A packet that breaks a rule raises error_o once and is dropped up to its TLAST; what it wrote before stays.
`default_nettype none
module tsu_loader #(
  parameter int unsigned Rows = 64,
  parameter int unsigned Pairs = 32,
  parameter int unsigned Lanes = 8,
  parameter int unsigned Groups = 1,
  parameter int unsigned Layers = 4,
  parameter int unsigned WordBits = 108,     // pair word
  parameter int unsigned TableBits = 9,
  parameter int unsigned Tables = 16,
  parameter int unsigned ProgramWords = 256
) (
  input  logic        clk_i,
  input  logic        rst_i,
  input  logic        hold_i,
  output logic        error_o,               // pulse

  input  logic [31:0] s_axis_tdata,
  input  logic        s_axis_tvalid,
  output logic        s_axis_tready,
  input  logic        s_axis_tlast,

  // Decoded words; exactly one of the three strobes
  output logic        program_we_o,          // program RAM, address load_row_o
  output logic        store_we_o,            // table store, table load_index_o, entry load_row_o
  output logic        load_valid_o,          // array; waits for load_ready_i
  input  logic        load_ready_i,
  output logic [3:0]  load_target_o,
  output logic [15:0] load_index_o,
  output logic        load_colour_o,
  output logic [14:0] load_row_o,
  output logic [15:0] load_pair_o,
  output logic [7:0]  load_lane_o,
  output logic [15:0] load_word_o,
  output logic        load_last_o,           // completes a memory word
  output logic [31:0] load_data_o
);
  localparam int unsigned WeightWords = (WordBits + 31) / 32;
  localparam int unsigned SiteWords   = (3 * Pairs + 31) / 32;
  localparam int unsigned SpinWords   = (Pairs * Lanes + 31) / 32;
  localparam int unsigned NoiseWords  = tsu_pkg::NoiseWords;

  // Positions in as many bits as this build has; memories of 2^OuterBits places are the longest.
  localparam int unsigned MostRows  = Rows > ProgramWords ? Rows : ProgramWords;
  localparam int unsigned MostOuter = MostRows > 2**TableBits ? MostRows : 2**TableBits;
  localparam int unsigned MostPart  = WeightWords > SiteWords ? WeightWords : SiteWords;
  localparam int unsigned MostWords = MostPart > SpinWords ? MostPart : SpinWords;
  localparam int unsigned OuterBits = $clog2((MostOuter > Pairs ? MostOuter : Pairs) + 1);  // and one beyond the last
  localparam int unsigned PartBits  = $clog2((MostWords > NoiseWords ? MostWords : NoiseWords) + 1);
  localparam int unsigned PairBits  = $clog2(Pairs + 1);
  localparam int unsigned LaneBits  = $clog2(Lanes + 1);
  localparam int unsigned GroupBits = $clog2(Groups + 1);

  localparam logic [3:0] Program  = tsu_pkg::TargetProgram[3:0];
  localparam logic [3:0] Table    = tsu_pkg::TargetTable[3:0];
  localparam logic [3:0] Coupling = tsu_pkg::TargetCoupling[3:0];
  localparam logic [3:0] Weight   = tsu_pkg::TargetWeight[3:0];
  localparam logic [3:0] Site     = tsu_pkg::TargetSite[3:0];
  localparam logic [3:0] Spin     = tsu_pkg::TargetSpin[3:0];
  localparam logic [3:0] Cond     = tsu_pkg::TargetConditioning[3:0];
  localparam logic [3:0] Noise    = tsu_pkg::TargetNoise[3:0];

  typedef enum logic [1:0] {StTarget, StPlace, StData, StDrop} state_e;
  state_e      state_q;
  logic [3:0]  target_q;
  logic [7:0]  index_q;                      // of layers, groups, tables: no more than 255
  logic        colour_q;
  logic [OuterBits-1:0] outer_q;             // row, entry, program word; first pair for noise
  logic [PairBits-1:0]  pair_q;
  logic [PartBits-1:0]  word_q;
  logic [LaneBits-1:0]  lane_q;
  logic [GroupBits-1:0] group_q;

  // ---- Limits of the target ----------------------------------------------
  logic [16:0] index_limit;
  logic [15:0] outer_limit;
  logic [PartBits-1:0] word_top;
  logic        known;
  always_comb begin
    known       = 1'b1;
    index_limit = 17'h10000;                 // index not used: anything goes
    outer_limit = 16'(Rows);
    word_top    = '0;
    case (target_q)
      Program:    outer_limit = 16'(ProgramWords);
      Table:      begin index_limit = 17'(Tables); outer_limit = 16'(1 << TableBits); end
      Coupling:   begin index_limit = 17'(Layers); outer_limit = 16'd1; word_top = PartBits'(3); end
      Weight:     begin index_limit = 17'(Layers); word_top = PartBits'(WeightWords - 1); end
      Site:       word_top = PartBits'(SiteWords - 1);
      Spin, Cond: begin index_limit = 17'(Groups); word_top = PartBits'(SpinWords - 1); end
      Noise:      begin outer_limit = 16'(Pairs); word_top = PartBits'(NoiseWords - 1); end
      default:    known = 1'b0;
    endcase
  end
  logic [16:0] index_limit_q;
  logic [15:0] outer_limit_q;
  logic        known_q;
  always_ff @(posedge clk_i) begin
    index_limit_q <= index_limit;
    outer_limit_q <= outer_limit;
    known_q       <= known;
  end

  // ---- Position ----------------------------------------------------------
  // A word every second clock at most: where it went is known, a clock late, when the next one comes.
  logic group_end_q, word_end_q, lane_end_q, pair_end_q, past_end_q, ready_q;
  logic take, memory_end, bad_place, write, blocked;
  assign blocked    = load_valid_o && !load_ready_i;
  assign s_axis_tready = ready_q;
  assign take       = s_axis_tvalid && ready_q;
  assign memory_end = group_end_q && word_end_q;
  assign bad_place  = !known_q || {1'b0, s_axis_tdata[31:16]} >= index_limit_q || {1'b0, s_axis_tdata[14:0]} >= outer_limit_q;
  assign write      = take && state_q == StData && !past_end_q;

  always_ff @(posedge clk_i) begin
    ready_q     <= !rst_i && !hold_i && !take && !blocked;
    group_end_q <= target_q != Noise || group_q == GroupBits'(Groups - 1);
    word_end_q  <= word_q == word_top;
    lane_end_q  <= target_q != Noise || lane_q == LaneBits'(Lanes - 1);
    pair_end_q  <= target_q != Weight || pair_q == PairBits'(Pairs - 1);
    past_end_q  <= 16'(outer_q) >= outer_limit;
  end

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      state_q <= StTarget;
      error_o <= 1'b0;
    end else begin
      error_o <= 1'b0;
      if (take) begin
        case (state_q)
          StTarget: begin
            state_q <= s_axis_tlast ? StTarget : StPlace;
            error_o <= s_axis_tlast;
          end
          StPlace: begin
            state_q <= s_axis_tlast ? StTarget : bad_place ? StDrop : StData;
            error_o <= s_axis_tlast || bad_place;
          end
          StData: begin
            state_q <= s_axis_tlast ? StTarget : past_end_q ? StDrop : StData;
            error_o <= past_end_q || (s_axis_tlast && !(memory_end && lane_end_q));
          end
          default: if (s_axis_tlast) state_q <= StTarget;
        endcase
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (take && state_q == StTarget) target_q <= s_axis_tdata[31:28];
    if (take && state_q == StPlace) begin
      index_q  <= s_axis_tdata[23:16];
      colour_q <= s_axis_tdata[15];
      outer_q  <= OuterBits'(s_axis_tdata[14:0]);
      pair_q   <= '0;
      word_q   <= '0;
      lane_q   <= '0;
      group_q  <= '0;
    end
    if (write) begin
      if (target_q == Noise) group_q <= group_end_q ? '0 : group_q + 1'b1;
      if (group_end_q) word_q <= word_end_q ? '0 : word_q + 1'b1;
      if (memory_end && target_q == Noise)  lane_q <= lane_end_q ? '0 : lane_q + 1'b1;
      if (memory_end && target_q == Weight) pair_q <= pair_end_q ? '0 : pair_q + 1'b1;
      if (memory_end && lane_end_q && pair_end_q) outer_q <= outer_q + 1'b1;
    end
  end

  // ---- Decoded word ------------------------------------------------------
  always_ff @(posedge clk_i) begin
    program_we_o <= !rst_i && write && target_q == Program;
    store_we_o   <= !rst_i && write && target_q == Table;
    load_valid_o <= !rst_i && (blocked || (write && target_q != Program && target_q != Table));
    if (write) begin
      load_target_o <= target_q;
      load_index_o  <= target_q == Noise ? 16'(group_q) : 16'(index_q);
      load_colour_o <= colour_q;
      load_row_o    <= target_q == Noise ? 15'd0 : 15'(outer_q);
      load_pair_o   <= target_q == Noise ? 16'(outer_q) : 16'(pair_q);
      load_lane_o   <= 8'(lane_q);
      load_word_o   <= 16'(word_q);
      load_last_o   <= memory_end;
      load_data_o   <= s_axis_tdata;
    end
  end
endmodule
`default_nettype wire
