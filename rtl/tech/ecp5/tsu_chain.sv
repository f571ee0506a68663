// SPDX-License-Identifier: Apache-2.0
//
// A carry chain of the ECP5 as both adders use it: bit i of the sum is Function(a, b, c, d)[i] ^ carry, one half of a CCU2C a bit and one
// for the carry in.
//
// A half gives S = P ^ cin, cout = P ? cin : G with P = INIT(A, B, C, D), G = INIT[3:0](A, B). A sum f + h is therefore exact when
// P = f ^ h, f depends on A and B alone and h = 0 wherever C = D = 0. The first half has P = 0 and G = carry_i: a chain starts by
// itself, since a CIN tied to a constant would cost the placer cells of its own.

`default_nettype none

module tsu_chain #(
  parameter int unsigned Width = 10,
  parameter logic [15:0] Function = 16'h6996
) (
  input  logic [Width-1:0] a_i,
  input  logic             b_i,
  input  logic [Width-1:0] c_i,
  input  logic [Width-1:0] d_i,
  input  logic             carry_i,
  output logic [Width-1:0] sum_o
);

  localparam logic [15:0] Inject = 16'h0008;  // C = D = 1: P = 0, G = A & B
  localparam int unsigned Cells = (Width + 2) / 2;
  localparam int unsigned Halves = 2 * Cells;

  // Half 0 injects the carry, half i is bit i - 1; one half more than bits may be left over, nobody reads it.
  logic [Halves-1:0] a, b, c, d, sum;
  logic [Cells:1]    carry;
  assign a     = Halves'({a_i, carry_i});
  assign b     = {{Halves-1{b_i}}, 1'b1};
  assign c     = Halves'({c_i, 1'b1});
  assign d     = Halves'({d_i, 1'b1});
  assign sum_o = sum[Width:1];

  generate
    for (genvar i = 0; i < Cells; i = i + 1) begin : gen_cell
      if (i == 0) begin : gen_first
        CCU2C #(
          .INIT0(Inject), .INIT1(Function), .INJECT1_0("NO"), .INJECT1_1("NO")
        ) u_ccu2c (
          .CIN(),
          .A0(a[0]), .B0(b[0]), .C0(c[0]), .D0(d[0]), .S0(sum[0]),
          .A1(a[1]), .B1(b[1]), .C1(c[1]), .D1(d[1]), .S1(sum[1]), .COUT(carry[1])
        );
      end else begin : gen_next
        CCU2C #(
          .INIT0(Function), .INIT1(Function), .INJECT1_0("NO"), .INJECT1_1("NO")
        ) u_ccu2c (
          .CIN(carry[i]),
          .A0(a[2*i]), .B0(b[2*i]), .C0(c[2*i]), .D0(d[2*i]), .S0(sum[2*i]),
          .A1(a[2*i+1]), .B1(b[2*i+1]), .C1(c[2*i+1]), .D1(d[2*i+1]), .S1(sum[2*i+1]), .COUT(carry[i+1])
        );
      end
    end
  endgenerate

endmodule

`default_nettype wire
