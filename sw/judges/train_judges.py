# SPDX-License-Identifier: Apache-2.0
"""Trains the judges of `tsu eval`: two small convolutional classifiers of black-and-white images a data set.

    train_judges.py DATA_SET FOLDER [--out DIR] [--only a|b]        (`make judges DATA=DIR` trains all that are there)

DATA_SET is a name in DATA_SETS; FOLDER holds its IDX files, plain or .gz. Writes DIR/DATA_SET-{a,b}.safetensors: weights as F16
(every figure in the file is of the rounded weights), and in the metadata `judge` one JSON text with the layers and the record.
Images are [row, column], 1 where grey > threshold * 255, else 0. Convolutions are [row, column, in, out], stride in both directions,
zeros around the image as `pad` = [before, after]; flattening is row-major, channels last. sw/src/judge.cpp reads this.
"""
import argparse
import gzip
import hashlib
import json
import pathlib
import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax
from safetensors.numpy import save_file

# Full scale of optdigits is 16: more than 0.03 * 255 is 8 and above. `held_out`: no test file, so the last images are kept from training.
DATA_SETS = {
    "fashion": {"epochs": 5, "threshold": 0.1, "test": "t10k"},
    "mnist": {"epochs": 3, "threshold": 0.1, "held_out": 10000},
    "optdigits": {"epochs": 40, "threshold": 0.03, "test": "test"},
}
BATCH = 128
PEAK_RATE = 2e-3
REFERENCES = 16  # test images whose outputs are in the file


def conv(kernel, out, stride=1, pad=(0, 0)):
    return {"op": "conv", "kernel": kernel, "out": out, "stride": stride, "pad": list(pad), "relu": True}


def dense(out, relu=False, features=False):
    return {"op": "dense", "out": out, "relu": relu, "features": features}


POOL = {"op": "maxpool", "size": 2}
LARGE = {  # 28 x 28: 0.38 and 0.73 million products an image
    "a": {"seed": 11, "layers": [conv(4, 16, 2, (1, 1)), conv(3, 32, 2, (0, 1)), dense(64, True, True), dense(10)]},
    "b": {"seed": 12, "layers": [conv(5, 16, 2, (1, 2)), conv(3, 32, 2, (0, 1)), conv(3, 48), dense(64, True, True), dense(10)]},
}
SMALL = {  # 8 x 8
    "a": {"seed": 11, "layers": [conv(3, 16, pad=(1, 1)), conv(3, 32, pad=(1, 1)), POOL, dense(64, True, True), dense(10)]},
    "b": {"seed": 12, "layers": [conv(5, 24, 1, (2, 2)), POOL, conv(3, 48), dense(64, True, True), dense(10)]},
}


def read_idx(folder, name):
    for path in (folder / name, folder / (name + ".gz")):
        if path.exists():
            raw = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
            rank = raw[3]
            shape = [int.from_bytes(raw[4 + 4 * i:8 + 4 * i], "big") for i in range(rank)]
            if raw[:3] != b"\0\0\x08" or len(raw) != 4 + 4 * rank + int(np.prod(shape)):
                sys.exit(f"train_judges: {path} is not a whole IDX file of bytes")
            return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)
    sys.exit(f"train_judges: no {name}(.gz) in {folder}")


def load(folder, about):
    """(images, labels) to train on, (images, labels) to test on, SHA-256 of all grey bytes of the train file."""
    x, y = read_idx(folder, "train-images-idx3-ubyte"), read_idx(folder, "train-labels-idx1-ubyte")
    digest = hashlib.sha256(x.tobytes()).hexdigest()
    if "held_out" in about:
        n = len(x) - about["held_out"]
        train, test = (x[:n], y[:n]), (x[n:], y[n:])
    else:
        stem = about["test"]
        train, test = (x, y), (read_idx(folder, stem + "-images-idx3-ubyte"), read_idx(folder, stem + "-labels-idx1-ubyte"))

    def binary(images):
        return (images > 255 * about["threshold"]).astype(np.float32)[..., None]

    return (binary(train[0]), train[1]), (binary(test[0]), test[1]), digest


def initial(layers, shape, key):
    """He-normal weights, zero biases; shape = (rows, columns)."""
    size, channels, params = shape[0], 1, []
    for layer in layers:
        if layer["op"] == "maxpool":
            size //= layer["size"]
            continue
        key, part = jax.random.split(key)
        if layer["op"] == "conv":
            k = layer["kernel"]
            dims, fan = (k, k, channels, layer["out"]), k * k * channels
            size, channels = (size + sum(layer["pad"]) - k) // layer["stride"] + 1, layer["out"]
        else:
            fan = size * size * channels
            dims = (fan, layer["out"])
            size, channels = 1, layer["out"]
        params.append({"weight": jax.random.normal(part, dims) * np.sqrt(2 / fan), "bias": jnp.zeros(layer["out"])})
    return params


