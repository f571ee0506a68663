# SPDX-License-Identifier: Apache-2.0
"""The tools of each family: synthesis, place and route with one seed, bitstream. Every tool's output goes to a log.

iCE40 and 7-series: Debian's programs. ECP5 and Gowin: the wheels of requirements.txt in build/fpga-venv. 7-series ends with
synthesis: no packaged open tool routes it.
"""
import hashlib
import json
import os
import pathlib
import re
import subprocess
import time

from board import ROOT, BoardError, sources
import carry_chains
import devices
import empty_rows
import floor_plan

BUILD = pathlib.Path("build/fpga")  # relative to the root: the YoWASP tools see no other paths
WHEELS = ("ecp5", "gowin")
PLACERS = {"ice40": "nextpnr-ice40", "ecp5": "nextpnr-ecp5", "gowin": "nextpnr-himbaechel-gowin"}
# ECP5 and 7-series module by module: equal modules are mapped once, and the registers that each pair and tile has of one net are not merged.
# 7-series without SRL16E: up to 2026 yosys dropped the clock enable of the flip-flops that it made one of (yosys issue 6058).
SYNTH = {"ice40": "synth_ice40", "ecp5": "synth_ecp5 -noflatten", "gowin": "synth_gowin", "xilinx7": "synth_xilinx -family xc7 -nosrl"}
BITSTREAM = {"ice40": "bin", "ecp5": "bit", "gowin": "fs", "xilinx7": "bit"}  # 7-series: what Vivado's script writes


def bitstream(board):
    return BUILD / board.name / f"{board.name}.{BITSTREAM[board.family]}"


def tool(board, name):
    return str(devices.VENV / "bin" / f"yowasp-{name}") if board.family in WHEELS else name


def environment():
    return os.environ | {"YOWASP_CACHE_DIR": str(ROOT / devices.VENV / "cache")}


def run(command, log):
    """Runs one tool with its output in a log, returns its seconds; a failure shows the log's last error."""
    start = time.monotonic()
    name = pathlib.Path(command[0]).name
    print(f"  {name} ...", end=" ", flush=True)
    with open(ROOT / log, "w") as stream:
        try:
            code = subprocess.run(command, cwd=ROOT, stdout=stream, stderr=subprocess.STDOUT, env=environment()).returncode
        except OSError as error:
            raise BoardError(f"{command[0]}: {error.strerror}; `make fpga` installs it") from error
    seconds = time.monotonic() - start
    print(f"{seconds:.0f} s")
    if code != 0:
        lines = [line for line in (ROOT / log).read_text().splitlines() if "ERROR" in line.upper()]
        raise BoardError(f"{name} failed, log in {log}: {(lines or ['no error line'])[-1]}")
    return seconds


def version(command):
    """First version-like word of a tool's own answer."""
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment())
    found = re.search(r"(?:Yosys |Version (?:nextpnr-)?)([\w.+-]+)", answer.stdout + answer.stderr)
    return found.group(1) if found else "unknown"


def tool_versions(board):
    said = f"yosys {version([tool(board, 'yosys'), '-V'])}"
    if board.routed:
        placer = PLACERS[board.family]
        said += f", {placer} {version([tool(board, placer), '--version'])}"
    return said


def ordered(board, package):
    """Compile order: tsu_pkg, board_pkg, the rest."""
    first, *rest = sources(board)
    return [first, package, *rest]


def synthesise(board, package):
    folder = BUILD / board.name
    script = (f"read_verilog -sv {' '.join(ordered(board, package))}; "
              f"{SYNTH[board.family]} {board.tools['synth']} -top fpga; flatten; opt_clean; write_json {folder}/netlist.json")
    seconds = run([tool(board, "yosys"), "-p", script], folder / "synth.log")
    if board.family == "ecp5":
        prepare_ecp5(board, ROOT / folder / "netlist.json")
    return seconds


