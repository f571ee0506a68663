// SPDX-License-Identifier: Apache-2.0
//
// Field of one cell: f = sum_n J_n s_n + bias, units of 1/32, as a tree of +-sum and +-diff of weight pairs.
//
// Two neighbours with spins s, t add +(J+K), +(J-K), -(J-K) or -(J+K): a selection and an inversion, one 4-input function a
// bit. The +1 that completes a negation enters an adder as its carry: as many adders as negations, so it costs none.
// An adder a + b + carry is written {a, 1} + {b, carry} with the lowest bit dropped: one carry chain in every tool.
//
//   clock 0  spins_i, base_i, toggle_i      clock 1  bias_i      clock 2  field_o

`default_nettype none

module tsu_field #(
  parameter int unsigned Lane = 0,
  parameter int unsigned Lanes = 8,
  parameter int unsigned NumRules = 3,
  parameter int unsigned WeightBits = 8,
  parameter int unsigned FieldBits = 14,
  parameter int unsigned BiasBits = tsu_pkg::BiasBits + 1,
  parameter int unsigned TermField = 16
) (
  input  logic                            clk_i,
  input  logic                            move_i,
  input  logic [4*NumRules*Lanes-1:0]     spins_i,  // of all lanes, bit n * Lanes + lane
  input  logic [2*NumRules*TermField-1:0] base_i,
  input  logic [2*NumRules*TermField-1:0] toggle_i,
  input  logic signed [BiasBits-1:0]      bias_i,
  output logic signed [FieldBits-1:0]     field_o
);

  localparam int unsigned RuleBits = WeightBits + 3;  // four weights of one rule

  // Term i with its place for the carry below: {value, 1 if negated}.
  function [RuleBits:0] term(input logic [TermField-1:0] base, input logic [TermField-1:0] toggle, input logic first,
                             input logic second);
    term = base[RuleBits:0] ^ (toggle[RuleBits:0] & {RuleBits+1{first != second}}) ^ {RuleBits+1{!first}};
  endfunction

  function [RuleBits-1:0] rule_sum(input logic [RuleBits:0] left, input logic [RuleBits:0] right);
    logic [RuleBits:0] sum;
    begin
      sum = left + (right | (RuleBits+1)'(1));
      rule_sum = sum[RuleBits:1];
    end
  endfunction

  // ---- Clock 0: rules ----------------------------------------------------------
  generate
    for (genvar k = 0; k < NumRules; k = k + 1) begin : gen_rule
      logic signed [RuleBits-1:0] rule_q;
      logic                       carry_q;  // of the second term, still to be added
      always_ff @(posedge clk_i) begin
        if (move_i) begin
          rule_q <= rule_sum(
              term(base_i[2*k*TermField+:TermField], toggle_i[2*k*TermField+:TermField],
                   spins_i[4*k*Lanes+Lane], spins_i[(4*k+1)*Lanes+Lane]),
              term(base_i[(2*k+1)*TermField+:TermField], toggle_i[(2*k+1)*TermField+:TermField],
                   spins_i[(4*k+2)*Lanes+Lane], spins_i[(4*k+3)*Lanes+Lane]));
          carry_q <= !spins_i[(4*k+2)*Lanes+Lane];
        end
      end
    end

    // ---- Clock 1: tree -----------------------------------------------------------
    // Rules, then the bias; node k > NumRules is the sum of nodes 2(k - NumRules - 1) and the next: a binary tree of
    // NumRules adders, each with the carry of one rule.
    for (genvar k = 0; k <= 2 * NumRules; k = k + 1) begin : gen_node
      logic [FieldBits-1:0] node;
      if (k < NumRules) begin : gen_leaf
        assign node = FieldBits'(gen_rule[k].rule_q);
      end else if (k == NumRules) begin : gen_bias
        assign node = FieldBits'(bias_i);
      end else begin : gen_add
        localparam int unsigned Left = 2 * (k - NumRules - 1);
        logic [FieldBits:0] total;
        assign total = {gen_node[Left].node, 1'b1} + {gen_node[Left+1].node, gen_rule[k-NumRules-1].carry_q};
        assign node = total[FieldBits:1];
      end
    end
  endgenerate

  always_ff @(posedge clk_i) if (move_i) field_o <= gen_node[2*NumRules].node;

endmodule

`default_nettype wire
