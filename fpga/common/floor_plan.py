# SPDX-License-Identifier: Apache-2.0
"""A floor plan of the ECP5. Block RAMs of a column pair lie side by side, those of a tile among its pairs, tiles along the rows of
block RAMs like a snake; the register of the reset lies in the middle.

nextpnr's analytical placer strews block RAMs over the chip: on LFE5U-85F the wire is then nearly twice as long. With these places
fixed, the logic of a pair gathers around its memories, next to the pairs whose spins it reads. All other block RAMs are control's, and
the placer's: the sites that are left are in the middle of the rows, since one in a corner would bind the clock of the whole. So would reset:
the whole chip listens to it, and the placer puts its register beside the PLL, in a corner, where only slow signals come from.
"""
import collections
import re

from board import BoardError

OWNER = re.compile(r"gen_tile\[(\d+)\]\.u_tile\.(?:gen_pair\[(\d+)\]|)")
OF_TILE = -1  # in place of a pair's number
RESET = re.compile(r"u_reset\.rst_q_\w*$")  # fpga_reset.sv


def units(module):
    """Lists of names of block RAMs that belong together, in the order of the grid: pairs, and among those of a tile its own, one by one."""
    tiles = collections.defaultdict(lambda: collections.defaultdict(list))
    for name, cell in module["cells"].items():
        owner = OWNER.search(name)
        if cell["type"] == "DP16KD" and owner:
            tile, pair = owner.groups()
            tiles[int(tile)][OF_TILE if pair is None else int(pair)].append(name)
    ordered = []
    for _, members in sorted(tiles.items()):
        own = members.pop(OF_TILE, [])
        pairs = [sorted(members[pair]) for pair in sorted(members)]
        ordered += [*pairs[:len(pairs) // 2], *([name] for name in sorted(own)), *pairs[len(pairs) // 2:]]
    return ordered


def place_block_rams(module, rows):
    """Fixes the block RAMs of all units: about as many a row, every second row from right to left. rows: sites."""
    waiting = collections.deque(units(module))
    share = -(-sum(map(len, waiting)) // len(rows))
    for number, row in enumerate(rows):
        here, taken = [], 0
        while waiting and taken < share and taken + len(waiting[0]) <= len(row):
            here.append(waiting.popleft())
            taken += len(here[-1])
        gap = len(row) - taken
        sites = iter(row if number % 2 == 0 else reversed(row))
        for count, names in enumerate(here):
            for name in names:
                module["cells"][name]["attributes"]["BEL"] = next(sites)
            if count == len(here) // 2:
                for _ in range(gap):
                    next(sites)
    if waiting:
        raise BoardError(f"{sum(map(len, waiting))} block RAMs of column pairs and tiles are more than the device's rows hold")


def place_reset(module, rows):
    """Fixes the register of the reset. rows: columns of logic by row."""
    registers = [cell for name, cell in module["cells"].items() if cell["type"] == "TRELLIS_FF" and RESET.search(name)]
    if len(registers) != 1:
        raise BoardError(f"the netlist has {len(registers)} registers of the reset instead of one: fpga/common/floor_plan.py looks for {RESET.pattern}")
    row = sorted(rows)[len(rows) // 2]
    column = sorted(rows[row])[len(rows[row]) // 2]
    registers[0]["attributes"]["BEL"] = f"X{column}/Y{row}/SLICEA.FF0"
