# SPDX-License-Identifier: Apache-2.0
"""Ring oscillators in a netlist: its combinational loops."""
import re
import tomllib

from board import ROOT, BoardError


def is_register(cell):
    return not re.search("LUT|MUX|INV|BUF|CARRY|CCU2|ALU", cell["type"])


def is_net(bit):
    """And no constant, which yosys writes as a string."""
    return isinstance(bit, int)


def loops(cells):
    """Sets of names of cells that reach themselves through combinational cells alone (Tarjan, without recursion)."""
    readers = {}
    for name, cell in cells.items():
        for port, bits in cell["connections"].items():
            if cell["port_directions"][port] == "input" and not is_register(cell):
                for bit in filter(is_net, bits):
                    readers.setdefault(bit, []).append(name)
    follow = {name: [reader for port, bits in cell["connections"].items() if cell["port_directions"][port] == "output"
                     for bit in filter(is_net, bits) for reader in readers.get(bit, [])]
              for name, cell in cells.items() if not is_register(cell)}
    found, index, low, stack, on_stack = [], {}, {}, [], set()
    for root in follow:
        if root in index:
            continue
        work = [(root, iter(follow[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            name, rest = work[-1]
            for after in rest:
                if after not in index:
                    index[after] = low[after] = len(index)
                    stack.append(after)
                    on_stack.add(after)
                    work.append((after, iter(follow[after])))
                    break
                if after in on_stack:
                    low[name] = min(low[name], index[after])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    at = stack.index(name)
                    members = set(stack[at:])
                    del stack[at:]
                    on_stack -= members
                    if len(members) > 1 or name in follow[name]:
                        found.append(members)
    return found


def demand_rings(board, cells):
    """Of a board with rings: each is in the netlist, stage by stage, and there is no other loop, which its placer is told to ignore."""
    if not board.core["Rings"]:
        return
    stages = tomllib.loads((ROOT / "rtl/regs/tsu.toml").read_text())["rings"]["stages"][:board.core["Rings"]]
    sizes = sorted(len(ring) for ring in loops(cells))
    if sizes != sorted(stages):
        raise BoardError(f"{board.name}: the netlist has loops of {sizes} cells, its rings should be {stages}")
