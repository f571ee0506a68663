// SPDX-License-Identifier: Apache-2.0
//
// tsu_delay (generic/tsu_delay.sv) in distributed RAM, a ring that is read where it is about to be written: 1.5 LUT4 a bit
// whatever the depth up to 16. Shorter delays than three steps are flip-flops as everywhere.

`default_nettype none

module tsu_delay #(
  parameter int unsigned Width = 24,
  parameter int unsigned Depth = 1
) (
  input  logic             clk_i,
  input  logic             step_i,
  input  logic [Width-1:0] d_i,
  output logic [Width-1:0] q_o
);

  generate
    if (Depth >= 3) begin : gen_ring
      localparam int unsigned PlaceBits = $clog2(Depth);
      (* ram_style = "distributed" *) logic [Width-1:0] words [0:Depth-1];
      logic [PlaceBits-1:0] place_q;
      always_ff @(posedge clk_i) begin
        if (step_i) begin
          words[place_q] <= d_i;
          place_q        <= place_q >= PlaceBits'(Depth - 1) ? '0 : place_q + 1'b1;  // wherever it woke up
        end
      end
      assign q_o = words[place_q];
    end else begin : gen_line
      tsu_shift #(.Width(Width), .Depth(Depth)) u_shift (.clk_i, .step_i, .d_i, .q_o);
    end
  endgenerate

endmodule

`default_nettype wire
