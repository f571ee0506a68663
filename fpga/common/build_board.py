#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One board from RTL to bitstream with open tools, and its line in fpga/RESULTS.md.

    build_board.py BOARD

Everything lands in build/fpga/<board>/: board_pkg.sv and the constraint file (generated), logs, netlist, report, bitstream.
Fails when the routed design misses the clock of the board file; no bitstream is written then.
"""
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

from board import ROOT, Board, BoardError, sources
import results

BUILD = pathlib.Path("build/fpga")  # relative to the root: the YoWASP tools see no other paths
VENV = pathlib.Path("build/fpga-venv")


def design_hash(board):
    """Short hash of all that the netlist depends on: sources, board file, pins."""
    digest = hashlib.sha256()
    for path in sources(board) + [board.relative(board.path), board.relative(board.pins)]:
        digest.update((ROOT / path).read_bytes())
    return digest.hexdigest()[:8]


def write_generated(board):
    """Writes board_pkg.sv and the complete constraint file; returns the path of the package."""
    folder = ROOT / BUILD / board.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "board_pkg.sv").write_text(board.package_text(int(design_hash(board), 16)))
    (folder / board.pins.name).write_text(board.pins.read_text() + board.clock_constraint())
    return str(BUILD / board.name / "board_pkg.sv")


def ordered(board, package):
    """Compile order: tsu_pkg, board_pkg, the rest."""
    first, *rest = sources(board)
    return [first, package, *rest]


def tool(board, name):
    """Debian's program for ice40, the wheel's for ecp5."""
    return name if board.family == "ice40" else str(VENV / "bin" / f"yowasp-{name}")


def run(command, log):
    """Runs one tool with its output in a log; a failure shows the log's last errors."""
    start = time.monotonic()
    print(f"  {pathlib.Path(command[0]).name} ...", end=" ", flush=True)
    environment = os.environ | {"YOWASP_CACHE_DIR": str(ROOT / VENV / "cache")}
    with open(ROOT / log, "w") as stream:
        try:
            code = subprocess.run(command, cwd=ROOT, stdout=stream, stderr=subprocess.STDOUT, env=environment).returncode
        except OSError as error:
            raise BoardError(f"{command[0]}: {error.strerror}; `make fpga` installs it") from error
    print(f"{time.monotonic() - start:.0f} s")
    if code != 0:
        lines = [line for line in (ROOT / log).read_text().splitlines() if "ERROR" in line]
        raise BoardError(f"{pathlib.Path(command[0]).name} failed, log in {log}: {(lines or ['no error line'])[-1]}")


def version(command):
    """First version-like word of a tool's own answer."""
    environment = os.environ | {"YOWASP_CACHE_DIR": str(ROOT / VENV / "cache")}
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)
    found = re.search(r"(?:Yosys |Version (?:nextpnr-)?)([\w.+-]+)", answer.stdout + answer.stderr)
    return found.group(1) if found else "unknown"


def tool_versions(board):
    yosys, place = tool(board, "yosys"), tool(board, f"nextpnr-{board.family}")
    return f"yosys {version([yosys, '-V'])}, nextpnr-{board.family} {version([place, '--version'])}"


def synthesise(board, folder, package):
    # Module by module: equal modules are mapped once, and the registers that each pair and tile has of one net are not merged.
    script = (f"read_verilog -sv {' '.join(ordered(board, package))}; "
              f"synth_{board.family} {board.tools['synth']} -noflatten -top fpga; flatten; opt_clean; write_json {folder}/netlist.json")
    run([tool(board, "yosys"), "-p", script], folder / "synth.log")


def place_and_route(board, folder):
    device = board.device
    command = [tool(board, f"nextpnr-{board.family}"), f"--{device['part']}", "--package", device["package"],
               "--json", f"{folder}/netlist.json", "--report", f"{folder}/report.json", "--timing-allow-fail",
               *board.tools["place"].split()]
    if board.family == "ice40":
        command += ["--pcf", f"{folder}/{board.pins.name}", "--asc", f"{folder}/routed.txt"]
    else:
        command += ["--speed", str(device["speed"]), "--lpf", f"{folder}/{board.pins.name}",
                    "--textcfg", f"{folder}/routed.txt"]
    run(command, folder / "place.log")


def pack(board, folder):
    bitstream = folder / f"{board.name}.{'bin' if board.family == 'ice40' else 'bit'}"
    if board.family == "ice40":
        run(["icepack", f"{folder}/routed.txt", str(bitstream)], folder / "pack.log")
    else:
        run([tool(board, "ecppack"), "--compress", f"{folder}/routed.txt", str(bitstream)], folder / "pack.log")
    return bitstream


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    board = Board(sys.argv[1])
    folder = BUILD / board.name
    for stale in (ROOT / folder).glob(f"{board.name}.bi[nt]"):
        stale.unlink()
    package = write_generated(board)
    print(f"{board.title}: {board.core['Cols']} x {board.core['Rows']}, {board.cells} cells, {board.core_hz / 1e6:g} MHz")
    synthesise(board, folder, package)
    place_and_route(board, folder)
    report = json.loads((ROOT / folder / "report.json").read_text())
    netlist = json.loads((ROOT / folder / "netlist.json").read_text())
    cells = [cell["type"] for cell in netlist["modules"]["fpga"]["cells"].values()]
    result = results.Result(board, report, cells, tool_versions(board), design_hash(board))
    print(result.text())
    result.demand_timing()
    bitstream = pack(board, folder)
    results.record(result)
    print(f"  bitstream {bitstream}, {(ROOT / bitstream).stat().st_size} bytes")


if __name__ == "__main__":
    try:
        main()
    except BoardError as failure:
        sys.exit(f"fpga: {failure}")
