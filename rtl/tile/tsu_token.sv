// SPDX-License-Identifier: Apache-2.0
//
// Delays the token of each row step until its row is the centre row of the window: by Delay steps, not clocks.
//
// A clock after a step with valid_i, centre_o is the token given Delay steps earlier, early_o the one given Delay - Lead steps
// earlier (Lead < Delay; it fetches weights ahead). *_valid_o: pulses, high for real steps only.

`default_nettype none

module tsu_token #(
  parameter int unsigned Bits = 16,
  parameter int unsigned Delay = 10,
  parameter int unsigned Lead = 0
) (
  input  logic            clk_i,
  input  logic            rst_i,
  input  logic            valid_i,
  input  logic            real_i,
  input  logic [Bits-1:0] token_i,
  output logic            early_valid_o,
  output logic [Bits-1:0] early_o,
  output logic            centre_valid_o,
  output logic [Bits-1:0] centre_o
);

  // ---- Delay - Lead steps in RAM ---------------------------------------------
  // Only the real bits need a reset, so they sit in flip-flops.
  localparam int unsigned Wait = Delay - Lead;
  localparam int unsigned Depth = 2**$clog2(Wait + 1);
  localparam int unsigned AddrBits = $clog2(Depth);

  logic [AddrBits-1:0] here_q;
  logic [Wait:0]       real_q;  // [Wait] belongs to early_o
  logic                valid_q;
  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      here_q  <= '0;
      real_q  <= '0;
      valid_q <= 1'b0;
    end else begin
      valid_q <= valid_i;
      if (valid_i) begin
        here_q <= here_q + 1'b1;
        real_q <= {real_q[Wait-1:0], real_i};
      end
    end
  end

  tsu_ram_1r1w #(.Width(Bits), .Depth(Depth), .AddrBits(AddrBits)) u_ram (
    .clk_i, .we_i(valid_i), .waddr_i(here_q), .wdata_i(token_i),
    .re_i(valid_i), .raddr_i(here_q - AddrBits'(Wait)), .rdata_o(early_o)
  );
  assign early_valid_o = valid_q && real_q[Wait];

  // ---- Lead further steps ------------------------------------------------------
  generate
    if (Lead == 0) begin : gen_same
      assign centre_valid_o = early_valid_o;
      assign centre_o = early_o;
    end else begin : gen_lead
      logic [Lead*Bits-1:0] later_q;
      logic [Lead-1:0]      later_real_q;
      always_ff @(posedge clk_i) if (valid_i) later_q <= (Lead*Bits)'({later_q, early_o});
      always_ff @(posedge clk_i) begin
        if (rst_i) later_real_q <= '0;
        else if (valid_i) later_real_q <= Lead'({later_real_q, real_q[Wait]});
      end
      assign centre_valid_o = valid_q && later_real_q[Lead-1];
      assign centre_o = later_q[(Lead-1)*Bits+:Bits];
    end
  endgenerate

endmodule

`default_nettype wire
