#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Applies each deliberate fault of faults.toml to a copy of the tree and demands that its test goes red.

    run_mutants.py [NAME ...]        all faults, or those whose name contains one of the words
    run_mutants.py --again [NAME ...]  also those that were killed before

A fault is one edit: `find` must occur exactly once in `file`. `test` is the GoogleTest program that must fail (with `filter` to narrow it
and `also` to name further targets that it needs), or `command` a shell line that must. Each must pass on the unchanged tree first. A fault
that does not compile, or whose test is ended from outside or by the time limit, proves nothing and counts as an error.
Survivors and errors are listed at the end and make the exit status 1. The whole list takes hours: what was killed is noted, and not tried
again on the same sources (documents aside), so an interrupted run goes on where it was.
"""
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPY = ROOT / "build" / "mutants" / "tree"
KILLED = COPY.parent / "killed"  # a line for each: what it was tried on, its name
FOLDERS = ("rtl", "verif", "fpga", "sw", "constraints", "tests")
TIME_LIMIT_S = 600
NEEDED, OPTIONAL = {"name", "file", "find", "replace"}, {"test", "command", "filter", "also"}
NOT_STARTED = (126, 127)  # what a shell says
ENDED_BY_OTHERS = (signal.SIGHUP, signal.SIGINT, signal.SIGKILL, signal.SIGTERM)


def complaint(fault):
    """What is wrong with an entry of the list, or nothing."""
    if missing := NEEDED - fault.keys():
        return f"lacks {', '.join(sorted(missing))}"
    if unknown := fault.keys() - NEEDED - OPTIONAL:
        return f"has unknown {', '.join(sorted(unknown))}"
    if ("test" in fault) == ("command" in fault):
        return "names not one of test and command"
    if "command" in fault and fault.keys() & {"filter", "also"}:
        return "has filter or also without test"
    if fault["find"] == fault["replace"]:
        return "changes nothing"
    path = ROOT / fault["file"]
    count = path.read_text().count(fault["find"]) if path.is_file() else 0
    if count != 1:
        return f"the text to replace occurs {count} times in {fault['file']}"
    return None


def read_faults():
    faults = tomllib.loads((HERE / "faults.toml").read_text())["fault"]
    names = [fault.get("name", "(no name)") for fault in faults]
    bad = [f"{name}: {why}" for name, fault in zip(names, faults) if (why := complaint(fault))]
    bad += [f"{name}: occurs twice" for name in sorted({n for n in names if names.count(n) > 1})]
    if bad:
        sys.exit("faults.toml: " + "; ".join(bad))
    return faults


def lock_copy():
    """Held by this run and by every process it starts: what a killed run left behind must not build into our tree."""
    COPY.mkdir(parents=True, exist_ok=True)
    lock = open(COPY.parent / "lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"{lock.name} is held: another run, or what it started, is still at work")
    os.set_inheritable(lock.fileno(), True)
    return lock


def refresh_copy():
    """Brings the copy up to date without touching files that did not change (so builds stay incremental)."""
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


def sources_digest():
    """Of all that a verdict may depend on."""
    digest = hashlib.sha256()
    for path in sorted(p for p in COPY.rglob("*") if p.is_file() and p.suffix not in (".md", ".pyc") and p.relative_to(COPY).parts[0] != "build"):
        digest.update(f"{path.relative_to(COPY)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def mark_of(fault, sources):
    """What stands in KILLED for a fault that was killed on these sources."""
    tried_on = hashlib.sha256((sources + json.dumps(fault, sort_keys=True)).encode()).hexdigest()
    return f"{tried_on} {fault['name']}"


def sh(command):
    """Exit status (128 + n: died of signal n; None: the time limit) and output. Nothing of it runs on, however this ends."""
    process = subprocess.Popen(command, shell=True, cwd=COPY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, errors="replace", start_new_session=True, close_fds=False)
    try:
        out, _ = process.communicate(timeout=TIME_LIMIT_S)
        return process.returncode if process.returncode >= 0 else 128 - process.returncode, out
    except subprocess.TimeoutExpired:
        return None, f"no end within {TIME_LIMIT_S} s"
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def test_of(fault):
    return tuple(fault.get(key) for key in ("test", "filter", "command"))


def colour(fault):
    """Builds and runs the test of a fault on the copy as it stands: 'green', 'red' or 'ERROR: why'."""
    command = fault.get("command")
    if command is None:
        code, out = sh(f"cmake -S sw -B build -G Ninja >/dev/null && cmake --build build --target {fault['test']} {fault.get('also', '')}")
        if code != 0:
            return "ERROR: does not build: " + (out.strip().splitlines() or ["no output"])[-1][:200]
        command = f"build/tests/{fault['test']} --gtest_filter='{fault.get('filter', '*')}' --gtest_fail_fast"
    code, out = sh(command)
    if code is None:
        return "ERROR: " + out
    if code in NOT_STARTED or code - 128 in ENDED_BY_OTHERS:
        return f"ERROR: its test did not run to the end, status {code}"
    if "[==========]" in out and " 0 tests from" in out:
        return "ERROR: the filter matches no test"
    return "red" if code else "green"


def judge(fault):
    """Returns 'killed', 'SURVIVED' or 'ERROR: why' for one fault."""
    path = COPY / fault["file"]
    original = path.read_text()
    path.write_text(original.replace(fault["find"], fault["replace"]))
    try:
        result = colour(fault)
        return {"red": "killed", "green": "SURVIVED"}.get(result, result)
    finally:
        path.write_text(original)


def main():
    words = sys.argv[1:]
    if words == ["--check"]:
        print(f"faults.toml: {len(read_faults())} faults, each changes a text that is there once")
        return 0
    again = words[:1] == ["--again"]
    words = words[again:]
    asked = [f for f in read_faults() if not words or any(w in f["name"] for w in words)]
    for end in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(end, signal.default_int_handler)  # as Ctrl-C: put back the file, end what runs
    lock = lock_copy()
    refresh_copy()
    sources = sources_digest()
    known = set() if again or not KILLED.exists() else set(KILLED.read_text().splitlines())
    faults = [f for f in asked if mark_of(f, sources) not in known]
    if len(faults) < len(asked):
        print(f"killed before on these sources, not tried again: {len(asked) - len(faults)}", flush=True)
    before = {}  # colour of the unchanged tree, by test
    for fault in faults:
        if test_of(fault) not in before:
            before[test_of(fault)] = colour(fault)
            print(f"{before[test_of(fault)][:9]:9s} {fault.get('test', fault.get('command'))} {fault.get('filter', '')} unchanged", flush=True)
    bad = []
    for fault in faults:
        start = time.monotonic()
        unchanged = before[test_of(fault)]
        verdict = judge(fault) if unchanged == "green" else f"ERROR: without the fault: {unchanged}"
        if verdict == "killed":
            with KILLED.open("a") as note:
                note.write(mark_of(fault, sources) + "\n")
        else:
            bad.append(f"{fault['name']}: {verdict}")
        red = fault.get("test", fault.get("command", ""))
        print(f"{verdict[:9]:9s} {fault['name']:58s} by {red} ({time.monotonic() - start:.0f} s)", flush=True)
    for line in bad:
        print("not killed: " + line)
    print(f"{len(asked) - len(bad)} of {len(asked)} faults killed")
    lock.close()
    return 1 if bad or not asked else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted: no verdict on the rest")
