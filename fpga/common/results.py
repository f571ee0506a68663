# SPDX-License-Identifier: Apache-2.0
"""What the tools say of a board: figures (fpga/<board>/result.json), gates on timing and room, and fpga/RESULTS.md made of them."""
import json
import os
import re

from board import FPGA, Board, BoardError, board_names
import flow

RESULTS = FPGA / "RESULTS.md"
ROOM = 0.75  # share of a device that an unrouted netlist may fill
HEADING = """# Results of synthesis, place and route

Made by `make fpga BOARD=<board>` (all: `make fpga-all`) from `fpga/<board>/result.json`, never by hand. No board has run: each row says
whether its figures are a *post-route estimate* or a *synthesis estimate* of the tools named; none is measured. flips/ns = updates a
clock x clock of the board file. Wall time: one synthesis, one place and route, one packing, on a shared machine.
"""

# What a device has, by name here: names in place and route's report, or patterns of the netlist's cells and what one of them takes.
RESOURCES = {
    "ice40": {"logic cells": "ICESTORM_LC", "RAM blocks": "ICESTORM_RAM"},
    "ecp5": {"LUT4": "TRELLIS_COMB", "FF": "TRELLIS_FF", "RAM blocks": "DP16KD"},
    "gowin": {"LUT4": "LUT4", "FF": "DFF", "ALU": "ALU", "RAM blocks": "BSRAM"},
}
CELLS = {
    "ice40": {"LUT": {r"SB_LUT4$": 1}, "FF": {r"SB_DFF": 1}, "RAM": {r"SB_RAM40": 1}},
    # A carry cell has two LUTs, a 16 x 4 LUT RAM four and two for its write port.
    "ecp5": {"LUT": {r"LUT4$": 1, r"CCU2C$": 2, r"TRELLIS_DPR16X4$": 6}, "FF": {r"TRELLIS_FF$": 1}, "RAM": {r"DP16KD$|PDPW16KD$": 1}},
    "xilinx7": {"LUT": {r"LUT[1-6]$": 1, r"SRL": 1, r"RAM(32|64)M$": 4, r"RAM(32|64)X1D$": 2, r"RAM128X1D$": 4, r"RAM(32|64)X1S$": 1},
                "FF": {r"FD[RSCP]E$": 1}, "RAM": {r"RAMB18E1$": 0.5, r"RAMB36E1$": 1},
                "DSP": {r"DSP48E1$": 1}},
    # An ALU is a LUT with a carry; a 16 x 4 LUT RAM takes the four LUTs of a slice pair.
    "gowin": {"LUT": {r"LUT[1-4]$": 1, r"ALU$": 1, r"RAM16S(DP)?4$": 4}, "FF": {r"DFF": 1}, "RAM": {r"(SDP|DP|SP)B?$|(SDPX9|DPX9|SPX9)B?$|pROM": 1}},
}


def cell_types(module):
    """Type of every cell of a netlist's module. A carry cell's S input that no LUT drives takes a LUT to pass through: a LUT1 here."""
    cells = module["cells"].values()
    from_luts = {bit for cell in cells if re.match(r"LUT\d$", cell["type"]) for bit in cell["connections"].get("O", [])}
    carries = [bit for cell in cells if cell["type"] == "CARRY4" for bit in cell["connections"]["S"]]
    return [cell["type"] for cell in cells] + ["LUT1" for bit in carries if isinstance(bit, int) and bit not in from_luts]


def cell_counts(family, cells):
    """LUT, FF, RAM that a netlist's cells take."""
    return {kind: sum(size for cell in cells for pattern, size in patterns.items() if re.match(pattern, cell))
            for kind, patterns in CELLS[family].items()}


def facts(board, tools, design):
    return {"title": board.title, "family": board.family, "part": f"{board.device['part']} {board.device['package']}",
            "core": board.core, "cells": board.cells, "core_hz": board.core_hz, "tools": tools,
            "options": {key: board.tools[key] for key in ("synth", "place", "empty_rows") if key in board.tools}, "design": design,
            "rewriting": flow.rewriting(board)}


