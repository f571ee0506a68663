# SPDX-License-Identifier: Apache-2.0
"""A floor plan of the ECP5's block RAMs: those of a column pair side by side, pairs along the rows of block RAMs like a snake.

nextpnr's analytical placer strews block RAMs over the chip: on LFE5U-85F the wire is then nearly twice as long. With these places
fixed, the logic of a pair gathers around its memories, next to the pairs whose spins it reads. All other block RAMs are the placer's: the
sites that are left lie between the pairs, near whatever needs one.
"""
import collections
import re

from board import BoardError

OWNER = re.compile(r"gen_tile\[(\d+)\].*gen_pair\[(\d+)\]")


def pair_memories(module):
    """Names of the block RAMs of each pair, pairs in the order of the grid."""
    pairs = collections.defaultdict(list)
    for name, cell in module["cells"].items():
        owner = OWNER.search(name)
        if cell["type"] == "DP16KD" and owner:
            pairs[tuple(map(int, owner.groups()))].append(name)
    return [sorted(pairs[pair]) for pair in sorted(pairs)]


def place(module, rows):
    """Fixes the block RAMs of all pairs: as many pairs a row, spread over it, every second row from right to left. rows: sites."""
    pairs = pair_memories(module)
    share = -(-len(pairs) // len(rows))
    for number, row in enumerate(rows):
        here = pairs[number * share:(number + 1) * share]
        if (taken := sum(map(len, here))) > len(row):
            raise BoardError(f"{taken} block RAMs of {share} column pairs are more than a row of the device has, {len(row)}")
        left = len(row) - taken
        sites = iter(row if number % 2 == 0 else reversed(row))
        for place, names in enumerate(here):
            for name in names:
                module["cells"][name]["attributes"]["BEL"] = next(sites)
            for _ in range((place + 1) * left // len(here) - place * left // len(here)):
                next(sites)
