// SPDX-License-Identifier: Apache-2.0
//
// Health tests of a stream of raw bits (NIST SP 800-90B, 4.4), cut-offs in tsu_pkg, derived in README.md.
//
//   repetition (4.4.1)   RepetitionCutoff equal bits in a row
//   proportion (4.4.2)   in a window of HealthWindow bits ProportionCutoff are equal to its first
//   lag (of our own)     in a window ProportionCutoff are equal to the bit L before, L = 1..HealthLags, another one each window:
//                        finds periods that leave the other two content
//   start-up (4.3)       the first window after restart_i; ready_o from its end on, unless a test failed
//
// A failing test is a bit of cause_o from the clock after the bit that decided; it stays. One bit a clock at most.
// Golden twin: verif/golden/health.cpp, tsu::golden::HealthTests.
`default_nettype none
module tsu_health (
  input  logic       clk_i,
  input  logic       restart_i,                  // start-up test anew; clears cause_o
  input  logic       valid_i,
  input  logic       bit_i,
  output logic       ready_o,                    // the start-up test has passed and no test failed since
  output logic [3:0] cause_o                     // tsu.toml, Cause...
);
  localparam int unsigned Window   = tsu_pkg::HealthWindow;
  localparam int unsigned Lags     = tsu_pkg::HealthLags;
  localparam int unsigned PosBits  = $clog2(Window);
  localparam int unsigned HitBits  = $clog2(Window + 1);
  localparam int unsigned LagBits  = $clog2(Lags);
  localparam int unsigned RunBits  = $clog2(tsu_pkg::RepetitionCutoff + 1);
  localparam logic [HitBits-1:0] HitTop = HitBits'(tsu_pkg::ProportionCutoff);
  localparam logic [RunBits-1:0] RunTop = RunBits'(tsu_pkg::RepetitionCutoff);

  // ---- Repetition --------------------------------------------------------
  logic [RunBits-1:0] run_q, run_d;
  logic [Lags-1:0]    past_q;                    // past_q[L-1]: the bit L before
  assign run_d = run_q == '0 || bit_i != past_q[0] ? RunBits'(1) : run_q == RunTop ? RunTop : run_q + 1'b1;

  // ---- Proportion and lag ------------------------------------------------
  logic [PosBits-1:0] pos_q;
  logic [LagBits-1:0] lag_q;                     // L - 1
  logic [HitBits-1:0] equal_q, equal_d, match_q, match_d;
  logic               first_q, begins, ends;
  assign begins  = pos_q == '0;
  assign ends    = pos_q == PosBits'(Window - 1);
  assign equal_d = (begins ? '0 : equal_q) + HitBits'(begins || bit_i == first_q);
  assign match_d = (begins ? '0 : match_q) + HitBits'(bit_i == past_q[lag_q]);

  // ---- Verdict -----------------------------------------------------------
  logic [2:0] fails;
  logic [3:0] cause_q;
  logic       passed_q;
  assign fails[0] = run_d == RunTop;
  assign fails[1] = equal_d == HitTop;
  assign fails[2] = match_d == HitTop;
  assign ready_o  = passed_q && cause_q == '0;
  assign cause_o  = cause_q;

  always_ff @(posedge clk_i) begin
    if (restart_i) begin
      run_q    <= '0;
      pos_q    <= '0;
      lag_q    <= '0;
      past_q   <= '0;
      cause_q  <= '0;
      passed_q <= 1'b0;
    end else if (valid_i) begin
      run_q   <= run_d;
      pos_q   <= pos_q + 1'b1;                   // Window is a power of two
      past_q  <= {past_q[Lags-2:0], bit_i};
      cause_q <= cause_q | {|fails && !passed_q, fails};
      if (ends) begin
        lag_q    <= lag_q + 1'b1;                // and so is Lags
        passed_q <= 1'b1;
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      equal_q <= equal_d;
      match_q <= match_d;
      if (begins) first_q <= bit_i;
    end
  end

  generate
    if ((Window & (Window - 1)) != 0 || (Lags & (Lags - 1)) != 0) $error("HealthWindow and HealthLags must be powers of two");
  endgenerate
endmodule
`default_nettype wire
