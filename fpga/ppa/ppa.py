#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cost book: LUT, FF, RAM (7-series: DSP) that each RTL module takes on each family, from yosys, against fpga/ppa/baseline.json.

    ppa.py [WORD ...]             families whose name contains a word, else all; a change beyond 5 % either way fails
    ppa.py --update [WORD ...]    records the figures of this yosys as its baseline

One synthesis a family of one small whole core with its serial link (SHAPE), hierarchy kept: a module's figures are its own cells,
without those of modules inside it, summed over its instances. Modules come and go with the RTL, nothing lists them here. RAM counts
blocks of the family. The baseline is keyed by the version of yosys. Environment: JOBS=n families at a time, else one a processor.
Exit status: 0 within 5 %, 1 not, 3 no baseline for this yosys.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))
import flow  # noqa: E402
from board import ROOT, rtl_files  # noqa: E402
from results import CELLS, cell_counts, cell_types, replace  # noqa: E402

BASELINE = HERE / "baseline.json"
BUILD = pathlib.Path("build/ppa")
TOLERANCE = 0.05
TOP = "fpga_core"
SHAPE = {"Cols": 4, "Rows": 32, "Tiles": 1, "Lanes": 2, "Groups": 1, "Layers": 1, "WeightBits": 8, "TableBits": 9, "Tables": 4,
         "ProgramWords": 256, "SampleWords": 256, "Window": 2}
# As boards are synthesised, but module by module and without pins. The slowest first: two at a time are done sooner.
SYNTH = {"xilinx7": f"{flow.SYNTH['xilinx7']} -noiopad -noclkbuf", "ice40": f"{flow.SYNTH['ice40']} -noflatten",
         "ecp5": flow.SYNTH["ecp5"], "gowin": f"{flow.SYNTH['gowin']} -noflatten -noiopads"}


def yosys_version():
    said = subprocess.run(["yosys", "-V"], capture_output=True, text=True).stdout
    return " ".join(said.split()[:2])


def sources(family):
    return [*rtl_files(family), "fpga/common/fpga_core.sv"]


def synthesise(family):
    """{module: {type of cell or module inside: count}} of the mapped netlist."""
    netlist = ROOT / BUILD / f"{family}.json"
    netlist.parent.mkdir(parents=True, exist_ok=True)
    shape = " ".join(f"-chparam {key} {value}" for key, value in SHAPE.items())
    script = (f"read_verilog -sv {' '.join(sources(family))}; hierarchy -top {TOP} {shape}; "
              f"{SYNTH[family]}; write_json {BUILD}/{family}.json")
    run = subprocess.run(["yosys", "-q", "-l", f"{BUILD}/{family}.log", "-p", script], cwd=ROOT, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"ppa: {family}: yosys failed, log in {BUILD}/{family}.log: {(run.stderr.strip().splitlines() or ['?'])[-1]}")
    modules = json.loads(netlist.read_text())["modules"]
    return {name: cell_types(module) for name, module in modules.items()
            if module["cells"] and not int(module["attributes"].get("blackbox", "0"), 2)}


def base_name(name):
    """tsu_field of $paramod$<hash>\\tsu_field or $paramod\\tsu_field\\Lane=..."""
    return re.search(r"\\(\w+)", name).group(1) if name.startswith("$paramod") else name


def instances(modules):
    """{module: how often the design holds it}; every module but the top is inside others."""
    found = {}

    def walk(name, times):
        found[name] = found.get(name, 0) + times
        for cell in modules[name]:
            if cell in modules:
                walk(cell, times)
    walk(next(name for name in modules if base_name(name) == TOP), 1)
    return found


def measure(family):
    """{module: {instances, LUT, FF, RAM and what else the family counts}}, and the whole."""
    modules = synthesise(family)
    figures = {}
    for name, times in instances(modules).items():
        own = cell_counts(family, modules[name])
        entry = figures.setdefault(base_name(name), {"instances": 0} | dict.fromkeys(CELLS[family], 0))
        entry["instances"] += times
        for kind, count in own.items():
            entry[kind] += times * count
    figures = dict(sorted(figures.items()))
    figures["(whole)"] = {"instances": 1} | {kind: sum(entry[kind] for entry in figures.values()) for kind in CELLS[family]}
    return figures


def table(family, figures):
    print(f"{family:<26}{'instances':>10}" + "".join(f"{kind:>8}" for kind in CELLS[family]))
    for name, entry in figures.items():
        print(f"  {name:<24}{entry['instances']:>10}" + "".join(f"{entry[kind]:>8g}" for kind in CELLS[family]))


def differences(family, old, new):
    """A line for each figure beyond the tolerance, each module that came or went."""
    for name in sorted(old.keys() | new.keys()):
        if name not in new or name not in old:
            yield f"{family}: module {name} {'is gone' if name in old else 'is new'}"
            continue
        for kind, before in old[name].items():
            after = new[name][kind]
            if abs(after - before) > TOLERANCE * before:
                change = f"{after / before - 1:+.1%}" if before else "new"
                yield f"{family}: {name}: {kind} {before:g} -> {after:g} ({change})"


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    options = [word for word in sys.argv[1:] if word.startswith("-")]
    families = [family for family in SYNTH if not words or any(word in family for word in words)]
    if options not in ([], ["--update"]) or not families:
        sys.exit(__doc__)
    version, start = yosys_version(), time.monotonic()
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", os.cpu_count()))) as pool:
        figures = dict(zip(families, pool.map(measure, families)))
    for family in families:
        table(family, figures[family])
    seconds = time.monotonic() - start
    if options:
        baseline.setdefault(version, {}).update(figures)
        replace(BASELINE, json.dumps(baseline, indent=1, sort_keys=True) + "\n")
        print(f"ppa: {', '.join(families)} recorded for {version} in {BASELINE.relative_to(ROOT)}, {seconds:.0f} s")
        return
    known = baseline.get(version, {})
    if missing := [family for family in families if family not in known]:
        print(f"ppa: no baseline of {version} for {', '.join(missing)}: make ppa UPDATE=1 records it", file=sys.stderr)
        sys.exit(3)
    changed = [line for family in families for line in differences(family, known[family], figures[family])]
    for line in changed:
        print(f"ppa: {line}", file=sys.stderr)
    if changed:
        print(f"ppa: {len(changed)} figures beyond {TOLERANCE:.0%} of the baseline: if that is meant, make ppa UPDATE=1", file=sys.stderr)
        sys.exit(1)
    print(f"ppa: {', '.join(families)} within {TOLERANCE:.0%} of the baseline of {version}, {seconds:.0f} s")


if __name__ == "__main__":
    main()
