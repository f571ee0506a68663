#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""thrml and the kernel of cpu: on one job, on the same cores, one after the other in every pair.

    bench_peers.py TSU [--pairs N] [--seconds S]      in the virtual environment that `make bench-peers` makes

First both sample the same model and must agree in energy and magnetisation within 5 standard errors (else exit 1). On one
core the rates are in processor time, on two by the clock on the wall: there, waiting for the other core is a cost.
"""
import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from safetensors.numpy import load_file

from job import SIDE, Job

BATCHES = (32, 64, 256, 1024)
LARGE = 512  # chains a thread at which `tsu bench --kernel` states the kernel's rate
LAW_CHAINS, LAW_SWEEPS, LAW_SIGMAS = 512, 200, 5.0
SEED = int(os.environ.get("TSU_SEED", "1"), 0)


class Thrml:
    """thrml_side.py on so many cores; asleep while it has no request."""

    def __init__(self, cores):
        self.process = subprocess.Popen([sys.executable, str(pathlib.Path(__file__).with_name("thrml_side.py")), str(SEED), str(cores)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **request):
        with contextlib.suppress(BrokenPipeError):  # it ended: said below
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"bench-peers: thrml ended with status {self.process.wait()}; what it said is above")
        return json.loads(line)

    def rate(self, batch, seconds, clock):
        answer = self.ask(time=batch, seconds=seconds)
        return answer["sweeps"] * SIDE * SIDE * batch / answer[clock] * 1e-9

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def tsu(tool, cores, *arguments):
    """Answer of one call of our tool on the first `cores` cores."""
    chosen = sorted(os.sched_getaffinity(0))[:cores]
    done = subprocess.run([tool, *map(str, arguments), "--json"], stdout=subprocess.PIPE, text=True,
                          preexec_fn=lambda: os.sched_setaffinity(0, chosen))
    if done.returncode:
        sys.exit(f"bench-peers: {' '.join([tool, *map(str, arguments)])} ended with status {done.returncode}")
    return json.loads(done.stdout)


class Kernel:
    """Our kernel with its best instruction set; the number of sweeps is chosen so that a measurement takes about `seconds`."""

    def __init__(self, tool, model, seconds):
        self.tool, self.model, self.seconds, self.sweeps = tool, model, seconds, {}
        self.target = self.run(1, 1, 1)[0]["target"]

    def run(self, cores, chains, sweeps, *more):
        return tsu(self.tool, cores, "bench", "--kernel", "--model", self.model, "--rounds", 1, "--threads", cores,
                   "--chains", chains, "--sweeps", sweeps, *more)["kernel"]

    def rate(self, cores, batch, clock):
        """{noise: flips/ns} of `batch` chains in all."""
        chains, key = max(1, batch // cores), (cores, batch)
        name = {"processor": "flips_per_ns", "wall": "wall_flips_per_ns"}[clock]
        if key not in self.sweeps:
            slowest = min(row[name] for row in self.run(cores, chains, 20, "--target", self.target))
            self.sweeps[key] = max(10, int(self.seconds * 1e9 * slowest / (SIDE * SIDE * batch)))
        return {row["noise"]: row[name] for row in self.run(cores, chains, self.sweeps[key], "--target", self.target)}


def same_law(tool, model, job, thrml):
    """Prints both sides' energy and magnetisation; False when they differ."""
    samples = pathlib.Path(model).with_name("samples.safetensors")
    subprocess.run([tool, "run", str(model), "--count", str(LAW_CHAINS), "--seed", str(SEED), "--out", str(samples)], check=True,
                   stdout=subprocess.DEVNULL)
    ours = job.observables(load_file(samples)["samples"].reshape(LAW_CHAINS, SIDE * SIDE))
    theirs = thrml.ask(law=LAW_CHAINS, sweeps=LAW_SWEEPS)["law"]
    print(f"same law? {LAW_CHAINS} chains of {LAW_SWEEPS} sweeps at beta 1        thrml                   tsu     differ by")
    good = True
    for name, (a, da), (b, db) in zip(("energy a node", "magnetisation"), theirs, ours):
        sigmas = (a - b) / (da**2 + db**2) ** 0.5
        good &= abs(sigmas) < LAW_SIGMAS
        print(f"  {name:<32}{a:12.6f} +- {da:.6f}{b:12.6f} +- {db:.6f}{sigmas:7.2f} sigma")
    return good


