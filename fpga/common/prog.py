#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Loads a built bitstream into a board with openFPGALoader.

    prog.py BOARD

Exit status: 0 loaded, 1 the loader failed, 2 no such board, 3 no bitstream, 4 no loader, or one that does not know the board.
"""
import shutil
import subprocess
import sys

from board import ROOT, Board, BoardError
import flow


def refuse(code, sentence):
    print(f"prog: {sentence}", file=sys.stderr)
    sys.exit(code)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        board = Board(sys.argv[1])
    except BoardError as error:
        refuse(2, error)
    path = flow.bitstream(board)
    if not (ROOT / path).is_file():
        how = f"make fpga BOARD={board.name}" if board.routed else f"Vivado's script, see make fpga BOARD={board.name}"
        refuse(3, f"no bitstream {path}: build it with {how}")
    if not shutil.which("openFPGALoader"):
        refuse(4, "openFPGALoader is not installed: apt-get install openfpgaloader")
    kind, name = board.loader
    if kind == "-b":
        known = subprocess.run(["openFPGALoader", "--list-boards"], capture_output=True, text=True).stdout.split()
        if name not in known:
            refuse(4, f"this openFPGALoader does not know the board '{name}': a newer one is needed")
    code = subprocess.run(["openFPGALoader", kind, name, str(path)], cwd=ROOT).returncode
    if code != 0:
        refuse(1, f"openFPGALoader {kind} {name} ended with {code}: is {board.title} connected, and may this user open its USB device?")
    print(f"prog: {path} loaded into {board.title}")


if __name__ == "__main__":
    main()
