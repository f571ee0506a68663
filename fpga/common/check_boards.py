#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks every board without building it: board file, clock numbers, UART divider, pins. Part of `make lint`.

    check_boards.py                every board file and pin file
    check_boards.py --rtl BOARD    also: yosys elaborates the whole design of that board
"""
import re
import subprocess
import sys

import build_board
from board import BAUD_TOLERANCE, FPGA, ROOT, Board, BoardError, board_names, top_ports

PIN_LINE = {"ice40": r"^set_io\s+(?:-\S+\s+)*(\S+)\s+(\S+)", "ecp5": r'^LOCATE COMP "([^"]+)" SITE "([^"]+)"'}
CLOCK_LINE = {"ice40": r"^set_frequency", "ecp5": r"^FREQUENCY"}
CELLS = {"ice40": "+/ice40/cells_sim.v", "ecp5": "+/ecp5/cells_sim.v +/ecp5/cells_bb.v"}


def check_pins(board):
    where = board.relative(board.pins)
    text = board.pins.read_text()
    pins = re.findall(PIN_LINE[board.family], text, re.M)
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
    if board.family == "ecp5":
        typed = re.findall(r'^IOBUF PORT "([^"]+)" IO_TYPE=', text, re.M)
        if sorted(typed) != sorted(named):
            raise BoardError(f"{where}: one IOBUF line a port; differs in {', '.join(sorted(set(typed) ^ set(named)))}")


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
    script = (f"read_verilog -lib {CELLS[board.family]}; read_verilog -sv {' '.join(build_board.ordered(board, package))}; "
              "hierarchy -check -top fpga")
    run = subprocess.run(["yosys", "-q", "-p", script], cwd=ROOT, capture_output=True, text=True)
    # A warning is as bad: yosys takes a select out of range or a missing driver for "any value".
    said = (run.stderr + run.stdout).strip().splitlines()
    if run.returncode != 0 or said:
        raise BoardError(f"{board.relative(board.top)}: yosys: {said[-1] if said else run.returncode}")


def main():
    failures = 0
    names = board_names()
    for name in names:
        try:
            board = Board(name)
            check_pins(board)
            check_uart(board)
            if sys.argv[1:] == ["--rtl", name]:
                check_rtl(board)
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
