# SPDX-License-Identifier: Apache-2.0
"""ECP5 carry chains as nextpnr likes them: nothing is routed that nobody needs.

The chains of rtl/tech/ecp5 begin with a half that makes the carry itself, and their last carry goes nowhere. yosys ties the unused CIN
to 0 all the same and gives the last COUT a net; nextpnr then spends four lookup tables a chain on leading them in and out.

An input of a lookup table that is not routed reads 1. nextpnr folds constants into lookup tables, but not into those of CCU2C: each C or D
at 0 becomes a branch of one net over the whole chip. So those become 1, and the table answers to 1 what it answered to 0.
"""
import collections

SELF_STARTED = 0x0008  # INIT0 of tsu_chain.sv's first half: with C = D = 1 its P is 0, so CIN does not matter
# Of each input: places of the table where it is 1, and how far below them lie those where it is 0. The generate of a half is the
# table's four lowest places whatever C and D are: they are never written. A and B choose among them and stay.
INPUTS = {"C": (0xF0F0, 4), "D": (0xFF00, 8)}


def _release(pins, pin):
    """An unconnected pin is one on an undefined value; returns whether it was connected."""
    connected = pins[pin] != ["x"]
    pins[pin] = ["x"]
    return connected


def _carry_cells(module):
    return [cell for cell in module["cells"].values() if cell["type"] == "CCU2C"]


def release_ends(module):
    """Releases CIN and COUT pins that do not matter; returns how many of each."""
    readers = collections.Counter(bit for port in module["ports"].values() if port["direction"] != "input" for bit in port["bits"])
    for cell in module["cells"].values():
        for pin, bits in cell["connections"].items():
            if cell["port_directions"][pin] != "output":
                readers.update(bits)
    starts = ends = 0
    for cell in _carry_cells(module):
        pins = cell["connections"]
        if int(cell["parameters"]["INIT0"], 2) == SELF_STARTED and pins.get("C0") == pins.get("D0") == ["1"]:
            starts += _release(pins, "CIN")
        if not readers[pins["COUT"][0]]:
            ends += _release(pins, "COUT")
    return starts, ends


def raise_zeros(module):
    """C and D inputs at 0 become 1, tables accordingly; returns how many."""
    raised = 0
    for cell in _carry_cells(module):
        pins, parameters = cell["connections"], cell["parameters"]
        for half in "01":
            for pin, (ones, below) in INPUTS.items():
                if pins.get(pin + half) != ["0"]:
                    continue
                table = int(parameters["INIT" + half], 2)
                parameters["INIT" + half] = f"{table & ~ones | table << below & ones:016b}"
                pins[pin + half] = ["1"]
                raised += 1
    return raised
