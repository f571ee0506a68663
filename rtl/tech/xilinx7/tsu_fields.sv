// SPDX-License-Identifier: Apache-2.0
//
// Fields of all lanes of a column pair, as tile/tsu_field.sv has them one by one: four lanes (two where 12 bits are too few) share the adders of a
// column of DSP48E1.
//
//   f = 2 S + (h +- c - sum_n J_n),   S = sum of J_n over the neighbours that are +1
//
// A spin gates its weight instead of negating it, so no carry is left over: lookup tables add weights by twos, one a bit; each DSP48E1 adds the
// two sums of one rule to those before, for all its lanes at once; sum_n J_n belongs to the pair and not to a lane.
//
//   clock 0  negative_i, weights_i, bias_i, coupling_i: sums of two    clock 1  up_i: DSP column and the lane's bias    clock 2  fields_o

`default_nettype none

module tsu_fields #(
  parameter int unsigned Lanes = 8,
  parameter int unsigned NumRules = 3,
  parameter int unsigned WeightBits = 8,
  parameter int unsigned FieldBits = 14
) (
  input  logic                             clk_i,
  input  logic                             move_i,
  input  logic                             clear_i,
  input  logic [4*NumRules*Lanes-1:0]      negative_i,
  input  logic [4*NumRules*WeightBits-1:0] weights_i,
  input  logic signed [tsu_pkg::BiasBits-1:0] bias_i,
  input  logic signed [tsu_pkg::BiasBits-1:0] coupling_i,
  input  logic [Lanes-1:0]                 up_i,
  output logic [Lanes*FieldBits-1:0]       fields_o
);

  localparam int unsigned B = tsu_pkg::BiasBits;
  localparam int unsigned TwoBits = WeightBits + 1;
  localparam int unsigned RuleBits = WeightBits + 2;
  localparam int unsigned SumBits = $clog2(4 * NumRules * 2**(WeightBits - 1)) + 1;
  localparam int unsigned Slots = SumBits <= 12 ? 4 : 2;
  localparam int unsigned SlotBits = 48 / Slots;
  localparam int unsigned Columns = (Lanes + Slots - 1) / Slots;

  // ---- Of the pair: bias less the sum of all weights, for both signs of the conditioning --------
  logic signed [B:0]           bias_up_q, bias_down_q;
  logic signed [FieldBits-1:0] all, up, down;
  generate
    for (genvar k = 0; k < NumRules; k = k + 1) begin : gen_rule
      logic signed [RuleBits-1:0]  rule_q;
      logic signed [FieldBits-1:0] upto;  // sum of this rule and those before it
      logic signed [WeightBits-1:0] j0, j1, j2, j3;
      assign {j3, j2, j1, j0} = weights_i[4*k*WeightBits+:4*WeightBits];
      always_ff @(posedge clk_i) if (move_i) rule_q <= (RuleBits'(j0) + RuleBits'(j1)) + (RuleBits'(j2) + RuleBits'(j3));
      if (k == 0) begin : gen_first
        assign upto = FieldBits'(rule_q);
      end else begin : gen_next
        assign upto = gen_rule[k-1].upto + FieldBits'(rule_q);
      end
    end
  endgenerate
  always_ff @(posedge clk_i) begin
    if (move_i) begin
      bias_up_q   <= (B+1)'(bias_i) + (B+1)'(coupling_i);
      bias_down_q <= (B+1)'(bias_i) - (B+1)'(coupling_i);
    end
  end
  assign all  = gen_rule[NumRules-1].upto;
  assign up   = FieldBits'(bias_up_q) - all;
  assign down = FieldBits'(bias_down_q) - all;

  // ---- Lanes ----------------------------------------------------------------------------
  generate
    for (genvar g = 0; g < Columns; g = g + 1) begin : gen_column
      for (genvar k = 0; k < NumRules; k = k + 1) begin : gen_dsp
        logic [47:0] left, right, cascade, sums;
        for (genvar s = 0; s < Slots; s = s + 1) begin : gen_slot
          localparam int unsigned Lane = g * Slots + s;
          if (Lane < Lanes) begin : gen_used
            for (genvar r = 0; r < 4; r = r + 2) begin : gen_two
              localparam int unsigned N = 4 * k + r;
              logic signed [TwoBits-1:0] two;
              // (a & ~b) + (c & ~d): tables of tsu_chain.
              tsu_chain #(.Width(TwoBits), .Function(16'h22D2)) u_two (
                .a_i(TwoBits'($signed(weights_i[N*WeightBits+:WeightBits]))), .b_i(negative_i[N*Lanes+Lane]),
                .c_i(TwoBits'($signed(weights_i[(N+1)*WeightBits+:WeightBits]))), .d_i({TwoBits{negative_i[(N+1)*Lanes+Lane]}}),
                .carry_i(1'b0), .sum_o(two)
              );
            end
            assign left[s*SlotBits+:SlotBits] = SlotBits'(gen_two[0].two);
            assign right[s*SlotBits+:SlotBits] = SlotBits'(gen_two[2].two);
          end else begin : gen_spare
            assign left[s*SlotBits+:SlotBits] = '0;
            assign right[s*SlotBits+:SlotBits] = '0;
          end
        end
        if (k == 0) begin : gen_first
          tsu_slots #(.Slots(Slots), .First(1'b1)) u_slots (
            .clk_i, .move_i, .ab_i(left), .c_i(right), .cascade_i(48'd0), .cascade_o(cascade), .p_o(sums)
          );
        end else begin : gen_next
          tsu_slots #(.Slots(Slots), .First(1'b0)) u_slots (
            .clk_i, .move_i, .ab_i(left), .c_i(right), .cascade_i(gen_dsp[k-1].cascade), .cascade_o(cascade), .p_o(sums)
          );
        end
      end
      for (genvar s = 0; s < Slots; s = s + 1) begin : gen_field
        localparam int unsigned Lane = g * Slots + s;
        if (Lane < Lanes) begin : gen_used
          logic signed [SumBits-1:0]   sum;
          logic signed [FieldBits-1:0] field, field_q;
          assign sum = gen_dsp[NumRules-1].sums[s*SlotBits+:SumBits];
          tsu_add_select #(.Width(FieldBits)) u_field (
            .move_i, .a_i(FieldBits'($signed({sum, 1'b0}))), .select_i(up_i[Lane]), .b1_i(up), .b0_i(down), .carry_i(1'b0), .sum_o(field)
          );
          always_ff @(posedge clk_i) begin
            if (clear_i) field_q <= '0;
            else if (move_i) field_q <= field;
          end
          assign fields_o[Lane*FieldBits+:FieldBits] = field_q;
        end
      end
    end
  endgenerate

endmodule

`default_nettype wire
