// SPDX-License-Identifier: Apache-2.0
//
// All of a board but its pins, PLL and reset: serial link and core. The same for the simulated board and for real ones.
`default_nettype none
module fpga_core #(
  parameter int unsigned Cols = 64,
  parameter int unsigned Rows = 64,
  parameter int unsigned Tiles = 4,
  parameter int unsigned Lanes = 8,
  parameter int unsigned Groups = 1,
  parameter int unsigned Layers = 4,
  parameter int unsigned WeightBits = 8,
  parameter int unsigned NumRules = tsu_pkg::G12Rules,
  parameter logic [95:0] Rules = tsu_pkg::G12,
  parameter int unsigned TableBits = 9,
  parameter int unsigned Tables = 16,
  parameter int unsigned TableLanes = 1,
  parameter bit Hold = 1'b1,                 // boards say 0: no chip-wide enable net
  parameter int unsigned ProgramWords = 256,
  parameter int unsigned SampleWords = 256,
  parameter int unsigned ClockHz = 12_000_000,
  parameter int unsigned Baud = 3_000_000,
  parameter int unsigned Window = 2,         // requests the host may have open
  parameter int unsigned BuildId = 0,
  parameter int unsigned Rings = 0           // ring oscillators
) (
  input  wire logic       clk_i,
  input  wire logic       rst_i,
  input  wire logic       uart_rx_i,
  output      logic       uart_tx_o,
  output      logic [7:0] led_o              // [0] heartbeat, [1] request, [2] interrupt, [3] damaged frames, [4] line in, [5] line out
);
  localparam int unsigned BeatBits = $clog2(ClockHz);

  logic        irq, link_busy, damaged;
  logic [11:0] awaddr, araddr;
  logic [2:0]  awprot, arprot;
  logic [31:0] wdata, rdata, load_data, sample_data;
  logic [3:0]  wstrb;
  logic [1:0]  bresp, rresp;
  logic        awvalid, awready, wvalid, wready, bvalid, bready, arvalid, arready, rvalid, rready;
  logic        load_valid, load_ready, load_last, sample_valid, sample_ready, sample_last;

  tsu_link #(.ClockHz(ClockHz), .Baud(Baud), .Window(Window)) u_link (
    .clk_i(clk_i), .rst_i(rst_i), .uart_rx_i(uart_rx_i), .uart_tx_o(uart_tx_o), .busy_o(link_busy), .damaged_o(damaged),
    .m_axil_awaddr(awaddr), .m_axil_awprot(awprot), .m_axil_awvalid(awvalid), .m_axil_awready(awready),
    .m_axil_wdata(wdata), .m_axil_wstrb(wstrb), .m_axil_wvalid(wvalid), .m_axil_wready(wready),
    .m_axil_bresp(bresp), .m_axil_bvalid(bvalid), .m_axil_bready(bready),
    .m_axil_araddr(araddr), .m_axil_arprot(arprot), .m_axil_arvalid(arvalid), .m_axil_arready(arready),
    .m_axil_rdata(rdata), .m_axil_rresp(rresp), .m_axil_rvalid(rvalid), .m_axil_rready(rready),
    .m_axis_tdata(load_data), .m_axis_tvalid(load_valid), .m_axis_tready(load_ready), .m_axis_tlast(load_last),
    .s_axis_tdata(sample_data), .s_axis_tvalid(sample_valid), .s_axis_tready(sample_ready), .s_axis_tlast(sample_last)
  );

  tsu_core #(
    .Cols(Cols), .Rows(Rows), .Tiles(Tiles), .Lanes(Lanes), .Groups(Groups), .Layers(Layers), .WeightBits(WeightBits),
    .NumRules(NumRules), .Rules(Rules), .TableBits(TableBits), .Tables(Tables), .ProgramWords(ProgramWords),
    .SampleWords(SampleWords), .TableLanes(TableLanes), .Hold(Hold), .ClockHz(ClockHz), .BuildId(BuildId), .Rings(Rings)
  ) u_core (
    .clk_i(clk_i), .rst_i(rst_i), .irq_o(irq),
    .s_axil_awaddr(awaddr), .s_axil_awprot(awprot), .s_axil_awvalid(awvalid), .s_axil_awready(awready),
    .s_axil_wdata(wdata), .s_axil_wstrb(wstrb), .s_axil_wvalid(wvalid), .s_axil_wready(wready),
    .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(bready),
    .s_axil_araddr(araddr), .s_axil_arprot(arprot), .s_axil_arvalid(arvalid), .s_axil_arready(arready),
    .s_axil_rdata(rdata), .s_axil_rresp(rresp), .s_axil_rvalid(rvalid), .s_axil_rready(rready),
    .s_axis_tdata(load_data), .s_axis_tvalid(load_valid), .s_axis_tready(load_ready), .s_axis_tlast(load_last),
    .m_axis_tdata(sample_data), .m_axis_tvalid(sample_valid), .m_axis_tready(sample_ready), .m_axis_tlast(sample_last)
  );

  // Between half a second and a second on, as long off.
  logic [BeatBits-1:0] beat_q;
  always_ff @(posedge clk_i) begin
    if (rst_i) beat_q <= '0;
    else       beat_q <= beat_q + 1'b1;
  end
  assign led_o = {2'b00, !uart_tx_o, !uart_rx_i, damaged, irq, link_busy, beat_q[BeatBits-1]};
endmodule
`default_nettype wire
