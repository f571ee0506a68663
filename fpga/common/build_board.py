#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One board from RTL to bitstream with open tools, and its figures: fpga/<board>/result.json, from which fpga/RESULTS.md is made.

    build_board.py BOARD          routes with the seed that the board file names
    build_board.py BOARD --all    routes with every seed of its list and keeps the best

Everything else lands in build/fpga/<board>/: board_pkg.sv and the constraint file (generated), logs, netlist, reports, bitstream.
Fails when the routed design misses the clock of the board file; no bitstream is written then. For 7-series, which no packaged
open tool routes, it ends with a synthesis estimate and a batch script for Vivado, and fails when the estimate exceeds the share
of the device that leaves room to route.
"""
import hashlib
import json
import re
import sys

from board import ROOT, Board, BoardError, sources
import flow
import results
import ring_loops
import vivado


def design_hash(board):
    """Short hash of all that the netlist depends on: sources, pins, board file but for its seeds, which choose among routings of it."""
    digest = hashlib.sha256(re.sub(rb"(?m)^seeds? = .*$", b"", board.path.read_bytes()))
    for path in sources(board) + [board.relative(board.pins)]:
        digest.update((ROOT / path).read_bytes())
    return digest.hexdigest()[:8]


def write_generated(board):
    """Writes board_pkg.sv and the complete constraint file; returns the path of the package."""
    folder = ROOT / flow.BUILD / board.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "board_pkg.sv").write_text(board.package_text(int(design_hash(board), 16)))
    constraint = "" if board.family == "gowin" else board.clock_constraint()  # a .cst file knows no clocks
    (folder / board.pins.name).write_text(board.pins.read_text() + constraint)
    return str(flow.BUILD / board.name / "board_pkg.sv")


def netlist(board):
    """The top module, with all of its cells, after synthesis."""
    return json.loads((ROOT / flow.BUILD / board.name / "netlist.json").read_text())["modules"]["fpga"]


def build_routed(board, design, cells, seeds, wall):
    """Routes with each seed, returns the best one's result; seeds routed before stay in the record."""
    tools, best, fmax = flow.tool_versions(board), None, {}
    wall["place"] = 0
    for seed in seeds:
        seconds = flow.place_and_route(board, seed)
        report = json.loads((ROOT / flow.BUILD / board.name / f"report-{seed}.json").read_text())
        result = results.routed(board, report, cells, tools, design, seed)
        fmax[str(seed)] = result["fmax_hz"]
        if len(seeds) > 1:
            print(f"  seed {seed}: {result['fmax_hz'] / 1e6:.2f} MHz")
        if best is None or result["fmax_hz"] > best["fmax_hz"]:
            best, wall["place"] = result, seconds
    best["seeds"] = results.known_seeds(board, best) | fmax
    return best


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--all"]):
        sys.exit(__doc__)
    board = Board(sys.argv[1])
    (ROOT / flow.bitstream(board)).unlink(missing_ok=True)
    design = design_hash(board)  # before the tools run: sources may change meanwhile
    package = write_generated(board)
    print(f"{board.title}: {board.core['Cols']} x {board.core['Rows']}, {board.cells} cells, {board.core_hz / 1e6:g} MHz")
    wall = {"synth": flow.synthesise(board, package)}
    top = netlist(board)
    ring_loops.demand_rings(board, top["cells"])
    cells = results.cell_types(top)
    if not board.routed:
        result = results.synthesised(board, cells, flow.tool_versions(board), design)
        result["wall_s"] = wall
        print(results.text(result))
        results.demand_room(board, result)
        results.record(board, result)
        print(f"  Vivado's batch script, never run here: vivado -mode batch -source {vivado.write(board, package)}")
        return
    result = build_routed(board, design, cells, board.tools["seeds"] if "--all" in sys.argv else [board.tools["seed"]], wall)
    print(results.text(result))
    results.demand_timing(board, result)
    wall["pack"] = flow.pack(board, result["seed"])
    result["wall_s"] = wall
    results.record(board, result)
    output = flow.bitstream(board)
    print(f"  bitstream {output}, {(ROOT / output).stat().st_size} bytes")
    if result["seed"] != board.tools["seed"]:
        print(f"  seed {result['seed']} is the best of the list: write seed = {result['seed']} in {board.relative(board.path)}")


if __name__ == "__main__":
    try:
        main()
    except BoardError as failure:
        sys.exit(f"fpga: {failure}")
