// SPDX-License-Identifier: Apache-2.0
//
// Fields of all lanes of a column pair: f = sum_n J_n s_n + h +- c, units of 1/32. One tree of adders a lane (tsu_field.sv); both signs of the
// conditioning term c are added to h once for all lanes. A family may share more (tech/).
//
//   clock 0  negative_i, weights_i, bias_i, coupling_i    clock 1  up_i    clock 2  fields_o; 0 after clear_i, whatever moves

`default_nettype none

module tsu_fields #(
  parameter int unsigned Lanes = 8,
  parameter int unsigned NumRules = 3,
  parameter int unsigned WeightBits = 8,
  parameter int unsigned FieldBits = 14
) (
  input  logic                                clk_i,
  input  logic                                move_i,
  input  logic                                clear_i,
  input  logic [4*NumRules*Lanes-1:0]         negative_i,  // neighbour is -1: bit n * Lanes + lane
  input  logic [4*NumRules*WeightBits-1:0]    weights_i,   // J_n, signed
  input  logic signed [tsu_pkg::BiasBits-1:0] bias_i,      // h
  input  logic signed [tsu_pkg::BiasBits-1:0] coupling_i,  // c
  input  logic [Lanes-1:0]                    up_i,        // conditioning: which sign of c
  output logic [Lanes*FieldBits-1:0]          fields_o
);

  localparam int unsigned B = tsu_pkg::BiasBits;

  logic signed [B:0] bias_up_q, bias_down_q;
  always_ff @(posedge clk_i) begin
    if (move_i) begin
      bias_up_q   <= (B+1)'(bias_i) + (B+1)'(coupling_i);
      bias_down_q <= (B+1)'(bias_i) - (B+1)'(coupling_i);
    end
  end

  generate
    for (genvar l = 0; l < Lanes; l = l + 1) begin : gen_lane
      tsu_field #(
        .Lane(l), .Lanes(Lanes), .NumRules(NumRules), .WeightBits(WeightBits), .FieldBits(FieldBits), .BiasBits(B + 1)
      ) u_field (
        .clk_i, .move_i, .clear_i, .negative_i, .weights_i, .up_i(up_i[l]), .bias_up_i(bias_up_q), .bias_down_i(bias_down_q),
        .field_o(fields_o[l*FieldBits+:FieldBits])
      );
    end
  endgenerate

endmodule

`default_nettype wire
