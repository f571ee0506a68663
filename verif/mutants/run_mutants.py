#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Applies each deliberate fault of faults.toml to a copy of the tree and demands that its test goes red.

    run_mutants.py [NAME ...]        all faults, or those whose name contains one of the words

A fault is one edit: `find` must occur exactly once in `file`. `test` is the GoogleTest program that must fail
(with `filter` to narrow it), or `command` a shell line that must. A fault that does not compile proves nothing and counts as an error.
Survivors and errors are listed at the end and make the exit status 1.
"""
import pathlib
import shutil
import subprocess
import sys
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPY = ROOT / "build" / "mutants" / "tree"
FOLDERS = ("rtl", "verif", "fpga", "sw", "constraints", "tests")
TIME_LIMIT_S = 600


def refresh_copy():
    """Brings the copy up to date without touching files that did not change (so builds stay incremental)."""
    COPY.mkdir(parents=True, exist_ok=True)
    for folder in FOLDERS:
        source, target = ROOT / folder, COPY / folder
        wanted = {p.relative_to(source) for p in source.rglob("*") if p.is_file()}
        for path in wanted:
            to, data = target / path, (source / path).read_bytes()
            if not to.exists() or to.read_bytes() != data:
                to.parent.mkdir(parents=True, exist_ok=True)
                to.write_bytes(data)
                shutil.copymode(source / path, to)
        for path in [p for p in target.rglob("*") if p.is_file() and p.relative_to(target) not in wanted]:
            path.unlink()
    shutil.copy(ROOT / "Makefile", COPY / "Makefile")


def sh(command):
    try:
        done = subprocess.run(command, shell=True, cwd=COPY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", timeout=TIME_LIMIT_S)
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired:
        return -1, "time limit"


def judge(fault):
    """Returns 'killed', 'SURVIVED' or 'ERROR: why' for one fault."""
    path = COPY / fault["file"]
    original = path.read_text()
    if original.count(fault["find"]) != 1:
        return f"ERROR: the text to replace occurs {original.count(fault['find'])} times in {fault['file']}"
    path.write_text(original.replace(fault["find"], fault["replace"]))
    try:
        if "test" in fault:
            code, out = sh(f"cmake -S sw -B build -G Ninja >/dev/null && cmake --build build --target {fault['test']} {fault.get('also', '')}")
            if code != 0:
                return "ERROR: does not build: " + out.strip().splitlines()[-1][:200]
            code, out = sh(f"build/tests/{fault['test']} --gtest_filter='{fault.get('filter', '*')}' --gtest_fail_fast")
            if "[==========]" in out and " 0 tests from" in out:
                return "ERROR: the filter matches no test"
        else:
            code, out = sh(fault["command"])
        return "killed" if code != 0 else "SURVIVED"
    finally:
        path.write_text(original)


def main():
    faults = tomllib.loads((HERE / "faults.toml").read_text())["fault"]
    words = sys.argv[1:]
    faults = [f for f in faults if not words or any(w in f["name"] for w in words)]
    refresh_copy()
    bad = []
    for fault in faults:
        start = time.monotonic()
        verdict = judge(fault)
        if verdict != "killed":
            bad.append(f"{fault['name']}: {verdict}")
        red = fault.get("test", fault.get("command", ""))
        print(f"{verdict[:9]:9s} {fault['name']:44s} by {red} ({time.monotonic() - start:.0f} s)", flush=True)
    for line in bad:
        print("not killed: " + line)
    print(f"{len(faults) - len(bad)} of {len(faults)} faults killed")
    return 1 if bad or not faults else 0


if __name__ == "__main__":
    sys.exit(main())
