// SPDX-License-Identifier: Apache-2.0
// The small parts of the link side by side, for one Verilated model: UARTs at four ratios of clock and baud rate, COBS, CRC.
`default_nettype none
module link_parts (
  input  wire logic        clk_i,
  input  wire logic        rst_i,

  input  wire logic [3:0]  rx_i,
  output      logic [3:0]  rx_valid_o,
  output      logic [31:0] rx_data_o,
  input  wire logic        tx_valid_i,
  output      logic [3:0]  tx_ready_o,
  input  wire logic [7:0]  tx_data_i,
  output      logic [3:0]  tx_o,

  input  wire logic        decode_valid_i,
  input  wire logic [7:0]  decode_data_i,
  output      logic        decode_valid_o,
  output      logic [7:0]  decode_data_o,
  output      logic        decode_end_o,
  output      logic        decode_bad_o,

  input  wire logic        encode_start_i,
  input  wire logic        encode_valid_i,
  input  wire logic [7:0]  encode_data_i,
  input  wire logic        encode_close_i,
  output      logic        encode_we_o,
  output      logic [7:0]  encode_addr_o,
  output      logic [7:0]  encode_data_o,

  input  wire logic [31:0] crc_state_i,
  input  wire logic [7:0]  crc_data_i,
  output      logic [31:0] crc_state_o
);
  generate
    genvar k;
    for (k = 0; k < 4; k = k + 1) begin : gen_uart
      // 4, 8 1/3, 24 and 104 1/6 clocks a bit
      localparam int unsigned ClockHz = k == 1 ? 25_000_000 : k == 2 ? 24_000_000 : 12_000_000;
      localparam int unsigned Baud    = k < 2 ? 3_000_000 : k == 2 ? 1_000_000 : 115_200;
      tsu_uart_rx #(.ClockHz(ClockHz), .Baud(Baud)) u_rx (
        .clk_i, .rst_i, .rx_i(rx_i[k]), .valid_o(rx_valid_o[k]), .data_o(rx_data_o[8*k +: 8])
      );
      tsu_uart_tx #(.ClockHz(ClockHz), .Baud(Baud)) u_tx (
        .clk_i, .rst_i, .valid_i(tx_valid_i), .ready_o(tx_ready_o[k]), .data_i(tx_data_i), .tx_o(tx_o[k])
      );
    end
  endgenerate

  tsu_cobs_decode u_decode (
    .clk_i, .rst_i, .valid_i(decode_valid_i), .data_i(decode_data_i), .valid_o(decode_valid_o), .data_o(decode_data_o),
    .end_o(decode_end_o), .bad_o(decode_bad_o)
  );
  tsu_cobs_encode u_encode (
    .clk_i, .start_i(encode_start_i), .valid_i(encode_valid_i), .data_i(encode_data_i), .close_i(encode_close_i),
    .we_o(encode_we_o), .addr_o(encode_addr_o), .data_o(encode_data_o)
  );
  tsu_crc32 u_crc (.state_i(crc_state_i), .data_i(crc_data_i), .state_o(crc_state_o));
endmodule
`default_nettype wire
