#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Board files: fpga/<board>/board.toml is the only source of a board's numbers.

From it come the build parameters and PLL settings (package board_pkg, SystemVerilog), the clock line of the
constraint file, and the checks that these agree with one another.

    board.py --boards           names of all boards
    board.py --family BOARD     tool family of one
    board.py --sources FAMILY   the core's files with that family's cells, in compile order
"""
import pathlib
import re
import sys
import tomllib

import pll

ROOT = pathlib.Path(__file__).resolve().parents[2]
FPGA = ROOT / "fpga"
BAUD_TOLERANCE = 0.005  # a receiver tolerates about 2 % in all, the other end and jitter want the rest

CORE_KEYS = {"pattern", "Cols", "Rows", "Tiles", "Lanes", "Groups", "Layers", "WeightBits", "TableBits", "Tables", "TableLanes",
             "ProgramWords", "SampleWords", "Window", "Rings"}
PIN_FILES = {"ice40": "pins.pcf", "ecp5": "pins.lpf", "gowin": "pins.cst", "xilinx7": "pins.xdc"}
MAX_SEEDS = 8  # a figure is the best of a fixed, listed few, not of a long search


class BoardError(Exception):
    """One line: which file, what is wrong, what to do."""


def board_names():
    return sorted(p.parent.name for p in FPGA.glob("*/board.toml"))


class Board:
    """One parsed and checked board file."""

    def __init__(self, name):
        self.name = name
        self.path = FPGA / name / "board.toml"
        try:
            text = self.path.read_text()
        except OSError as error:
            raise BoardError(f"no board '{name}': choose one of {', '.join(board_names())}") from error
        try:
            self._read(tomllib.loads(text))
        except KeyError as error:
            raise BoardError(f"{self.relative(self.path)}: {error.args[0]} is missing") from error
        except (tomllib.TOMLDecodeError, BoardError) as error:
            raise BoardError(f"{self.relative(self.path)}: {error}") from error

    @staticmethod
    def relative(path):
        return str(pathlib.Path(path).relative_to(ROOT))

    def _read(self, data):
        self.title = data["title"]
        self.device = data["device"]
        self.family = self.device["family"]
        if self.family not in PIN_FILES:
            raise BoardError(f"family '{self.family}' has no flow: {', '.join(PIN_FILES)}")
        shared = data.get("top", self.name)
        self.top = FPGA / shared / "fpga.sv"
        self.pins = ROOT / "constraints" / shared / PIN_FILES[self.family]
        for path in (self.top, self.pins):
            if not path.is_file():
                raise BoardError(f"there is no {self.relative(path)}")
        clock = data["clock"]
        self.clock_port, self.input_hz, self.core_hz = clock["port"], clock["input_hz"], clock["core_hz"]
        self.pll, self.baud, self.core, self.tools = data["pll"], data["uart"]["baud"], data["core"], data["tools"]
        self.loader = data["prog"]["loader"].split()
        try:
            output_hz = pll.output_hz(self.family, self.pll, self.input_hz, self.device)
        except pll.PllError as error:
            raise BoardError(error) from error
        if output_hz != self.core_hz:
            raise BoardError(f"the PLL makes {output_hz / 1e6:g} MHz of {self.input_hz / 1e6:g}, "
                             f"core_hz says {self.core_hz / 1e6:g}: change one")
        if set(self.core) != CORE_KEYS:
            raise BoardError(f"[core] must give exactly {', '.join(sorted(CORE_KEYS))}; "
                             f"differs in {', '.join(sorted(set(self.core) ^ CORE_KEYS))}")
        if self.routed:
            seed, seeds = self.tools["seed"], self.tools["seeds"]
            if not 1 <= len(seeds) <= MAX_SEEDS or len(set(seeds)) != len(seeds) or seed not in seeds:
                raise BoardError(f"[tools] seeds must list 1 to {MAX_SEEDS} different seeds, seed among them")
        rows = self.tools.get("empty_rows")
        if rows is not None and (self.family != "ecp5" or not isinstance(rows, dict) or set(rows) != {"every", "first", "last"} or rows["every"] < 2):
            raise BoardError(f"[tools] empty_rows = {rows}: every (2 or more), first and last row, and only on ECP5")

    @property
    def routed(self):
        """Whether open tools place and route this family; else there is a synthesis estimate only."""
        return self.family != "xilinx7"

    @property
    def cells(self):
        """Updates a clock: every column pair updates one site of every lane."""
        return self.core["Cols"] // 2 * self.core["Lanes"]

    def uart_baud(self):
        """What the UART makes of the wanted baud: rtl/host/tsu_uart_rx.sv adds a rounded step to a 16-bit phase every clock."""
        return round(self.baud * 65536 / self.core_hz) * self.core_hz / 65536

    def rules(self):
        """The pattern's (a, b) list, from where tsu_pkg has it too (yosys 0.23: no package may name another)."""
        patterns = tomllib.loads((ROOT / "rtl" / "regs" / "tsu.toml").read_text())["patterns"]
        if self.core["pattern"] not in patterns:
            raise BoardError(f"{self.relative(self.path)}: pattern '{self.core['pattern']}' is none of {', '.join(patterns)}")
        return patterns[self.core["pattern"]]

    def package_text(self, build_id):
        """board_pkg: the board file as SystemVerilog constants."""
        lines = [f"// Generated from {self.relative(self.path)} by fpga/common/board.py; do not edit.",
                 "// SPDX-License-Identifier: Apache-2.0", "`default_nettype none", "package board_pkg;"]
        rules = self.rules()
        lines += [f"  localparam int unsigned NumRules = {len(rules)};",
                  f"  localparam logic [95:0] Rules = 96'h{flat_rules(rules):024x};"]
        numbers = {key: value for key, value in self.core.items() if key != "pattern"}
        numbers |= {"InputHz": self.input_hz, "ClockHz": self.core_hz, "Baud": self.baud}
        lines += [f"  localparam int unsigned {key} = {value};" for key, value in numbers.items()]
        lines += [f"  localparam int unsigned BuildId = 32'h{build_id:08x};"]
        lines += [f"  localparam int unsigned Pll{pll_name(key)} = {value};" for key, value in self.pll.items()]
        if self.family == "gowin":
            lines += [f'  localparam PllFclkin = "{self.input_hz / 1e6:g}";', f'  localparam PllDevice = "{self.device["chip"]}";']
        return "\n".join(lines + ["endpackage", "`default_nettype wire", ""])

    def clock_constraint(self):
        """The line that tells the tool the frequency of the input, where it derives the PLL's output from that."""
        mhz = f"{self.input_hz / 1e6:g}"
        if self.family == "ice40":
            return f"set_frequency {self.clock_port} {mhz}\n"
        if self.family == "ecp5":
            return f'FREQUENCY PORT "{self.clock_port}" {mhz} MHZ;\n'
        return f"create_clock -period {1e9 / self.input_hz:.3f} -name {self.clock_port} [get_ports {self.clock_port}]\n"


