// SPDX-License-Identifier: Apache-2.0
//
// One byte of the CRC-32 of zlib (reflected 0xEDB88320), combinational. Start from all ones; the check value is the complement of
// the state, sent low byte first; the state over a message and its check value is always Residue = 0xDEBB20E3.
`default_nettype none
module tsu_crc32 (
  input  logic [31:0] state_i,
  input  logic [7:0]  data_i,
  output logic [31:0] state_o
);
  integer k;
  always_comb begin
    state_o = state_i ^ {24'd0, data_i};
    for (k = 0; k < 8; k = k + 1)
      state_o = {1'b0, state_o[31:1]} ^ (state_o[0] ? 32'hEDB88320 : 32'd0);
  end
endmodule
`default_nettype wire