def spread(values):
    return f"{statistics.median(values):8.3f} ({min(values):.3f}-{max(values):.3f})"


def ratio(values):
    return f"{statistics.median(values):6.1f} ({min(values):.1f}-{max(values):.1f})"


def measure(thrml, kernel, cores, pairs, seconds):
    """{batch: {"thrml": [..], "device": [..], "training": [..], "large ..": [..]}}, one value a pair."""
    clock = "processor" if cores == 1 else "wall"
    table = {}
    for batch in BATCHES:
        rows = {"thrml": []}
        thrml.rate(batch, 0.1, clock)  # compiles, warms up
        for pair in range(pairs):
            def theirs():
                rows["thrml"].append(thrml.rate(batch, seconds, clock))

            def ours():
                for label, size in (("", batch), ("large ", LARGE * cores)):
                    for noise, value in kernel.rate(cores, size, clock).items():
                        rows.setdefault(label + noise, []).append(value)

            for side in (theirs, ours) if pair % 2 == 0 else (ours, theirs):
                side()
        table[batch] = rows
        quotient = {n: [a / b for a, b in zip(rows[n], rows["thrml"])] for n in rows}
        print(f"  {cores} {batch:6d} {spread(rows['thrml'])} {spread(rows['device'])} {spread(rows['training'])}   "
              f"{ratio(quotient['device'])}  {ratio(quotient['training'])}", flush=True)
    return table


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tsu", help="the tool")
    parser.add_argument("--pairs", type=int, default=5, help="measurements of each side at each batch (default 5)")
    parser.add_argument("--seconds", type=float, default=1.0, help="length of one measurement, about (default 1)")
    options = parser.parse_args()
    if options.pairs < 1 or not 0.01 <= options.seconds <= 100:
        parser.error("--pairs is 1 or more, --seconds 0.01 to 100")
    job = Job(SEED)
    with tempfile.TemporaryDirectory() as folder:
        model = os.path.join(folder, "job.safetensors")
        job.save(model, LAW_SWEEPS)
        kernel = Kernel(options.tsu, model, options.seconds / 2)
        counts = [c for c in (1, 2) if c <= len(os.sched_getaffinity(0))]
        for cores in counts:
            thrml = Thrml(cores)
            if cores == 1:
                about = thrml.ask(version=1)
                print(f"thrml {about['thrml']} on jax {about['jax']}, {SIDE} x {SIDE} G12, J ~ N(0, 0.2), h ~ N(0, 0.1), seed {SEED}; "
                      f"tsu with {kernel.target}; load {os.getloadavg()[0]:.1f}")
                if not same_law(options.tsu, model, job, thrml):
                    sys.exit("bench-peers: the two programs do not sample the same law; no speed is compared")
                print(f"flips/ns, median (least-most) of {options.pairs} pairs; one core in processor time, two by the wall\n"
                      "  cores batch      thrml                tsu, device noise      tsu, training noise   "
                      "ratio by pairs: device, training noise")
            table = measure(thrml, kernel, cores, options.pairs, options.seconds)
            thrml.close()
            best = max(BATCHES, key=lambda b: statistics.median(table[b]["thrml"]))
            rows = table[best]
            print(f"ratio at thrml's best batch, {cores} core{'s' * (cores > 1)}: thrml {spread(rows['thrml'])} at {best} chains")
            for label, chains in (("", best), ("large ", LARGE * cores)):
                text = ", ".join(f"{noise} noise {ratio([a / b for a, b in zip(rows[label + noise], rows['thrml'])])} x "
                                 f"({statistics.median(rows[label + noise]):.3f} flips/ns)" for noise in ("device", "training"))
                print(f"  tsu at {chains:5d} chains: {text}", flush=True)


if __name__ == "__main__":
    main()
