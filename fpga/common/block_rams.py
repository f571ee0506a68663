# SPDX-License-Identifier: Apache-2.0
"""A floor plan of the ECP5's block RAMs: those of a column pair side by side, those of a tile among its pairs, tiles along the rows of
block RAMs like a snake.

nextpnr's analytical placer strews block RAMs over the chip: on LFE5U-85F the wire is then nearly twice as long. With these places
fixed, the logic of a pair gathers around its memories, next to the pairs whose spins it reads. All other block RAMs are the placer's: the
sites that are left lie between the pairs, near whatever needs one.
"""
import collections
import re

from board import BoardError

OWNER = re.compile(r"gen_tile\[(\d+)\]\.u_tile\.(?:gen_pair\[(\d+)\]|)")
OF_TILE = -1  # in place of a pair's number


def units(module):
    """Lists of names of block RAMs that belong together, in the order of the grid: pairs, and in the middle of each tile its own."""
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
        ordered += [*pairs[:len(pairs) // 2], sorted(own), *pairs[len(pairs) // 2:]]
    return [unit for unit in ordered if unit]


def place(module, rows):
    """Fixes the block RAMs of all units: about as many a row, spread over it, every second row from right to left. rows: sites."""
    waiting = collections.deque(units(module))
    share = -(-sum(map(len, waiting)) // len(rows))
    for number, row in enumerate(rows):
        here, taken = [], 0
        while waiting and taken < share and taken + len(waiting[0]) <= len(row):
            here.append(waiting.popleft())
            taken += len(here[-1])
        left = len(row) - taken
        sites = iter(row if number % 2 == 0 else reversed(row))
        for count, names in enumerate(here):
            for name in names:
                module["cells"][name]["attributes"]["BEL"] = next(sites)
            for _ in range((count + 1) * left // len(here) - count * left // len(here)):
                next(sites)
    if waiting:
        raise BoardError(f"{sum(map(len, waiting))} block RAMs of column pairs and tiles are more than the device's rows hold")
