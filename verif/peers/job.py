# SPDX-License-Identifier: Apache-2.0
"""The one model that both programs sample: random couplings on the grid, rounded to the format of the law."""
import json

import numpy as np
from safetensors.numpy import save_file

SIDE = 70
RULES = ((0, 1), (4, 1), (9, 10))  # G12
UNIT = 1 / 32


class Job:
    """J ~ N(0, 0.2), h ~ N(0, 0.1), rounded to 1/32: both programs see the same numbers, so the same law at beta = 1.

    edges [edge, 2] site indices y * SIDE + x, weights [edge], biases [site]; open borders.
    """

    def __init__(self, seed):
        random = np.random.default_rng(seed)
        self.j = np.zeros((SIDE, SIDE, 2 * len(RULES)), np.int16)  # as in sw/include/tsu/model.hpp
        edges, weights = [], []
        for y in range(SIDE):
            for x in range(SIDE):
                for k, (a, b) in enumerate(RULES):
                    for r, (dx, dy) in enumerate(((a, b), (-b, a))):
                        if not (0 <= x + dx < SIDE and 0 <= y + dy < SIDE):
                            continue
                        w = int(np.clip(np.rint(random.normal(0, 0.2) / UNIT), -127, 127))
                        self.j[y, x, 2 * k + r] = w
                        edges.append((y * SIDE + x, (y + dy) * SIDE + x + dx))
                        weights.append(w)
        self.h = np.rint(random.normal(0, 0.1, (SIDE, SIDE)) / UNIT).astype(np.int16)
        self.edges = np.array(edges)
        self.weights = np.array(weights, np.float32) * UNIT
        self.biases = self.h.ravel().astype(np.float32) * UNIT

    def save(self, path, sweeps):
        """As a model whose every site is a pixel, one layer of `sweeps` sweeps at beta = 1."""
        n = SIDE * SIDE
        tensors = {"layer0.J": self.j, "layer0.h": self.h, "layer0.c": np.zeros(4, np.int16),
                   "visible": np.arange(n, dtype=np.int32), "sites.class": np.ones((SIDE, SIDE), np.uint8)}
        about = {"format_version": 1, "rows": SIDE, "cols": SIDE, "image": [SIDE, SIDE], "weight_bits": 8, "weight_step": "1/32",
                 "pattern": RULES, "layers": [{"signal": [0, 1], "schedule": [{"beta": 1.0, "sweeps": sweeps}]}], "training": {}}
        save_file(tensors, path, {"tsu": json.dumps(about)})

    def observables(self, up):
        """up [chain, site] of 0/1 -> energy a node and magnetisation, each (mean, standard error over the chains)."""
        s = 2.0 * np.asarray(up, np.float32) - 1
        energy = -(np.einsum("e,ce->c", self.weights, s[:, self.edges[:, 0]] * s[:, self.edges[:, 1]]) + s @ self.biases)
        return [(v.mean(), v.std(ddof=1) / len(v) ** 0.5) for v in (energy / s.shape[1], s.mean(axis=1))]
