#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every GoogleTest program of a build, two at a time, slowest first, and counts the tests.

    run_tests.py BUILD_DIR [NAME ...]

A failing program's whole output is printed. The last line is `N passed, N failed, N skipped`; the exit
status is 0 only when tests ran and none failed. A program that dies or passes its time limit counts as one failure.
"""
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import time

TIME_LIMIT_S = 900


def run(program, results):
    """Runs one program; returns (name, seconds, passed, failed, skipped, output)."""
    report = results / f"{program.name}.json"
    report.unlink(missing_ok=True)
    start = time.monotonic()
    try:
        done = subprocess.run([program, f"--gtest_output=json:{report}"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=TIME_LIMIT_S, text=True, errors="replace",
                              cwd=pathlib.Path(__file__).resolve().parent.parent)
        output, code = done.stdout, done.returncode
    except subprocess.TimeoutExpired as late:
        output, code = f"{late.stdout}\npassed its limit of {TIME_LIMIT_S} s", -1
    passed = failed = skipped = 0
    if report.exists():
        for suite in json.loads(report.read_text())["testsuites"]:
            for test in suite["testsuite"]:
                if test.get("result") == "SKIPPED":
                    skipped += 1
                elif "failures" in test:
                    failed += 1
                else:
                    passed += 1
    if code != 0 and failed == 0:
        failed += 1
    return program.name, time.monotonic() - start, passed, failed, skipped, output


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    results = build / "test-results"
    results.mkdir(exist_ok=True)
    wanted = set(sys.argv[2:])
    programs = [p for p in sorted((build / "tests").glob("*_test")) if not wanted or p.name in wanted]
    times_file = results / "seconds.json"
    times = json.loads(times_file.read_text()) if times_file.exists() else {}
    programs.sort(key=lambda p: -times.get(p.name, 1e9))
    total = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for job in concurrent.futures.as_completed([pool.submit(run, p, results) for p in programs]):
            name, seconds, passed, failed, skipped, output = job.result()
            times[name] = seconds
            total = [a + b for a, b in zip(total, (passed, failed, skipped))]
            print(f"{'FAIL' if failed else 'ok  '} {name:24s} {passed:4d} passed {skipped:3d} skipped {seconds:7.1f} s", flush=True)
            if failed:
                print(output, flush=True)
            for line in output.splitlines():
                if line.startswith("REPORT "):
                    print(f"       {line[7:]}", flush=True)
    times_file.write_text(json.dumps(times))
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 0 if total[0] > 0 and total[1] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
