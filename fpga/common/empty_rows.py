# SPDX-License-Identifier: Apache-2.0
"""Rows of an ECP5's logic that the placer leaves empty, so that wires find room.

nextpnr's analytical placer packs logic to three quarters around the block RAMs and leaves whole margins of the device bare; its option for
the density does not reach ECP5. So while the rest is placed, every n-th row of lookup tables there is taken by some that have no nets. They go
before routing: the netlist that is routed has none of them.
"""
from board import BoardError

NAME = "empty_row_"
LUT4 = {"hide_name": 0, "type": "LUT4", "parameters": {"INIT": "0" * 16}, "port_directions": {"Z": "output"}, "connections": {"Z": []}}


def take(module, rows, every, first, last):
    """Adds lookup tables in every n-th of the rows between first and last; rows: by number, sites as nextpnr names them. Returns how many."""
    crowded = [row for row in sorted(rows) if first <= row <= last]
    sites = [site for row in crowded[every // 2::every] for site in rows[row]]
    for site in sites:
        module["cells"][NAME + site] = LUT4 | {"attributes": {"BEL": site}}
    return len(sites)


def release(module, count):
    """Removes them from the placed netlist."""
    taken = [name for name in module["cells"] if name.startswith(NAME)]
    if len(taken) != count:
        raise BoardError(f"{len(taken)} lookup tables of empty rows came back from placement, {count} went in")
    for name in taken:
        del module["cells"][name]