def flat_rules(rules):
    """Rule k as {b, a} in bits [16k +: 16], 8 bits signed each: the form of parameter Rules."""
    return sum((a & 255 | (b & 255) << 8) << 16 * k for k, (a, b) in enumerate(rules))


def pll_name(key):
    """CLKI_DIV -> ClkiDiv."""
    return "".join(part.capitalize() for part in key.split("_"))


def listed(path):
    """Files that a list names, one a line."""
    names = [line.strip() for line in path.read_text().splitlines()]
    return [(path.parent / name).resolve() for name in names if name and not name.startswith("//")]


def rtl_files(family):
    """The core's file list, in compile order, relative to the root, with the family's files in the place of those of their name."""
    files = listed(ROOT / "rtl" / "tsu.f")
    own = {p.name: p for p in listed(ROOT / "rtl" / "tech" / family / "tech.f")}
    parts = [p for name, p in own.items() if name not in {f.name for f in files}]
    chosen = [own.get(f.name, f) for f in files]
    return [str(f.relative_to(ROOT)) for f in chosen[:1] + parts + chosen[1:]]


def sources(board):
    """All Verilog of a board but the generated package, which goes behind the first file (tsu_pkg)."""
    files = rtl_files(board.family)
    common = sorted(str(p.relative_to(ROOT)) for folder in (FPGA / "common", FPGA / "common" / board.family)
                    for p in folder.glob("*.sv"))
    return files + [f for f in common if f not in files] + [str(board.top.relative_to(ROOT))]


def top_ports(path):
    """{port: direction} of the board top, vectors bit by bit as constraint files name them."""
    ports = {}
    header = path.read_text().split(");")[0]
    for direction, high, name in re.findall(
            r"^\s*(input|output|inout)\s+(?:wire\s+)?(?:logic\s+)?(?:\[(\d+):0\]\s*)?(\w+)", header, re.M):
        names = [f"{name}[{i}]" for i in range(int(high) + 1)] if high else [name]
        ports |= {n: direction for n in names}
    return ports


if __name__ == "__main__":
    try:
        if sys.argv[1:] == ["--boards"]:
            print(" ".join(board_names()))
        elif len(sys.argv) == 3 and sys.argv[1] == "--family":
            print(Board(sys.argv[2]).family)
        elif len(sys.argv) == 3 and sys.argv[1] == "--sources":
            print(" ".join(rtl_files(sys.argv[2])))
        else:
            sys.exit(__doc__)
    except BoardError as failure:
        sys.exit(f"fpga: {failure}")
