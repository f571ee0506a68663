# SPDX-License-Identifier: Apache-2.0
"""Ends of ECP5 carry chains: what nobody needs is left unconnected.

The chains of rtl/tech/ecp5 begin with a half that makes the carry itself, and their last carry goes nowhere. yosys ties the unused CIN
to 0 all the same and gives the last COUT a net; nextpnr then spends four lookup tables a chain on leading them in and out.
"""
import collections
import json

SELF_STARTED = 0x0008  # INIT0 of tsu_chain.sv's first half: with C = D = 1 its P is 0, so CIN does not matter


def _release(pins, pin):
    """An unconnected pin is one on an undefined value; returns whether it was connected."""
    connected = pins[pin] != ["x"]
    pins[pin] = ["x"]
    return connected


def release_ends(path, top="fpga"):
    """Rewrites the netlist; returns how many CIN and COUT pins were released."""
    netlist = json.loads(path.read_text())
    module = netlist["modules"][top]
    readers = collections.Counter(bit for port in module["ports"].values() if port["direction"] != "input" for bit in port["bits"])
    for cell in module["cells"].values():
        for pin, bits in cell["connections"].items():
            if cell["port_directions"][pin] != "output":
                readers.update(bits)
    starts = ends = 0
    for cell in module["cells"].values():
        if cell["type"] != "CCU2C":
            continue
        pins = cell["connections"]
        if int(cell["parameters"]["INIT0"], 2) == SELF_STARTED and pins.get("C0") == pins.get("D0") == ["1"]:
            starts += _release(pins, "CIN")
        if not readers[pins["COUT"][0]]:
            ends += _release(pins, "COUT")
    path.write_text(json.dumps(netlist))
    return starts, ends