def forward(layers, params, x):
    """Features and logits. x: [image, row, column, 1]."""
    features, parts = None, iter(params)
    for layer in layers:
        if layer["op"] == "maxpool":
            k = layer["size"]
            x = lax.reduce_window(x, -jnp.inf, lax.max, (1, k, k, 1), (1, k, k, 1), "VALID")
            continue
        part = next(parts)
        if layer["op"] == "conv":
            x = lax.conv_general_dilated(x, part["weight"], (layer["stride"],) * 2, [layer["pad"]] * 2,
                                         dimension_numbers=("NHWC", "HWIO", "NHWC"))
        else:
            x = x.reshape(len(x), -1) @ part["weight"]
        x = x + part["bias"]
        x = jnp.maximum(x, 0) if layer["relu"] else x
        features = x if layer.get("features") else features
    return features, x


def train(layers, seed, epochs, x, y):
    params = initial(layers, x.shape[1:3], jax.random.key(seed))
    steps = len(x) // BATCH
    optimiser = optax.adamw(optax.cosine_decay_schedule(PEAK_RATE, epochs * steps), weight_decay=1e-4)

    def loss(params, x, y):
        return optax.softmax_cross_entropy_with_integer_labels(forward(layers, params, x)[1], y).mean()

    @jax.jit
    def step(params, state, x, y):
        value, slope = jax.value_and_grad(loss)(params, x, y)
        change, state = optimiser.update(slope, state, params)
        return optax.apply_updates(params, change), state, value

    state, order = optimiser.init(params), np.random.default_rng(seed)
    for epoch in range(epochs):
        mix, total = order.permutation(len(x)), 0.0
        for i in range(steps):
            pick = mix[i * BATCH:(i + 1) * BATCH]
            params, state, value = step(params, state, x[pick], y[pick].astype(np.int32))
            total += value
        print(f"  epoch {epoch + 1}/{epochs}: loss {float(total) / steps:.4f}", flush=True)
    return params


def made_images(shape, seed):
    """Four images of another law than the data: independent pixels, a block, stripes, and nothing."""
    x = np.zeros((4, *shape, 1), np.float32)
    x[0] = np.random.default_rng(seed).random((*shape, 1)) < 0.4
    x[1, shape[0] // 4:shape[0] // 2 + 2, shape[1] // 3:] = 1
    x[2, ::3] = 1
    return x


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data_set", choices=DATA_SETS)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    parser.add_argument("--only", choices=("a", "b"), help="one of the two")
    args = parser.parse_args()
    about = DATA_SETS[args.data_set]
    (x, y), (test_x, test_y), digest = load(args.folder, about)
    for name, shape in (LARGE if x.shape[1] == 28 else SMALL).items():
        if args.only not in (None, name):
            continue
        layers = shape["layers"]
        params = train(layers, shape["seed"], about["epochs"], x, y)
        params = jax.tree.map(lambda w: np.asarray(w).astype(np.float16).astype(np.float32), params)  # as they are stored
        run = jax.jit(lambda images: forward(layers, params, images))
        logits = np.concatenate([run(test_x[i:i + 1000])[1] for i in range(0, len(test_x), 1000)])
        accuracy = float((logits.argmax(1) == test_y).mean())
        made = made_images(x.shape[1:3], shape["seed"])
        tensors = {}
        for i, part in enumerate(params):
            tensors[f"{i}.weight"], tensors[f"{i}.bias"] = part["weight"].astype(np.float16), part["bias"].astype(np.float16)
        tensors["made.images"] = made[..., 0].astype(np.uint8)
        for kind, images in (("made", made), ("test", test_x[:REFERENCES])):
            tensors[kind + ".features"], tensors[kind + ".logits"] = (np.ascontiguousarray(v) for v in run(images))
        record = {"format_version": 1, "data_set": args.data_set, "train_sha256": digest, "threshold": about["threshold"],
                  "image": list(x.shape[1:3]), "classes": 10, "layers": layers, "seed": shape["seed"], "epochs": about["epochs"],
                  "batch": BATCH, "train_images": len(x), "held_out": about.get("held_out", 0), "test_images": len(test_x),
                  "test_accuracy": round(accuracy, 5), "command": "make judges DATA=DIR",
                  "libraries": {m.__name__: m.__version__ for m in (jax, optax, np)}}
        path = args.out / f"{args.data_set}-{name}.safetensors"
        save_file(tensors, path, {"judge": json.dumps(record)})
        print(f"{path}: test accuracy {accuracy:.4f} of {len(test_x)}, {path.stat().st_size} bytes", flush=True)


if __name__ == "__main__":
    main()
