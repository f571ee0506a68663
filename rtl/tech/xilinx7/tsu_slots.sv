// SPDX-License-Identifier: Apache-2.0
//
// One DSP48E1 as Slots independent adders of 48 / Slots bits, or subtractors:
//
//   p_o = cascade_i + ab_i + c_i,  Subtract: p_o = c_i - ab_i       (each slot mod 2^(48 / Slots))
//
// Registered: ab_i and c_i enter registers that run while move_i, and p_o follows within the next clock. Else all is combinational.
// cascade_o goes to the next cell of a column's cascade_i and nowhere else; a column's first cell has First and no cascade_i.

`default_nettype none

module tsu_slots #(
  parameter int unsigned Slots = 4,  // 4 or 2
  parameter bit First = 1'b1,
  parameter bit Subtract = 1'b0,     // with First
  parameter bit Registered = 1'b1
) (
  input  logic        clk_i,
  input  logic        move_i,
  input  logic [47:0] ab_i,
  input  logic [47:0] c_i,
  input  logic [47:0] cascade_i,
  output logic [47:0] cascade_o,
  output logic [47:0] p_o
);

  // X = A:B; Y = C, or Z = C and Y = 0 for Z - X; Z = PCIN but in the first cell.
  localparam logic [6:0] OpMode = Subtract ? 7'b011_00_11 : First ? 7'b000_11_11 : 7'b001_11_11;
  localparam logic [3:0] AluMode = Subtract ? 4'b0011 : 4'b0000;
  localparam int Reg = Registered ? 1 : 0;

  DSP48E1 #(
    .USE_SIMD(Slots == 4 ? "FOUR12" : "TWO24"), .USE_MULT("NONE"), .USE_DPORT("FALSE"), .AREG(Reg), .ACASCREG(Reg), .BREG(Reg), .BCASCREG(Reg),
    .CREG(Reg), .DREG(0), .ADREG(0), .MREG(0), .PREG(0), .INMODEREG(0), .OPMODEREG(0), .ALUMODEREG(0), .CARRYINREG(0), .CARRYINSELREG(0)
  ) u_dsp (
    .CLK(clk_i), .A(ab_i[47:18]), .B(ab_i[17:0]), .C(c_i), .D(25'd0), .PCIN(cascade_i), .P(p_o), .PCOUT(cascade_o),
    .OPMODE(OpMode), .ALUMODE(AluMode), .INMODE(5'd0), .CARRYIN(1'b0), .CARRYINSEL(3'd0),
    .CEA1(1'b0), .CEA2(move_i), .CEB1(1'b0), .CEB2(move_i), .CEC(move_i), .CED(1'b0), .CEAD(1'b0), .CEM(1'b0), .CEP(1'b0),
    .CEINMODE(1'b0), .CECTRL(1'b0), .CEALUMODE(1'b0), .CECARRYIN(1'b0),
    .RSTA(1'b0), .RSTB(1'b0), .RSTC(1'b0), .RSTD(1'b0), .RSTM(1'b0), .RSTP(1'b0), .RSTINMODE(1'b0), .RSTCTRL(1'b0), .RSTALUMODE(1'b0),
    .RSTALLCARRYIN(1'b0),
    .ACIN(30'd0), .BCIN(18'd0), .CARRYCASCIN(1'b0), .MULTSIGNIN(1'b0), .ACOUT(), .BCOUT(), .CARRYCASCOUT(), .CARRYOUT(), .MULTSIGNOUT(),
    .OVERFLOW(), .UNDERFLOW(), .PATTERNDETECT(), .PATTERNBDETECT()
  );

endmodule

`default_nettype wire
