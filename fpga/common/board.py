#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Board files: fpga/<board>/board.toml is the only source of a board's numbers.

From it come the build parameters and PLL settings (package board_pkg, SystemVerilog), the clock line of the
constraint file, and the checks that these agree with one another.

    board.py --boards           names of all boards
    board.py --family BOARD     tool family of one
"""
import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
FPGA = ROOT / "fpga"
BAUD_TOLERANCE = 0.005  # a receiver tolerates about 2 % in all, the other end and jitter want the rest

CORE_KEYS = {"pattern", "Cols", "Rows", "Tiles", "Lanes", "Groups", "Layers", "WeightBits", "TableBits", "Tables", "TableLanes",
             "ProgramWords", "SampleWords", "Window"}
PIN_FILES = {"ice40": "pins.pcf", "ecp5": "pins.lpf"}


class BoardError(Exception):
    """One line: which file, what is wrong, what to do."""


def board_names():
    return sorted(p.parent.name for p in FPGA.glob("*/board.toml"))


def pll_ice40(pll, input_hz):
    """SB_PLL40_CORE, feedback SIMPLE: output frequency; data sheet limits, filter as icepll chooses it."""
    pfd = input_hz / (pll["DIVR"] + 1)
    vco = pfd * (pll["DIVF"] + 1)
    if not 10e6 <= pfd <= 133e6:
        raise BoardError(f"phase detector at {pfd / 1e6:g} MHz, outside 10..133: change DIVR")
    if not 533e6 <= vco <= 1066e6:
        raise BoardError(f"VCO at {vco / 1e6:g} MHz, outside 533..1066: change DIVF and DIVQ")
    filter_range = 1 + sum(pfd >= edge for edge in (17e6, 26e6, 44e6, 66e6, 101e6))
    if pll["FILTER_RANGE"] != filter_range:
        raise BoardError(f"FILTER_RANGE {pll['FILTER_RANGE']}, a phase detector at {pfd / 1e6:g} MHz wants {filter_range}")
    return vco / 2 ** pll["DIVQ"]


def pll_ecp5(pll, input_hz):
    """EHXPLLL, feedback from CLKOP: output frequency; data sheet limits."""
    pfd = input_hz / pll["CLKI_DIV"]
    out = pfd * pll["CLKFB_DIV"]
    vco = out * pll["CLKOP_DIV"]
    if not 10e6 <= pfd <= 400e6:
        raise BoardError(f"phase detector at {pfd / 1e6:g} MHz, outside 10..400: change CLKI_DIV")
    if not 400e6 <= vco <= 800e6:
        raise BoardError(f"VCO at {vco / 1e6:g} MHz, outside 400..800: change CLKOP_DIV")
    return out


PLLS = {"ice40": (pll_ice40, {"DIVR", "DIVF", "DIVQ", "FILTER_RANGE"}),
        "ecp5": (pll_ecp5, {"CLKI_DIV", "CLKFB_DIV", "CLKOP_DIV"})}


class Board:
    """One parsed and checked board file."""

    def __init__(self, name):
        self.name = name
        self.path = FPGA / name / "board.toml"
        self.top = FPGA / name / "fpga.sv"
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
        if self.family not in PLLS:
            raise BoardError(f"family '{self.family}' has no flow: {', '.join(PLLS)}")
        clock = data["clock"]
        self.clock_port, self.input_hz, self.core_hz = clock["port"], clock["input_hz"], clock["core_hz"]
        self.pll, self.baud, self.core, self.tools = data["pll"], data["uart"]["baud"], data["core"], data["tools"]
        self.pins = ROOT / "constraints" / self.name / PIN_FILES[self.family]
        pll_output, keys = PLLS[self.family]
        if set(self.pll) != keys:
            raise BoardError(f"[pll] must give exactly {', '.join(sorted(keys))}")
        output_hz = pll_output(self.pll, self.input_hz)
        if output_hz != self.core_hz:
            raise BoardError(f"the PLL makes {output_hz / 1e6:g} MHz of {self.input_hz / 1e6:g}, "
                             f"core_hz says {self.core_hz / 1e6:g}: change one")
        if set(self.core) != CORE_KEYS:
            raise BoardError(f"[core] must give exactly {', '.join(sorted(CORE_KEYS))}; "
                             f"differs in {', '.join(sorted(set(self.core) ^ CORE_KEYS))}")

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
        numbers |= {"ClockHz": self.core_hz, "Baud": self.baud}
        lines += [f"  localparam int unsigned {key} = {value};" for key, value in numbers.items()]
        lines += [f"  localparam int unsigned BuildId = 32'h{build_id:08x};"]
        lines += [f"  localparam int unsigned Pll{pll_name(key)} = {value};" for key, value in self.pll.items()]
        return "\n".join(lines + ["endpackage", "`default_nettype wire", ""])

    def clock_constraint(self):
        """The line that goes behind the pin file: the frequency of the input; the tool derives the PLL output."""
        mhz = f"{self.input_hz / 1e6:g}"
        if self.family == "ice40":
            return f"set_frequency {self.clock_port} {mhz}\n"
        return f'FREQUENCY PORT "{self.clock_port}" {mhz} MHZ;\n'


def flat_rules(rules):
    """Rule k as {b, a} in bits [16k +: 16], 8 bits signed each: the form of parameter Rules."""
    return sum((a & 255 | (b & 255) << 8) << 16 * k for k, (a, b) in enumerate(rules))


def pll_name(key):
    """CLKI_DIV -> ClkiDiv."""
    return "".join(part.capitalize() for part in key.split("_"))


def rtl_files(family="generic"):
    """The core's file list, in compile order, relative to the root; cells of tech/generic are replaced by those that the family has."""
    lines = (ROOT / "rtl" / "tsu.f").read_text().splitlines()
    files = [ROOT / "rtl" / line.strip() for line in lines if line.strip() and not line.startswith("//")]
    own = {p.name: p for p in sorted((ROOT / "rtl" / "tech" / family).glob("*.sv"))} if family != "generic" else {}
    helpers = [p for name, p in own.items() if name not in {f.name for f in files}]
    chosen = [own.get(f.name, f) if f.parent.parent.name == "tech" else f for f in files]
    return [str(f.resolve().relative_to(ROOT)) for f in chosen[:1] + helpers + chosen[1:]]


def sources(board):
    """All Verilog of a board but the generated package, which goes behind the first file (tsu_pkg)."""
    files = rtl_files(board.family)
    common = sorted(str(p.relative_to(ROOT)) for p in (FPGA / "common").glob("*.sv"))
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
        else:
            sys.exit(__doc__)
    except BoardError as failure:
        sys.exit(f"fpga: {failure}")
