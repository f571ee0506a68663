#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks every board without building it: board file, clock numbers, UART divider, pins, recorded figures. Part of `make lint`.

    check_boards.py                every board file and pin file
    check_boards.py --rtl BOARD    also: yosys elaborates the whole design of that board
    check_boards.py --rtl all      also: of every board
"""
import re
import subprocess
import sys

import build_board
import devices
import flow
import results
from board import BAUD_TOLERANCE, FPGA, ROOT, Board, BoardError, board_names, top_ports

PIN_LINE = {"ice40": r"^set_io\s+(?:-\S+\s+)*(\S+)\s+(\S+)", "ecp5": r'^LOCATE COMP "([^"]+)" SITE "([^"]+)"',
            "gowin": r'^IO_LOC\s+"([^"]+)"\s+(\w+)',
            "xilinx7": r"^set_property -dict \{.*?PACKAGE_PIN (\w+).*?\} \[get_ports \{?([\w\[\]]+?)\}?\]$"}
CLOCK_LINE = {"ice40": r"^set_frequency", "ecp5": r"^FREQUENCY", "gowin": r"create_clock", "xilinx7": r"create_clock"}
# Where a pin's electrical standard is a line of its own, and how it names the port.
STANDARD_LINE = {"ecp5": r'^IOBUF PORT "([^"]+)" IO_TYPE=', "gowin": r'^IO_PORT\s+"([^"]+)"\s+.*IO_TYPE='}
CELLS = {"ice40": "+/ice40/cells_sim.v", "ecp5": "+/ecp5/cells_sim.v +/ecp5/cells_bb.v", "gowin": "+/gowin/cells_sim.v",
         "xilinx7": "+/xilinx/cells_sim.v +/xilinx/cells_xtra.v"}


def read_pins(board):
    """[(port, pin)] of the pin file."""
    found = re.findall(PIN_LINE[board.family], board.pins.read_text(), re.M)
    return [pair[::-1] for pair in found] if board.family == "xilinx7" else found


def check_pins(board):
    where = board.relative(board.pins)
    text = board.pins.read_text()
    pins = read_pins(board)
    ports = top_ports(board.top)
    if not ports:
        raise BoardError(f"{board.relative(board.top)}: no ports found")
    named = [port for port, _ in pins]
    for kind, items in (("port", named), ("pin", [pin for _, pin in pins])):
        twice = {item for item in items if items.count(item) > 1}
        if twice:
            raise BoardError(f"{where}: {kind} {', '.join(sorted(twice))} appears twice")
    if set(named) != set(ports):
        raise BoardError(f"{where}: ports differ from {board.relative(board.top)} in "
                         f"{', '.join(sorted(set(named) ^ set(ports)))}")
    if board.clock_port not in ports:
        raise BoardError(f"{board.relative(board.path)}: clock port {board.clock_port} is no port of the top")
    if re.search(CLOCK_LINE[board.family], text, re.M):
        raise BoardError(f"{where}: a frequency here would be a second source, the board file gives it")
    if board.family in STANDARD_LINE:
        typed = re.findall(STANDARD_LINE[board.family], text, re.M)
        if sorted(typed) != sorted(named):
            raise BoardError(f"{where}: one IO_TYPE a port; differs in {', '.join(sorted(set(typed) ^ set(named)))}")
    if board.family == "xilinx7":
        bare = [line for line in text.splitlines() if "PACKAGE_PIN" in line and "IOSTANDARD" not in line]
        if bare:
            raise BoardError(f"{where}: no IOSTANDARD in '{bare[0]}'")


def check_package(board):
    """Every pin exists in the package. Returns a line to print where no database is here to ask."""
    try:
        known = devices.package_pins(board)
    except KeyError as error:
        raise BoardError(f"{board.relative(board.path)}: the device tables know no {error.args[0]}") from error
    except devices.NoDatabase as error:
        return f"{board.name}: pins not checked against the package: {error}"
    missing = [f"{port} at {pin}" for port, pin in read_pins(board) if pin not in known]
    if missing:
        raise BoardError(f"{board.relative(board.pins)}: {board.device['package']} has no such pin: {', '.join(missing)}")
    if board.family == "xilinx7":
        return f"{board.name}: pins checked against the ball grid only, no open device table is packaged"
    return None


def check_uart(board):
    """The divider of rtl/host is a phase accumulator: only the rounding of its step is off, a bit wants 4 to 1024 clocks."""
    clocks = board.core_hz / board.baud
    if not 4 <= clocks <= 1024:
        raise BoardError(f"{board.relative(board.path)}: {clocks:g} clocks a bit at {board.baud} baud, outside 4..1024")
    error = board.uart_baud() / board.baud - 1
    if abs(error) > BAUD_TOLERANCE:
        raise BoardError(f"{board.relative(board.path)}: the UART divider misses {board.baud} baud by {error:.2%}")


def check_rtl(board):
    """The portable subset with this board's parameters: yosys reads and elaborates everything, vendor cells known."""
    package = build_board.write_generated(board)
    script = (f"read_verilog -lib {CELLS[board.family]}; read_verilog -sv {' '.join(flow.ordered(board, package))}; "
              "hierarchy -check -top fpga")
    # Reals reach a black box as strings: that is how 0.23 has them.
    run = subprocess.run(["yosys", "-q", "-w", "Replacing floating point parameter", "-p", script], cwd=ROOT, capture_output=True, text=True)
    # A warning is as bad: yosys takes a select out of range or a missing driver for "any value".
    said = (run.stderr + run.stdout).strip().splitlines()
    if run.returncode != 0 or said:
        raise BoardError(f"{board.relative(board.top)}: yosys: {said[-1] if said else run.returncode}")


def check(name):
    """All of one board; returns the line that says what could not be checked, or nothing."""
    board = Board(name)
    check_pins(board)
    check_uart(board)
    if sys.argv[1:] in (["--rtl", name], ["--rtl", "all"]):
        check_rtl(board)
    return check_package(board)


def check_results():
    """Recorded figures; returns the line that says which are of sources that have changed since."""
    results.check_current()
    now = {name: (build_board.design_hash(board), flow.rewriting(board)) for name in board_names() for board in [Board(name)]}
    older = [name for name, state in now.items() if (result := results.read(name)) and (result["design"], result.get("rewriting")) != state]
    return f"figures of older sources: {', '.join(older)}; make fpga-all renews them" if older else None


def main():
    failures = 0
    names = board_names()
    if len(sys.argv) not in (1, 3) or sys.argv[1:2] not in ([], ["--rtl"]) or sys.argv[2:] and sys.argv[2] not in [*names, "all"]:
        sys.exit(__doc__)
    for action in [lambda name=name: check(name) for name in names] + [check_results]:
        try:
            if said := action():
                print(f"boards: {said}")
        except BoardError as failure:
            failures += 1
            print(f"boards: {failure}", file=sys.stderr)
    if not names:
        sys.exit(f"boards: no board file under {FPGA}")
    if failures:
        sys.exit(1)
    print(f"boards: {', '.join(names)} clean")


if __name__ == "__main__":
    main()