def critical_path(report, clock):
    """Ends of the core clock's slowest path, its delay in logic (with clock-to-q and setup) and in wires."""
    paths = [p for p in report["critical_paths"] if clock in p["from"] and clock in p["to"]]
    if not paths:
        raise BoardError(f"the report has no critical path of {clock}")
    path = paths[0]["path"]
    wires = sum(step["delay"] for step in path if step["type"] == "routing")
    return {"from": path[0]["from"]["cell"], "to": path[-1]["to"]["cell"], "routing_ns": wires,
            "logic_ns": sum(step["delay"] for step in path) - wires,
            "levels": sum(step["type"] == "logic" for step in path)}


def routed(board, report, cells, tools, design, seed):
    """report: place and route's JSON; cells: type of every cell of the netlist."""
    if not report["fmax"]:
        raise BoardError(f"{board.name}: the report knows no clock; is the core optimised away?")
    # The core clock is the fastest that was asked for; where one frequency is asked of all clocks, the slowest of those.
    clock, timing = max(report["fmax"].items(), key=lambda item: (item[1]["constraint"], -item[1]["achieved"]))
    usage = {name: [report["utilization"][key]["used"], report["utilization"][key]["available"]]
             for name, key in RESOURCES[board.family].items()}
    return facts(board, tools, design) | {
        "kind": "post-route estimate", "usage": usage, "counts": cell_counts(board.family, cells), "seed": seed,
        "clock": clock, "fmax_hz": round(timing["achieved"] * 1e6), "constraint_hz": round(timing["constraint"] * 1e6),
        "critical": critical_path(report, clock)}


def synthesised(board, cells, tools, design):
    counts = cell_counts(board.family, cells)
    if not all(counts.values()):
        raise BoardError(f"{board.name}: the netlist has {counts['LUT']} LUT, {counts['FF']} FF, {counts['RAM']:g} RAM: is the core "
                         "optimised away, or the hierarchy kept?")
    usage = {name: [counts[kind], board.device[name]] for name, kind in (("LUT6", "LUT"), ("FF", "FF"), ("RAM36", "RAM"), ("DSP48E1", "DSP"))}
    return facts(board, tools, design) | {"kind": "synthesis estimate", "usage": usage, "counts": counts}


def demand_timing(board, result):
    """The gate: constraint that the tool used = board file, and met. Where the tool derives it, a VCO's period is whole picoseconds."""
    if abs(result["constraint_hz"] / board.core_hz - 1) > 2e-3:
        raise BoardError(f"{board.name}: routed for {result['constraint_hz'] / 1e6:.2f} MHz on {result['clock']}, "
                         f"the board file says {board.core_hz / 1e6:g}")
    if result["fmax_hz"] < board.core_hz:
        raise BoardError(f"{board.name}: timing not met, {result['fmax_hz'] / 1e6:.1f} MHz routed, "
                         f"{board.core_hz / 1e6:g} wanted: lower core_hz and [pll], or another seed")


def demand_room(board, result):
    for name, (used, available) in result["usage"].items():
        if used > ROOM * available:
            raise BoardError(f"{board.name}: {used:g} {name} of {available}, more than the {ROOM:.0%} that leave room to route: "
                             f"a smaller [core]")


