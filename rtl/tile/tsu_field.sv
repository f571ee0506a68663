// SPDX-License-Identifier: Apache-2.0
//
// Field of one cell: f = sum_n J_n s_n + bias, units of 1/32, as a tree of +-sum and +-diff of weight pairs.
//
// Two neighbours with spins s, t add +(J+K), +(J-K), -(J-K) or -(J+K): a selection and an inversion, one 4-input function a
// bit. The +1 that completes a negation waits beside its operand as `pending` and enters the next adder as its carry:
// there are as many adders as pending ones, so negation costs no adder.
//
//   clock 0  spins_i, sum_i, diff_i      clock 1  bias_i      clock 2  field_o

`default_nettype none

module tsu_field #(
  parameter int unsigned NumRules = 3,
  parameter int unsigned WeightBits = 8,
  parameter int unsigned FieldBits = 14,
  parameter int unsigned ConditionedBits = tsu_pkg::BiasBits + 1
) (
  input  logic                                 clk_i,
  input  logic                                 move_i,
  input  logic [4*NumRules-1:0]                spins_i,
  input  logic [2*NumRules*(WeightBits+1)-1:0] sum_i,
  input  logic [2*NumRules*(WeightBits+1)-1:0] diff_i,
  input  logic signed [ConditionedBits-1:0]    bias_i,
  output logic signed [FieldBits-1:0]          field_o
);

  localparam int unsigned TermBits = WeightBits + 1;
  localparam int unsigned RuleBits = WeightBits + 3;

  // Operand k of the tree, {value, pending}: rules first, the bias last (it has nothing pending). Node k > NumRules is the
  // sum of nodes 2(k - NumRules - 1) and the next: parent(k) = NumRules + 1 + k/2. An adder takes in what is pending
  // on its left and passes on what is pending on its right, so the side that holds the bias must be the right one.
  function integer holds_bias(input integer node);
    integer k;
    holds_bias = 0;
    for (k = NumRules; k <= 2 * NumRules; k = NumRules + 1 + k / 2) begin
      if (k == node) holds_bias = 1;
    end
  endfunction

  generate
    for (genvar k = 0; k < NumRules; k = k + 1) begin : gen_rule
      logic [3:0]          s;
      logic [TermBits-1:0] first, second;
      logic [RuleBits:0]   both;
      logic [RuleBits:0]   rule_q;
      assign s = spins_i[4*k+:4];
      assign first = ((s[0] ^ s[1]) ? diff_i[2*k*TermBits+:TermBits] : sum_i[2*k*TermBits+:TermBits]) ^ {TermBits{!s[0]}};
      assign second = ((s[2] ^ s[3]) ? diff_i[(2*k+1)*TermBits+:TermBits] : sum_i[(2*k+1)*TermBits+:TermBits]) ^ {TermBits{!s[2]}};
      assign both = {RuleBits'($signed(first)), !s[0]} + {RuleBits'($signed(second)), 1'b1};
      always_ff @(posedge clk_i) if (move_i) rule_q <= {both[RuleBits:1], !s[2]};
    end

    for (genvar k = 0; k <= 2 * NumRules; k = k + 1) begin : gen_node
      logic [FieldBits:0] node;
      if (k < NumRules) begin : gen_leaf
        assign node = {FieldBits'($signed(gen_rule[k].rule_q[RuleBits:1])), gen_rule[k].rule_q[0]};
      end else if (k == NumRules) begin : gen_bias
        assign node = {FieldBits'(bias_i), 1'b0};
      end else begin : gen_add
        localparam int unsigned Pair = 2 * (k - NumRules - 1);
        localparam int unsigned Left = Pair + holds_bias(Pair);
        localparam int unsigned Right = Pair + 1 - holds_bias(Pair);
        logic [FieldBits:0] total;
        assign total = gen_node[Left].node + {gen_node[Right].node[FieldBits:1], 1'b1};
        assign node = {total[FieldBits:1], gen_node[Right].node[0]};
      end
    end
  endgenerate

  always_ff @(posedge clk_i) if (move_i) field_o <= gen_node[2*NumRules].node[FieldBits:1];

endmodule

`default_nettype wire
