// SPDX-License-Identifier: Apache-2.0
//
// Decisions of all lanes of a column pair: against_o[lane] = code < threshold. Combinational.
//
// One DSP48E1 subtracts the lower 11 bits of four lanes and lookup tables compare the rest; of every second four lanes lookup tables do all. So
// lookup tables and DSP48E1 (tsu_fields.sv) of a device run out together.

`default_nettype none

module tsu_against #(
  parameter int unsigned Lanes = 8
) (
  input  logic                                    move_i,
  input  logic [Lanes*tsu_pkg::ThresholdBits-1:0] codes_i,
  input  logic [Lanes*tsu_pkg::ThresholdBits-1:0] thresholds_i,
  output logic [Lanes-1:0]                        against_o
);

  localparam int unsigned T = tsu_pkg::ThresholdBits;
  localparam int unsigned Low = 11;  // a slot of 12 bits has one for the borrow

  generate
    for (genvar g = 0; g < (Lanes + 3) / 4; g = g + 1) begin : gen_four
      if (g % 2 == 0) begin : gen_dsp
        logic [47:0] code, threshold, difference;
        for (genvar s = 0; s < 4; s = s + 1) begin : gen_slot
          localparam int unsigned Lane = 4 * g + s;
          if (Lane < Lanes) begin : gen_used
            logic [T-Low-1:0] code_high, threshold_high;
            assign code[12*s+:12] = {1'b0, codes_i[Lane*T+:Low]};
            assign threshold[12*s+:12] = {1'b0, thresholds_i[Lane*T+:Low]};
            assign code_high = codes_i[Lane*T+Low+:T-Low];
            assign threshold_high = thresholds_i[Lane*T+Low+:T-Low];
            assign against_o[Lane] = code_high < threshold_high || (code_high == threshold_high && difference[12*s+Low]);
          end else begin : gen_spare
            assign code[12*s+:12] = '0;
            assign threshold[12*s+:12] = '0;
          end
        end
        tsu_slots #(.Slots(4), .First(1'b1), .Subtract(1'b1), .Registered(1'b0)) u_slots (
          .clk_i(1'b0), .move_i, .ab_i(threshold), .c_i(code), .cascade_i(48'd0), .cascade_o(), .p_o(difference)
        );
      end else begin : gen_tables
        for (genvar l = 4 * g; l < 4 * g + 4; l = l + 1) begin : gen_lane
          logic [T:0] difference;
          tsu_add #(.Width(T + 1)) u_compare (
            .move_i, .a_i({1'b0, codes_i[l*T+:T]}), .b_i({1'b0, thresholds_i[l*T+:T]}), .a_inv_i(1'b0), .b_inv_i(1'b1), .carry_i(1'b1),
            .sum_o(difference)
          );
          assign against_o[l] = difference[T];
        end
      end
    end
  endgenerate

endmodule

`default_nettype wire