def lines(result):
    """A board's section."""
    core, mhz = result["core"], result["core_hz"] / 1e6
    usage = [f"{used:g} {name} of {available} ({100 * used / available:.0f} %)" for name, (used, available) in result["usage"].items()]
    if result["family"] == "ice40":  # A logic cell is one LUT and one flip-flop: how many of each are in use only the netlist tells.
        usage += [f"{result['counts'][kind]} {kind}" for kind in ("LUT", "FF")]
    said = [f"device: {result['title']}, {result['part']}",
            f"core: {core['Cols']} x {core['Rows']}, {core['pattern']}, {core['WeightBits']}-bit weights; layers {core['Layers']}, "
            f"lanes {core['Lanes']}, groups {core['Groups']}, tiles {core['Tiles']}, "
            f"tables {core['Tables']} of 2^{core['TableBits']} thresholds" +
            (f"; {core['Rings']} ring oscillators in the netlist" if core["Rings"] else ""),
            f"area ({result['kind']}): {', '.join(usage)}"]
    if "fmax_hz" in result:
        path = result["critical"]
        said += [f"timing ({result['kind']}): Fmax {result['fmax_hz'] / 1e6:.1f} MHz, clock of the board file {mhz:g} MHz",
                 f"what binds: {path['from']} to {path['to']}, {path['levels']} levels, "
                 f"{path['logic_ns']:.1f} ns logic, {path['routing_ns']:.1f} ns routing",
                 "seeds: " + ", ".join(f"{seed}{' (used)' if int(seed) == result['seed'] else ''}: {hz / 1e6:.1f}"
                                       for seed, hz in sorted(result["seeds"].items(), key=lambda item: int(item[0]))) + " MHz"]
    else:
        said += [f"timing: none, {mhz:g} MHz is the clock stated in the board file"]
    said += [f"flips/ns ({result['kind']}): {flips_per_ns(result):.3f} = {core['Cols'] // 2} column pairs x {core['Lanes']} lane(s) "
             f"x {mhz:g} MHz"]
    if "wall_s" in result:
        said += ["wall time: " + ", ".join(f"{name} {seconds:.0f} s" for name, seconds in result["wall_s"].items())]
    options = "; ".join(f"{name} {value}" for name, value in result["options"].items() if value)
    return said + [f"tools: {result['tools']}; {options}; design {result['design']}"]


def flips_per_ns(result):
    return result["cells"] * result["core_hz"] / 1e9


def text(result):
    return "\n".join("  " + line for line in lines(result | {"seeds": result.get("seeds", {})}))


def row(name, result):
    core, counts = result["core"], result["counts"]
    fmax = f"{result['fmax_hz'] / 1e6:.1f}" if "fmax_hz" in result else "-"
    return (f"| {name} | {result['part']} | {counts['LUT']} | {counts['FF']} | {counts['RAM']:g} | {fmax} | {result['core_hz'] / 1e6:g} | "
            f"{result['cells']} | {core['Cols']} x {core['Rows']}, {core['pattern']} | {flips_per_ns(result):.3f} | "
            f"{sum(result['wall_s'].values()):.0f} s | {result['kind']} |")


def path_of(name):
    return FPGA / name / "result.json"


def read(name):
    return json.loads(path_of(name).read_text()) if path_of(name).exists() else None


def known_seeds(board, result):
    """Fmax by seed that earlier runs recorded, of this very design by the same tools, options and rewriting of the netlist."""
    old = read(board.name)
    same = old and all(old.get(key) == result.get(key) for key in ("design", "tools", "options", "rewriting"))
    return old.get("seeds", {}) if same else {}


def render():
    """The text of RESULTS.md that the result files make."""
    results = {name: read(name) for name in board_names()}
    table = ["| board | device | LUT | FF | RAM blocks | Fmax MHz | clock MHz | lanes | grid | flips/ns | wall time | kind |",
             "|---|---|---|---|---|---|---|---|---|---|---|---|"]
    table += [row(name, result) if result else f"| {name} | not built yet: `make fpga BOARD={name}` |" + " |" * 10
              for name, result in results.items()]
    sections = [f"\n## {name}\n\n" + "\n".join(f"- {line}" for line in lines(result)) for name, result in results.items() if result]
    return HEADING + "\n" + "\n".join(table + sections) + "\n"


def replace(path, content):
    """The whole file or the old one."""
    beside = path.with_suffix(".new")
    beside.write_text(content)
    os.replace(beside, path)


def record(board, result):
    replace(path_of(board.name), json.dumps(result, indent=1) + "\n")
    replace(RESULTS, render())


def check_current():
    """RESULTS.md is what the result files make, and each of those is of its board file's shape, clock and seed."""
    for name in board_names():
        result, board = read(name), Board(name)
        if not result:
            continue
        for key, recorded, wanted in (("[core]", result["core"], board.core), ("core_hz", result["core_hz"], board.core_hz),
                                      ("seed", result.get("seed"), board.tools.get("seed"))):
            if recorded != wanted:
                raise BoardError(f"{Board.relative(path_of(name))}: {key} is not what the board file says: make fpga BOARD={name}")
    if RESULTS.read_text() != render():
        raise BoardError(f"{Board.relative(RESULTS)} is not what the result files make: make fpga BOARD=... writes it")
