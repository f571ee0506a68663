// SPDX-License-Identifier: Apache-2.0
//
// Field of one cell: f = sum_n J_n s_n + bias, units of 1/32, as a tree of tsu_add.
//
// A spin of -1 negates its weight: it inverts the bits, and the missing +1 enters some adder as its carry. There are as many adders as
// neighbours (a rule of four takes three, and one of the tree), so negations cost nothing. In ones' complement +-J never leaves the range
// of J, and every sum with its one carry fits one bit more than its operands.
//
//   clock 0  negative_i, weights_i      clock 1  up_i, bias_*_i      clock 2  field_o

`default_nettype none

module tsu_field #(
  parameter int unsigned Lane = 0,
  parameter int unsigned Lanes = 8,
  parameter int unsigned NumRules = 3,
  parameter int unsigned WeightBits = 8,
  parameter int unsigned FieldBits = 14,
  parameter int unsigned BiasBits = tsu_pkg::BiasBits + 1
) (
  input  logic                             clk_i,
  input  logic                             move_i,
  input  logic                             clear_i,     // field_o becomes 0
  input  logic [4*NumRules*Lanes-1:0]      negative_i,  // neighbour is -1, of all lanes: bit n * Lanes + lane
  input  logic [4*NumRules*WeightBits-1:0] weights_i,   // J_n, signed
  input  logic                             up_i,        // this lane's conditioning: which of the two is its bias
  input  logic signed [BiasBits-1:0]       bias_up_i,
  input  logic signed [BiasBits-1:0]       bias_down_i,
  output logic signed [FieldBits-1:0]      field_o
);

  localparam int unsigned TwoBits = WeightBits + 1;
  localparam int unsigned RuleBits = WeightBits + 2;

  // ---- Clock 0: rules ----------------------------------------------------------
  generate
    for (genvar k = 0; k < NumRules; k = k + 1) begin : gen_rule
      logic [3:0]                  negative;
      logic signed [TwoBits-1:0]   left, right;
      logic [4*TwoBits-1:0]        weight;
      logic [RuleBits-1:0]         sum;
      logic signed [RuleBits-1:0]  rule_q;
      logic                        carry_q;  // the fourth negation, still to be completed
      for (genvar r = 0; r < 4; r = r + 1) begin : gen_neighbour
        assign negative[r] = negative_i[(4*k+r)*Lanes+Lane];
        assign weight[r*TwoBits+:TwoBits] = TwoBits'($signed(weights_i[(4*k+r)*WeightBits+:WeightBits]));
      end
      tsu_add #(.Width(TwoBits)) u_left (
        .move_i, .a_i(weight[0+:TwoBits]), .b_i(weight[TwoBits+:TwoBits]),
        .a_inv_i(negative[0]), .b_inv_i(negative[1]), .carry_i(negative[0]), .sum_o(left)
      );
      tsu_add #(.Width(TwoBits)) u_right (
        .move_i, .a_i(weight[2*TwoBits+:TwoBits]), .b_i(weight[3*TwoBits+:TwoBits]),
        .a_inv_i(negative[2]), .b_inv_i(negative[3]), .carry_i(negative[2]), .sum_o(right)
      );
      tsu_add #(.Width(RuleBits)) u_rule (
        .move_i, .a_i(RuleBits'(left)), .b_i(RuleBits'(right)), .a_inv_i(1'b0), .b_inv_i(1'b0), .carry_i(negative[1]), .sum_o(sum)
      );
      always_ff @(posedge clk_i) begin
        if (move_i) begin
          rule_q <= sum;
          carry_q <= negative[3];
        end
      end
    end

    // ---- Clock 1: tree -----------------------------------------------------------
    // Rules 0 .. NumRules-2, then the last rule with the bias; node k >= NumRules is the sum of nodes 2(k - NumRules) and the next: a
    // binary tree of NumRules adders, the bias' among them, each with the carry of one rule.
    for (genvar k = 0; k < 2 * NumRules - 1; k = k + 1) begin : gen_node
      logic signed [FieldBits-1:0] node;
      if (k == NumRules - 1) begin : gen_bias
        tsu_add_select #(.Width(FieldBits)) u_add (
          .move_i, .a_i(FieldBits'(gen_rule[k].rule_q)), .select_i(up_i), .b1_i(FieldBits'(bias_up_i)),
          .b0_i(FieldBits'(bias_down_i)), .carry_i(gen_rule[k].carry_q), .sum_o(node)
        );
      end else if (k < NumRules) begin : gen_leaf
        assign node = FieldBits'(gen_rule[k].rule_q);
      end else begin : gen_add
        localparam int unsigned Left = 2 * (k - NumRules);
        localparam int unsigned Bits = Left + 1 < NumRules - 1 ? RuleBits + 1 : FieldBits;  // of two rules, of anything
        logic signed [Bits-1:0] sum;
        tsu_add #(.Width(Bits)) u_add (
          .move_i, .a_i(gen_node[Left].node[Bits-1:0]), .b_i(gen_node[Left+1].node[Bits-1:0]), .a_inv_i(1'b0), .b_inv_i(1'b0),
          .carry_i(gen_rule[k-NumRules].carry_q), .sum_o(sum)
        );
        assign node = FieldBits'(sum);
      end
    end
  endgenerate

  always_ff @(posedge clk_i) begin
    if (clear_i) field_o <= '0;
    else if (move_i) field_o <= gen_node[2*NumRules-2].node;
  end

endmodule

`default_nettype wire
