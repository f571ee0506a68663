// SPDX-License-Identifier: Apache-2.0
//
// Constants that follow from a pattern, as functions of its flat vector (tsu_pkg::G12 and its like).
// Neighbour n = 4k + r of rule (a, b): r = 0 (a, b), 1 (-b, a), 2 (-a, -b), 3 (b, -a).
// Golden twin: sw/src/geometry.cpp, tsu::Offsets().

`default_nettype none

package tsu_pattern_pkg;

  // Beyond the vector a rule is (0, 0): a build with too many rules gets as far as the sentence that refuses it.
  function integer rule_a(input logic [95:0] rules, input integer k);
    rule_a = k < 6 ? 32'($signed(rules[16*k+:8])) : 0;
  endfunction

  function integer rule_b(input logic [95:0] rules, input integer k);
    rule_b = k < 6 ? 32'($signed(rules[16*k+8+:8])) : 0;
  endfunction

  function integer dx(input logic [95:0] rules, input integer n);
    case (n % 4)
      0: dx = rule_a(rules, n / 4);
      1: dx = -rule_b(rules, n / 4);
      2: dx = -rule_a(rules, n / 4);
      default: dx = rule_b(rules, n / 4);
    endcase
  endfunction

  function integer dy(input logic [95:0] rules, input integer n);
    case (n % 4)
      0: dy = rule_b(rules, n / 4);
      1: dy = rule_a(rules, n / 4);
      2: dy = -rule_b(rules, n / 4);
      default: dy = -rule_a(rules, n / 4);
    endcase
  endfunction

  // Largest row offset; by the rotations also the largest column offset.
  function integer reach(input logic [95:0] rules, input integer num_rules);
    integer n;
    reach = 0;
    for (n = 0; n < 4 * num_rules; n = n + 1) begin
      if (dy(rules, n) > reach) reach = dy(rules, n);
    end
  endfunction

  // 1 when some neighbour lies in the row so many behind the newest one. Rows 0 and 2 x reach are always read.
  function integer is_read(input logic [95:0] rules, input integer num_rules, input integer row);
    integer n;
    is_read = 0;
    for (n = 0; n < 4 * num_rules; n = n + 1) begin
      if (reach(rules, num_rules) - dy(rules, n) == row) is_read = 1;
    end
  endfunction

  // Rows from the last one read before `row` (> 0) to it.
  function integer hop(input logic [95:0] rules, input integer num_rules, input integer row);
    integer k;
    hop = row;
    for (k = 1; k < row; k = k + 1) begin
      if (hop == row && is_read(rules, num_rules, row - k) == 1) hop = k;
    end
  endfunction

  // 1 when every rule joins the two colours and none repeats a neighbour.
  function integer legal(input logic [95:0] rules, input integer num_rules);
    integer n, m;
    legal = 1;
    for (n = 0; n < 4 * num_rules; n = n + 1) begin
      if ((dx(rules, n) + dy(rules, n)) % 2 == 0) legal = 0;
      for (m = 0; m < n; m = m + 1) begin
        if (dx(rules, n) == dx(rules, m) && dy(rules, n) == dy(rules, m)) legal = 0;
      end
    end
  endfunction

endpackage

`default_nettype wire
