// SPDX-License-Identifier: Apache-2.0
// Power-on reset: active until the PLL has been locked, and no button pressed, for 256 clocks.
`default_nettype none
module fpga_reset (
  input  wire logic clk_i,
  input  wire logic ready_i,  // asynchronous: PLL locked and reset button up
  output      logic rst_o
);
  // Initial values are the configured state: there is no reset before this one.
  logic [1:0] ready_q = 2'b00;
  logic [8:0] count_q = 9'd0;
  logic       rst_q = 1'b1;

  always_ff @(posedge clk_i) begin
    ready_q <= {ready_q[0], ready_i};
    if (!ready_q[1]) count_q <= 9'd0;
    else if (!count_q[8]) count_q <= count_q + 9'd1;
    rst_q <= !count_q[8];  // a register: the whole chip listens to it
  end
  assign rst_o = rst_q;
endmodule
`default_nettype wire
