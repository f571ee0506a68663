// SPDX-License-Identifier: Apache-2.0
//
// Serial link to the core (README.md, "Link"): executes request frames in sequence as AXI4-Lite and AXI4-Stream transfers and
// answers each one. A request that was answered before is answered again, never executed again.
`default_nettype none
module tsu_link #(
  parameter int unsigned ClockHz = 12_000_000,
  parameter int unsigned Baud = 3_000_000,
  parameter int unsigned Window = 2          // requests the host may have open: 1, 2 or 4
) (
  input  logic        clk_i,
  input  logic        rst_i,
  input  logic        uart_rx_i,
  output logic        uart_tx_o,
  output logic        busy_o,                // executing a request
  output logic        damaged_o,             // some frame was damaged since reset

  output logic [11:0] m_axil_awaddr,
  output logic [2:0]  m_axil_awprot,
  output logic        m_axil_awvalid,
  input  logic        m_axil_awready,
  output logic [31:0] m_axil_wdata,
  output logic [3:0]  m_axil_wstrb,
  output logic        m_axil_wvalid,
  input  logic        m_axil_wready,
  input  logic [1:0]  m_axil_bresp,
  input  logic        m_axil_bvalid,
  output logic        m_axil_bready,
  output logic [11:0] m_axil_araddr,
  output logic [2:0]  m_axil_arprot,
  output logic        m_axil_arvalid,
  input  logic        m_axil_arready,
  input  logic [31:0] m_axil_rdata,
  input  logic [1:0]  m_axil_rresp,
  input  logic        m_axil_rvalid,
  output logic        m_axil_rready,

  // Load packets to the core
  output logic [31:0] m_axis_tdata,
  output logic        m_axis_tvalid,
  input  logic        m_axis_tready,
  output logic        m_axis_tlast,

  // Sample packets from the core
  input  logic [31:0] s_axis_tdata,
  input  logic        s_axis_tvalid,
  output logic        s_axis_tready,
  input  logic        s_axis_tlast
);
  localparam int unsigned SlotBits   = Window > 1 ? $clog2(Window) : 1;
  localparam logic [5:0]  MaxWords   = tsu_pkg::LinkMaxPayload[7:2];
  localparam logic [5:0]  HelloWords = 6'd6;
  localparam logic [7:0]  Hello      = tsu_pkg::LinkHello[7:0];
  localparam logic [7:0]  Read       = tsu_pkg::LinkRead[7:0];
  localparam logic [7:0]  Write      = tsu_pkg::LinkWrite[7:0];
  localparam logic [7:0]  StreamIn   = tsu_pkg::LinkStreamIn[7:0];
  localparam logic [7:0]  StreamOut  = tsu_pkg::LinkStreamOut[7:0];

  generate
    if (Window != 1 && Window != 2 && Window != 4) $error("Window must be 1, 2 or 4");
  endgenerate

  // ---- Line --------------------------------------------------------------
  logic        rx_valid, tx_valid, tx_ready;
  logic [7:0]  rx_data, tx_data;
  logic        frame_valid, frame_pop;
  logic [7:0]  index_q, frame_data;
  logic [15:0] damaged;

  tsu_uart_rx #(.ClockHz(ClockHz), .Baud(Baud)) u_uart_rx (
    .clk_i, .rst_i, .rx_i(uart_rx_i), .valid_o(rx_valid), .data_o(rx_data)
  );
  tsu_uart_tx #(.ClockHz(ClockHz), .Baud(Baud)) u_uart_tx (
    .clk_i, .rst_i, .valid_i(tx_valid), .ready_o(tx_ready), .data_i(tx_data), .tx_o(uart_tx_o)
  );
  tsu_link_receiver #(.Window(Window)) u_receiver (
    .clk_i, .rst_i, .valid_i(rx_valid), .data_i(rx_data),
    .frame_valid_o(frame_valid), .frame_pop_i(frame_pop), .addr_i(index_q), .data_o(frame_data), .damaged_o(damaged)
  );
  assign damaged_o = damaged != 16'd0;

  logic [SlotBits-1:0] slot;
  logic                open, emit, close, send, sender_busy, slot_busy;
  logic [31:0]         word_q, crc;

  tsu_link_answers #(.Window(Window)) u_answers (
    .clk_i, .rst_i, .slot_i(slot), .start_i(open), .valid_i(emit), .data_i(word_q[7:0]), .close_i(close), .crc_o(crc),
    .send_i(send), .busy_o(sender_busy), .sending_o(slot_busy),
    .byte_valid_o(tx_valid), .byte_ready_i(tx_ready), .byte_o(tx_data)
  );

  // ---- Request -----------------------------------------------------------
  typedef enum logic [3:0] {
    StIdle, StHead, StCheck, StOpen, StCount, StWord, StFetch, StBus, StPush, StEmit, StCrc, StClose, StSend
  } state_e;
  state_e      state_q;
  logic [7:0]  asked_q, at_q;    // index_q a clock ago, and two: the place of the byte in frame_data
  logic [7:0]  length_q, command_q, seq_q;
  logic [5:0]  count_q, done_q;  // words asked for, words done
  logic [11:0] address_q;
  logic        large_q;          // count beyond MaxWords
  logic        high_q;           // address beyond the register window, or odd

  // What was asked for, a clock late: long before it is used.
  logic        hello_q, read_q, write_q, in_q, out_q;
  always_ff @(posedge clk_i) begin
    hello_q <= command_q == Hello;
    read_q  <= command_q == Read;
    write_q <= command_q == Write;
    in_q    <= command_q == StreamIn;
    out_q   <= command_q == StreamOut;
  end

  // Sequence: only the successor of the last request is executed; the last answered_q ones are answered again.
  logic        synced_q;         // Hello came
  logic [7:0]  last_q, back_q;   // back_q: a clock late, too
  logic [2:0]  answered_q;
  logic        is_new, is_old;
  always_ff @(posedge clk_i) back_q <= last_q - seq_q;
  assign is_new = hello_q || (synced_q && back_q == 8'd255);
  assign is_old = !hello_q && synced_q && back_q < {5'd0, answered_q};
  assign slot   = Window > 1 ? seq_q[SlotBits-1:0] : '0;

  logic        known, wrong_length;
  logic [7:0]  fault, fault_q;
  assign known        = hello_q || read_q || write_q || in_q || out_q;
  assign wrong_length = large_q ||
    length_q != 8'd12 + ((write_q || in_q) ? {count_q, 2'b00} : 8'd0);
  assign fault = !known ? tsu_pkg::LinkStatusBadCommand[7:0] :
                 wrong_length ? tsu_pkg::LinkStatusBadLength[7:0] :
                 (high_q && (read_q || write_q)) ? tsu_pkg::LinkStatusBusError[7:0] :
                 tsu_pkg::LinkStatusOk[7:0];

  // ---- Execution ---------------------------------------------------------
  logic [7:0]  status_q;
  logic        stop_q;           // no more words
  logic        end_q;            // StreamOut met a packet end
  logic        inside_q;         // the load stream is inside a packet
  logic        short_q;          // a StreamIn took less than it got: those behind it must not go first
  logic [1:0]  left_q;           // bytes of word_q after this one
  logic [1:0]  part_q;           // what word_q holds
  logic        ar_q, aw_q, w_q, push_q, push_last_q, closed_q;
  logic [31:0] push_data_q, hello;
  logic        finished_q, in_last_q, behind;

  assign behind = short_q && !address_q[1];
  always_ff @(posedge clk_i) begin
    fault_q    <= fault;
    finished_q <= done_q == count_q || stop_q;
    in_last_q  <= address_q[0] && done_q + 6'd1 == count_q;
  end

  always_comb begin
    case (done_q[2:0])
      3'd0:    hello = tsu_pkg::Magic;
      3'd1:    hello = tsu_pkg::LinkProtocolVersion;
      3'd2:    hello = Window;
      3'd3:    hello = tsu_pkg::LinkMaxPayload;
      3'd4:    hello = ClockHz;
      default: hello = {16'd0, damaged};
    endcase
  end

  localparam logic [1:0] Payload = 2'd0, Status = 2'd1, Crc = 2'd2;
  logic fetched, pushed, answered;
  assign fetched  = at_q == index_q;         // frame_data is the byte asked for
  assign pushed   = !push_q || m_axis_tready;
  assign answered = m_axil_rvalid || m_axil_bvalid;

  assign open      = state_q == StOpen;
  assign emit      = state_q == StEmit;
  assign close     = state_q == StClose;
  assign send      = state_q == StSend;
  assign frame_pop = (state_q == StCheck && !is_new && !is_old) || (send && !sender_busy);
  assign busy_o    = state_q != StIdle;

  assign m_axil_awaddr  = address_q;
  assign m_axil_awprot  = 3'd0;
  assign m_axil_awvalid = aw_q;
  assign m_axil_wdata   = word_q;
  assign m_axil_wstrb   = 4'hF;
  assign m_axil_wvalid  = w_q;
  assign m_axil_bready  = state_q == StBus;
  assign m_axil_araddr  = address_q;
  assign m_axil_arprot  = 3'd0;
  assign m_axil_arvalid = ar_q;
  assign m_axil_rready  = state_q == StBus;
  assign m_axis_tdata   = push_data_q;
  assign m_axis_tvalid  = push_q;
  assign m_axis_tlast   = push_last_q;
  assign s_axis_tready  = state_q == StWord && out_q && !finished_q;

  always_ff @(posedge clk_i) begin
    if (rst_i) begin
      state_q  <= StIdle;
      synced_q <= 1'b0;
      inside_q <= 1'b0;
      short_q  <= 1'b0;
      push_q   <= 1'b0;
      ar_q     <= 1'b0;
      aw_q     <= 1'b0;
      w_q      <= 1'b0;
    end else begin
      if (m_axil_arready) ar_q <= 1'b0;
      if (m_axil_awready) aw_q <= 1'b0;
      if (m_axil_wready)  w_q  <= 1'b0;
      if (m_axis_tready)  push_q <= 1'b0;
      case (state_q)
        // at_q: frame_data is the length of this frame, not a byte of the last one.
        StIdle: if (frame_valid && at_q == 8'd255) state_q <= StHead;
        StHead: if (at_q == 8'd7) state_q <= StCheck;
        StCheck: state_q <= is_new ? StOpen : is_old ? StSend : StIdle;
        StOpen: if (!slot_busy) begin
          state_q <= StEmit;
          if (hello_q) begin
            synced_q <= 1'b1;
            short_q  <= 1'b0;
          end
        end
        StCount: state_q <= StWord;
        StWord: begin
          if (finished_q) state_q <= StEmit;
          else if (write_q) state_q <= StFetch;
          else if (in_q) begin
            state_q <= behind ? StEmit : StFetch;
            short_q <= behind;
          end else if (read_q) begin
            state_q <= StBus;
            ar_q    <= 1'b1;
          end else state_q <= StEmit;        // Hello, StreamOut
        end
        StFetch: if (fetched && left_q == 2'd0) begin
          state_q <= write_q ? StBus : StPush;
          if (write_q) begin
            aw_q <= 1'b1;
            w_q  <= 1'b1;
          end
        end
        StBus: if (answered) state_q <= read_q ? StEmit : StCount;
        StPush: begin
          state_q <= StCount;
          if (pushed) begin
            push_q   <= 1'b1;
            inside_q <= !in_last_q;
          end else begin
            short_q  <= 1'b1;
          end
        end
        StEmit: if (left_q == 2'd0) state_q <= part_q == Crc ? StClose : part_q == Status ? StCrc : StCount;
        StCrc:   state_q <= StEmit;
        StClose: if (closed_q) state_q <= StSend;
        StSend: if (!sender_busy) state_q <= StIdle;
        default: state_q <= StIdle;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    {at_q, asked_q} <= {asked_q, index_q};
    case (state_q)
      StIdle: index_q <= 8'd255;             // the length, then the header from 0
      StHead: begin
        index_q <= index_q + 8'd1;
        case (at_q)
          8'd255: length_q  <= frame_data;
          8'd0:   command_q <= frame_data;
          8'd1:   seq_q     <= frame_data;
          8'd2: begin
            count_q <= frame_data[5:0];
            large_q <= frame_data > {2'b00, MaxWords};
          end
          8'd3:   large_q <= large_q || frame_data != 8'd0;
          8'd4: begin
            address_q[7:0] <= frame_data;
            high_q         <= frame_data[1:0] != 2'd0;
          end
          8'd5: begin
            address_q[11:8] <= frame_data[3:0];
            high_q          <= high_q || frame_data[7:4] != 4'd0;
          end
          default: high_q <= high_q || frame_data != 8'd0;
        endcase
      end
      StOpen: if (!slot_busy) begin
        index_q  <= 8'd8;
        status_q <= fault_q;
        stop_q   <= 1'b0;
        end_q    <= 1'b0;
        closed_q <= 1'b0;
        done_q   <= 6'd0;
        part_q   <= Payload;
        word_q   <= {16'd0, seq_q, command_q | tsu_pkg::LinkAnswerFlag[7:0]};
        left_q   <= 2'd1;
        last_q   <= seq_q;
        if (fault_q != tsu_pkg::LinkStatusOk[7:0]) count_q <= 6'd0;
        else if (hello_q)                          count_q <= HelloWords;
        if (hello_q)                       answered_q <= 3'd1;
        else if (answered_q != 3'(Window)) answered_q <= answered_q + 3'd1;
      end
      StWord: begin
        left_q <= 2'd3;
        if (finished_q || (in_q && behind) || (out_q && !s_axis_tvalid)) begin
          part_q <= Status;
          word_q <= {10'd0, done_q, 6'd0, inside_q, end_q, status_q};
        end else begin
          if (hello_q || out_q) done_q <= done_q + 6'd1;
          if (out_q) begin
            end_q  <= s_axis_tlast;
            stop_q <= s_axis_tlast;
          end
          word_q <= hello_q ? hello : s_axis_tdata;
        end
      end
      StFetch: if (fetched) begin
        word_q  <= {frame_data, word_q[31:8]};
        index_q <= index_q + 8'd1;
        left_q  <= left_q - 2'd1;
      end
      StBus: if (answered) begin
        done_q    <= done_q + 6'd1;
        address_q <= address_q + 12'd4;
        word_q    <= m_axil_rdata;
        if (m_axil_rvalid ? m_axil_rresp != 2'b00 : m_axil_bresp != 2'b00)
          status_q <= tsu_pkg::LinkStatusBusError[7:0];
      end
      StPush: begin
        stop_q <= !pushed;
        if (pushed) begin
          push_data_q <= word_q;
          push_last_q <= in_last_q;
          done_q      <= done_q + 6'd1;
        end
      end
      StEmit: begin
        left_q <= left_q - 2'd1;
        word_q <= {8'd0, word_q[31:8]};
      end
      StCrc: begin
        left_q <= 2'd3;
        part_q <= Crc;
        word_q <= crc;
      end
      StClose: closed_q <= 1'b1;
      default: ;
    endcase
  end
endmodule
`default_nettype wire
