# SPDX-License-Identifier: Apache-2.0
"""Registers and link constants by name, from the one source of both (rtl/regs/tsu.toml)."""
import pathlib
import sys
import tomllib

_REGS = pathlib.Path(__file__).resolve().parents[2] / "rtl" / "regs"
sys.path.append(str(_REGS))
import gen_regs  # noqa: E402

_SPEC = tomllib.loads((_REGS / "tsu.toml").read_text())
REGISTERS = {name: register["offset"] for name, register in _SPEC["registers"].items()}
USED_OFFSETS = {register["offset"] + 4 * i
                for register in _SPEC["registers"].values() for i in range(register.get("count", 1))}
CONSTANTS = {name: value for name, value, _ in gen_regs.constants(_SPEC)}
