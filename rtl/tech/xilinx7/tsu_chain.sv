// SPDX-License-Identifier: Apache-2.0
//
// A carry chain of the 7-series as both adders use it: bit i of the sum is Function(a, b, c, d)[i] ^ carry, one LUT6_2 a bit and one CARRY4 for
// four.
//
// A stage gives O = S ^ ci, co = S ? ci : DI. A sum f + h is exact when S = P = f ^ h and DI = f. The table's upper half is P, its lower half
// f: P where c = d = 0, as h is 0 there and f depends on a and b alone (ecp5/tsu_chain.sv asks the same). The carry in enters at CYINIT.

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

  localparam logic [15:0] First = {4{Function[3:0]}};
  localparam int unsigned Blocks = (Width + 3) / 4;
  localparam int unsigned Bits = 4 * Blocks;

  logic [Bits-1:0]   s, di, sum;
  logic [Bits:1]     carry;
  assign sum_o = sum[Width-1:0];

  generate
    for (genvar i = 0; i < Bits; i = i + 1) begin : gen_bit
      if (i < Width) begin : gen_used
        LUT6_2 #(
          .INIT({Function, Function, First, First})
        ) u_lut (
          .I0(a_i[i]), .I1(b_i), .I2(c_i[i]), .I3(d_i[i]), .I4(1'b0), .I5(1'b1), .O6(s[i]), .O5(di[i])
        );
      end else begin : gen_spare
        assign {s[i], di[i]} = 2'b00;
      end
    end
    for (genvar i = 0; i < Blocks; i = i + 1) begin : gen_block
      if (i == 0) begin : gen_first
        CARRY4 u_carry (.CI(1'b0), .CYINIT(carry_i), .DI(di[3:0]), .S(s[3:0]), .O(sum[3:0]), .CO(carry[4:1]));
      end else begin : gen_next
        CARRY4 u_carry (.CI(carry[4*i]), .CYINIT(1'b0), .DI(di[4*i+:4]), .S(s[4*i+:4]), .O(sum[4*i+:4]), .CO(carry[4*i+1+:4]));
      end
    end
  endgenerate

endmodule

`default_nettype wire
