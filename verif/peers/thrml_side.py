# SPDX-License-Identifier: Apache-2.0
"""thrml on one job, as a process of its own: XLA sizes its threads once, by the cores it is started on.

    thrml_side.py SEED CORES

Reads requests as JSON lines, answers each with one: {"time": batch, "seconds": s} -> sweeps, processor and wall seconds;
{"law": batch, "sweeps": n} -> energy and magnetisation of fresh chains; {"version": 1} -> versions and threads.
"""
import json
import os
import sys
import time

CORES = int(sys.argv[2])
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])  # before jax starts its threads
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = (f"--xla_cpu_multi_thread_eigen={'false' if CORES == 1 else 'true'} "
                           f"intra_op_parallelism_threads={CORES}")

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
import thrml  # noqa: E402
from thrml import Block, SamplingSchedule, SpinNode, sample_states  # noqa: E402
from thrml.models import IsingEBM, IsingSamplingProgram, hinton_init  # noqa: E402

from job import SIDE, Job  # noqa: E402


class Chains:
    """A batch of chains of the job, two blocks: the colours of the checkerboard. Advances them `steps` sweeps a call."""

    def __init__(self, job, batch, seed):
        nodes = [SpinNode() for _ in range(SIDE * SIDE)]
        blocks = [Block([n for i, n in enumerate(nodes) if (i // SIDE + i % SIDE) % 2 == colour]) for colour in (0, 1)]
        self.sites = np.concatenate([[i for i in range(SIDE * SIDE) if (i // SIDE + i % SIDE) % 2 == colour]
                                     for colour in (0, 1)])
        ebm = IsingEBM(nodes, [(nodes[a], nodes[b]) for a, b in job.edges], jnp.asarray(job.biases), jnp.asarray(job.weights),
                       jnp.array(1.0))
        program = IsingSamplingProgram(ebm, blocks, clamped_blocks=[])
        self.steps = max(8, 2048 // batch)
        schedule = SamplingSchedule(n_warmup=self.steps, n_samples=1, steps_per_sample=1)  # one state, after the warm-up
        self.key = jax.random.key(seed)
        self.state = hinton_init(jax.random.fold_in(self.key, 0), ebm, blocks, (batch,))
        self.call = jax.jit(jax.vmap(lambda key, state: [s[0] for s in sample_states(key, program, schedule, state, [], blocks)]))
        self.batch, self.calls = batch, 0

    def advance(self):
        self.calls += 1
        self.state = self.call(jax.random.split(jax.random.fold_in(self.key, self.calls), self.batch), self.state)
        jax.block_until_ready(self.state)

    def up(self):
        """[chain, site], sites in row-major order."""
        out = np.empty((self.batch, SIDE * SIDE), np.uint8)
        out[:, self.sites] = np.concatenate([np.asarray(s) for s in self.state], axis=1)
        return out


def main():
    seed = int(sys.argv[1])
    job, chains = Job(seed), {}

    def of(batch):
        if batch not in chains:
            chains[batch] = Chains(job, batch, seed)
            chains[batch].advance()  # compiles
        return chains[batch]

    for line in sys.stdin:
        request = json.loads(line)
        if "time" in request:
            c = of(request["time"])
            sweeps, wall, processor = 0, time.perf_counter(), time.process_time()
            while time.perf_counter() - wall < request["seconds"]:
                c.advance()
                sweeps += c.steps
            answer = {"sweeps": sweeps, "processor": time.process_time() - processor, "wall": time.perf_counter() - wall}
        elif "law" in request:
            c = Chains(job, request["law"], seed)
            for _ in range(-(-request["sweeps"] // c.steps)):
                c.advance()
            answer = {"law": [[float(v) for v in pair] for pair in job.observables(c.up())]}
        else:
            answer = {"thrml": thrml.__version__, "jax": jax.__version__,
                      "cores": len(os.sched_getaffinity(0))}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