def rewriting(board):
    """Short hash of what rewrites a netlist before it is placed; None where nothing does."""
    modules = (carry_chains, empty_rows, floor_plan) if board.family == "ecp5" else ()
    return hashlib.sha256(b"".join(pathlib.Path(module.__file__).read_bytes() for module in modules)).hexdigest()[:8] if modules else None


def prepare_ecp5(board, path):
    """Rewrites the netlist as its placer does better with."""
    netlist = json.loads(path.read_text())
    module = netlist["modules"]["fpga"]
    starts, ends = carry_chains.release_ends(module)
    print(f"  carry chains: {starts} carries in and {ends} out released, {carry_chains.raise_zeros(module)} zeros raised")
    floor_plan.place_block_rams(module, devices.block_rams_ecp5(board))
    floor_plan.place_reset(module, devices.logic_ecp5(board))
    path.write_text(json.dumps(netlist))


def place_with_empty_rows(board, command, seed):
    """Places only. Returns the placed netlist without what took the empty rows, and the seconds."""
    folder = BUILD / board.name
    netlist = json.loads((ROOT / folder / "netlist.json").read_text())
    count = empty_rows.take(netlist["modules"]["fpga"], devices.lookup_tables_ecp5(board), **board.tools["empty_rows"])
    spaced, placed = f"{folder}/spaced.json", f"{folder}/placed-{seed}.json"
    (ROOT / spaced).write_text(json.dumps(netlist))
    seconds = run([*command, "--json", spaced, "--no-route", "--write", placed], folder / f"place-{seed}.log")
    netlist = json.loads((ROOT / placed).read_text())
    module = netlist["modules"]["top"]
    empty_rows.release(module, count)
    module["settings"]["target_freq"] = f"{board.core_hz:.1f}"  # nextpnr writes no clock constraints; 100000000 alone would be read as bits
    (ROOT / placed).write_text(json.dumps(netlist))
    return placed, seconds


def place_and_route(board, seed):
    """Writes routed-<seed> and report-<seed>.json; a missed clock is the caller's to judge."""
    folder, device = BUILD / board.name, board.device
    pins, routed = f"{folder}/{board.pins.name}", f"{folder}/routed-{seed}"
    command = [tool(board, PLACERS[board.family]), "--seed", str(seed), "--timing-allow-fail", *board.tools["place"].split()]
    netlist, output = ["--json", f"{folder}/netlist.json"], ["--report", f"{folder}/report-{seed}.json"]
    if board.core["Rings"]:
        command += ["--ignore-loops"]  # nextpnr refuses ring oscillators otherwise
    if board.family == "ice40":
        command += [f"--{device['part']}", "--package", device["package"], "--pcf", pins]
        output += ["--asc", routed]
    elif board.family == "ecp5":
        command += [f"--{device['part']}", "--package", device["package"], "--speed", str(device["speed"]), "--lpf", pins]
        output += ["--textcfg", routed]
    else:  # The Gowin flow derives no clock behind the PLL: the core clock's frequency is said outright.
        command += ["--device", device["part"], "--vopt", f"family={device['chip']}", "--vopt", f"cst={pins}", "--freq", f"{board.core_hz / 1e6:g}"]
        output += ["--write", routed]
    if "empty_rows" not in board.tools:
        return run([*command, *netlist, *output], folder / f"place-{seed}.log")
    placed, seconds = place_with_empty_rows(board, command, seed)
    return seconds + run([*command, "--json", placed, "--no-pack", "--no-place", *output], folder / f"route-{seed}.log")


def pack(board, seed):
    folder = BUILD / board.name
    routed, output = f"{folder}/routed-{seed}", str(bitstream(board))
    command = {"ice40": ["icepack", routed, output],
               "ecp5": [str(devices.VENV / "bin" / "yowasp-ecppack"), "--compress", routed, output],
               "gowin": [str(devices.VENV / "bin" / "gowin_pack"), "-d", board.device.get("chip", ""), "-o", output, routed]}[board.family]
    return run(command, folder / "pack.log")
