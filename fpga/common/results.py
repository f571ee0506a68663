# SPDX-License-Identifier: Apache-2.0
"""What place and route says of a board: figures, the timing gate, and the board's section of fpga/RESULTS.md."""
import re

from board import FPGA, BoardError

RESULTS = FPGA / "RESULTS.md"
HEADING = """# Results of place and route

Written by `make fpga BOARD=<board>`; never by hand. Post-route estimates of the tools named: no board has run.
"""

# What a board has, by name here: names in the tool's report (placed cells).
RESOURCES = {
    "ice40": {"logic cells": "ICESTORM_LC", "RAM blocks": "ICESTORM_RAM"},
    "ecp5": {"LUT4": "TRELLIS_COMB", "FF": "TRELLIS_FF", "RAM blocks": "DP16KD"},
}
# An iCE40 logic cell is one LUT and one flip-flop: how many of each are in use only the netlist tells.
NETLIST_COUNTS = {"ice40": {"LUT4": r"SB_LUT4$", "FF": r"SB_DFF"}, "ecp5": {}}


class Result:
    """Figures of one routed board."""

    def __init__(self, board, report, cells, tools, design):
        """report: place and route's JSON; cells: type of every cell of the netlist."""
        self.board, self.tools, self.design = board, tools, design
        self.usage = {name: (report["utilization"][key]["used"], report["utilization"][key]["available"])
                      for name, key in RESOURCES[board.family].items()}
        self.counts = {name: sum(bool(re.match(pattern, cell)) for cell in cells)
                       for name, pattern in NETLIST_COUNTS[board.family].items()}
        if not report["fmax"]:
            raise BoardError(f"{board.name}: the report knows no clock; is the core optimised away?")
        # The core clock is the slowest path's clock among those that the PLL output drives: there is one.
        self.clock, timing = max(report["fmax"].items(), key=lambda item: item[1]["constraint"])
        self.fmax_hz, self.constraint_hz = timing["achieved"] * 1e6, timing["constraint"] * 1e6

    @property
    def flips_per_ns(self):
        return self.board.cells * self.board.core_hz / 1e9

    def demand_timing(self):
        """The gate: constraint that the tool used = board file, and met."""
        core_hz = self.board.core_hz
        if abs(self.constraint_hz / core_hz - 1) > 1e-3:
            raise BoardError(f"{self.board.name}: routed for {self.constraint_hz / 1e6:.2f} MHz on {self.clock}, "
                             f"the board file says {core_hz / 1e6:g}")
        if self.fmax_hz < core_hz:
            raise BoardError(f"{self.board.name}: timing not met, {self.fmax_hz / 1e6:.1f} MHz routed, "
                             f"{core_hz / 1e6:g} wanted: lower core_hz and [pll], or another seed")

    def lines(self):
        core, board = self.board.core, self.board
        usage = [f"{used} {name} of {available} ({100 * used / available:.0f} %)"
                 for name, (used, available) in self.usage.items()]
        usage += [f"{count} {name}" for name, count in self.counts.items()]
        return [
            f"device: {board.title}, {board.device['part']} {board.device['package']}",
            f"core: {core['Cols']} x {core['Rows']}, {core['pattern']}, {core['WeightBits']}-bit weights; layers {core['Layers']}, "
            f"lanes {core['Lanes']}, groups {core['Groups']}, tiles {core['Tiles']}, "
            f"tables {core['Tables']} of 2^{core['TableBits']} thresholds",
            f"area: {', '.join(usage)}",
            f"timing: Fmax {self.fmax_hz / 1e6:.1f} MHz, clock of the board file {board.core_hz / 1e6:g} MHz",
            f"flips/ns: {self.flips_per_ns:.3f} (post-route estimate) = {core['Cols'] // 2} column pairs x {core['Lanes']} lane(s) "
            f"x {board.core_hz / 1e6:g} MHz",
            f"tools: {self.tools}; synth {board.tools['synth']}; place {board.tools['place']}; design {self.design}",
        ]

    def text(self):
        return "\n".join("  " + line for line in self.lines())


def record(result):
    """Replaces the board's section in RESULTS.md, boards in alphabetical order."""
    old = RESULTS.read_text() if RESULTS.exists() else HEADING
    sections = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", old, re.M | re.S))
    sections[result.board.name] = "\n".join(f"- {line}" for line in result.lines())
    body = "".join(f"\n## {name}\n\n{sections[name].strip()}\n" for name in sorted(sections))
    RESULTS.write_text(HEADING + body)
