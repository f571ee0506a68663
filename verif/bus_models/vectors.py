# SPDX-License-Identifier: Apache-2.0
"""Reads what build/bus-vectors wrote (verif/tools/bus_vectors.cpp says what the lines mean)."""
import dataclasses
import pathlib


@dataclasses.dataclass
class Round:
    loads: list = dataclasses.field(default_factory=list)
    program: list = None
    samples: list = dataclasses.field(default_factory=list)


class Vectors:
    def __init__(self, path):
        self.parameters, self.registers, self.rounds = {}, [], []
        for line in pathlib.Path(path).read_text().splitlines():
            kind, *fields = line.split()
            if kind == "parameter":
                self.parameters[fields[0]] = int(fields[1], 16)
                continue
            words = [int(field, 16) for field in fields]
            if kind == "register":
                self.registers.append(tuple(words))
            elif kind == "round":
                self.rounds.append(Round())
            elif kind == "load":
                self.rounds[-1].loads.append(words)
            elif kind == "program":
                self.rounds[-1].program = words
            elif kind == "sample":
                self.rounds[-1].samples.append(words)
            else:
                raise ValueError(f"{path}: unknown line '{kind}'")
