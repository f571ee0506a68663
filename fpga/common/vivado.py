# SPDX-License-Identifier: Apache-2.0
"""Vivado batch script of a 7-series board, from the board file alone. Never run here: there is no Vivado."""
from board import ROOT
import flow


def write(board, package):
    """Writes build/fpga/<board>/vivado.tcl, to be run in the root of the tree; returns its path."""
    folder = flow.BUILD / board.name
    lines = [f"# Generated from {board.relative(board.path)} by fpga/common/vivado.py; never run here. From the root of the tree:",
             f"#   vivado -mode batch -source {folder}/vivado.tcl"]
    lines += [f"read_verilog -sv {path}" for path in flow.ordered(board, package)]
    lines += [f"read_xdc {folder}/{board.pins.name}",
              f"synth_design -top fpga -part {board.device['part']}",
              "opt_design", "place_design", "phys_opt_design", "route_design",
              f"report_utilization -file {folder}/vivado_utilization.rpt",
              f"report_timing_summary -file {folder}/vivado_timing.rpt",
              "if {[get_property SLACK [get_timing_paths -delay_type min_max]] < 0} {",
              f"  puts stderr {{timing not met at {board.core_hz / 1e6:g} MHz: lower core_hz and [pll] of the board file}}",
              "  exit 1", "}",
              f"write_bitstream -force {flow.bitstream(board)}"]
    path = folder / "vivado.tcl"
    (ROOT / path).write_text("\n".join(lines) + "\n")
    return path
