// SPDX-License-Identifier: Apache-2.0
//
// Load bus of the array: gathers 32-bit words into memory words and writes them.
//
// A word is taken when load_valid_i and load_ready_o. Row words (sites, spins, conditioning) and pair words (weights) are staged and
// written after their last word, a pair word in parts, one a clock. load_ready_o is low meanwhile, and two clocks after a noise word.
// Couplings go straight through. A noise word is two steps' injections: its lower half goes out three clocks after it came, its upper half
// four; the first word of a column pair waits until NoiseWords x Groups clocks have cleared all its states. Only used while the array is idle.

`default_nettype none

module tsu_stage #(
  parameter int unsigned PairBits = 5,
  parameter int unsigned Lanes = 8,
  parameter int unsigned Groups = 1,
  parameter int unsigned StageBits = 256,   // the longest memory word, in whole 32-bit words
  parameter int unsigned SliceBits = 108,   // of a pair word; there are Groups
  parameter int unsigned PartBits = 18,     // of a slice
  parameter int unsigned Parts = (SliceBits + PartBits - 1) / PartBits,
  parameter int unsigned GroupBits = 1
) (
  input  logic                      clk_i,
  input  logic                      rst_i,

  // Load bus
  input  logic                      load_valid_i,
  output logic                      load_ready_o,
  input  logic [3:0]                load_target_i,
  input  logic [15:0]               load_index_i,
  input  logic                      load_colour_i,
  input  logic [14:0]               load_row_i,
  input  logic [15:0]               load_pair_i,
  input  logic [7:0]                load_lane_i,
  input  logic [15:0]               load_word_i,
  input  logic                      load_last_i,
  input  logic [31:0]               load_data_i,

  // Writes, all from registers
  output logic                      spin_we_o,
  output logic                      conditioning_we_o,
  output logic                      site_we_o,
  output logic [PairBits-1:0]       pair_o,            // of weights and noise states
  output logic                      weight_we_o,
  output logic [GroupBits-1:0]      slice_o,
  output logic [Parts-1:0]          part_o,            // of the slice, one-hot
  output logic [PartBits-1:0]       part_data_o,
  output logic [15:0]               index_o,
  output logic                      colour_o,
  output logic [14:0]               row_o,
  output logic [StageBits-1:0]      data_o,
  output logic                      noise_clear_o,
  output logic                      noise_step_o,      // of noise_lane_o: step and inject
  output logic [Lanes-1:0]          noise_lane_o,
  output logic [tsu_pkg::NoiseShl-1:0] noise_inject_o, // 0 in all other clocks
  output logic                      coupling_we_o,
  output logic [1:0]                coupling_class_o,
  output logic [tsu_pkg::BiasBits-1:0] coupling_o
);

  logic take, take_noise, last_weight;
  assign take = load_valid_i && load_ready_o;
  assign take_noise = take && load_target_i == 4'(tsu_pkg::TargetNoise);
  assign last_weight = take && load_last_i && load_target_i == 4'(tsu_pkg::TargetWeight);

  // ---- Staging ---------------------------------------------------------------
  generate
    for (genvar w = 0; w < StageBits / 32; w = w + 1) begin : gen_word
      logic [31:0] data_q;
      always_ff @(posedge clk_i) if (take && load_word_i == 16'(w)) data_q <= load_data_i;
      assign data_o[32*w+:32] = data_q;
    end
  endgenerate

  localparam int unsigned I = tsu_pkg::NoiseShl;
  localparam int unsigned ClearClocks = tsu_pkg::NoiseWords * Groups;
  localparam int unsigned ClearBits = $clog2(ClearClocks + 1);
  logic                 clearing;
  logic [ClearBits-1:0] clear_left_q;
  logic [3:1]           noise_q;  // so many clocks ago, clearing aside, a noise word came
  logic [PairBits-1:0] pair_q;
  logic [Lanes-1:0] lane_q;
  logic [2*I-1:0]   word_q;
  assign clearing = clear_left_q != 0;
  always_ff @(posedge clk_i) begin
    spin_we_o         <= take && load_last_i && load_target_i == 4'(tsu_pkg::TargetSpin) && !rst_i;
    conditioning_we_o <= take && load_last_i && load_target_i == 4'(tsu_pkg::TargetConditioning) && !rst_i;
    site_we_o         <= take && load_last_i && load_target_i == 4'(tsu_pkg::TargetSite) && !rst_i;
    coupling_we_o     <= take && load_target_i == 4'(tsu_pkg::TargetCoupling) && !rst_i;
    noise_q <= {noise_q[2], noise_q[1] && !clearing, (take_noise || (noise_q[1] && clearing)) && !rst_i};
    if (rst_i) clear_left_q <= '0;
    else if (take_noise && load_lane_i == 0 && load_word_i == 0 && load_index_i == 0) clear_left_q <= ClearBits'(ClearClocks);
    else if (clearing) clear_left_q <= clear_left_q - 1'b1;
    if (take) begin
      index_o          <= load_index_i;
      colour_o         <= load_colour_i;
      row_o            <= load_row_i;
      pair_q           <= load_pair_i[PairBits-1:0];
      lane_q           <= Lanes'(1) << load_lane_i;
      word_q           <= load_data_i[2*I-1:0];
      coupling_class_o <= load_word_i[1:0];
    end
    pair_o         <= pair_q;
    noise_clear_o  <= clearing;
    noise_step_o   <= noise_q[2] || noise_q[3];
    noise_lane_o   <= lane_q;
    noise_inject_o <= noise_q[2] ? word_q[0+:I] : noise_q[3] ? word_q[I+:I] : '0;
  end
  assign coupling_o = word_q[tsu_pkg::BiasBits-1:0];

  // ---- Parts of a pair word ----------------------------------------------------
  // One of them moves through place_q; an index by counters would be a barrel shifter.
  localparam int unsigned Places = Groups * Parts;
  logic [Places-1:0]           place_q;
  logic [Groups*SliceBits-1:0] word;
  logic [GroupBits-1:0]        slice;
  logic [Parts-1:0]            part;
  logic [PartBits-1:0]         part_data;
  assign word = (Groups*SliceBits)'(data_o);
  assign load_ready_o = place_q == 0 && noise_q[2:1] == 0;
  always_comb begin
    slice     = '0;
    part      = '0;
    part_data = '0;
    for (int unsigned i = 0; i < Places; i = i + 1) begin
      if (place_q[i]) begin
        slice     |= GroupBits'(i / Parts);
        part      |= Parts'(1) << (i % Parts);
        part_data |= PartBits'(word[i/Parts*SliceBits+:SliceBits] >> (i % Parts * PartBits));
      end
    end
  end
  always_ff @(posedge clk_i) begin
    place_q     <= rst_i ? '0 : Places'({place_q, last_weight});
    weight_we_o <= place_q != 0;
    slice_o     <= slice;
    part_o      <= part;
    part_data_o <= part_data;
  end

endmodule

`default_nettype wire
