"""Golden values of the nowcasting losses and their numerical gradients, in float64. Needs numpy.

    python tests/golden/make_rainLosses.py
"""
import json
import pathlib

import numpy as np

rng = np.random.default_rng(11)
shape = (4, 3, 4, 1)
truth = rng.integers(0, 256, size=shape)
truth[0] = rng.integers(0, 50, size=shape[1:])  # all dry
truth[1] = rng.integers(55, 75, size=shape[1:])  # about the threshold
prediction = np.clip(truth + np.round(rng.normal(scale=20, size=shape)), 3, 250) / 255
prediction = np.round(prediction, 4)
prediction[3, 0, 0, 0] = 1.04  # beyond the scale, as a linear network gives it
truth = truth / 255


def rain(unit, a=200, b=1.6):
    decibel = (unit * 255 - 0.5) * 70 / 255 - 10
    return (10 ** (decibel / 10) / a) ** (1 / b)


def straight(unit, a=200, b=1.6):
    slope = (rain(1, a, b) - rain(1 - 1e-7, a, b)) / 1e-7
    return np.where(unit > 1, rain(1, a, b) + (unit - 1) * slope, rain(np.minimum(unit, 1), a, b))


def each(values):
    return values.reshape(len(values), -1).mean(1)


def balanced(y, thresholds=(2, 5, 10, 30), factors=(1, 2, 5, 10, 30)):
    return np.asarray(factors, float)[np.searchsorted(thresholds, rain(y), side="right")]


def by_rate(y, ceiling):
    return 1 + np.minimum(rain(y), ceiling)


def csi(y, p, threshold=0.1, width=5, smoothing=1, a=200, b=1.6):
    level = ((10 * np.log10(a * threshold ** b) + 10) * 255 / 70 + 0.5) / 255
    yes = (y >= level).astype(float)
    soft = 1 / (1 + np.exp(-(p - level) * 255 / width))
    total = lambda v: v.reshape(len(v), -1).sum(1)
    hits, misses, alarms = total(yes * soft), total(yes * (1 - soft)), total((1 - yes) * soft)
    return (hits + smoothing) / (hits + misses + alarms + smoothing)


losses = {
    "scaledMeanAbsoluteError": lambda y, p: each(255 * abs(y - p)),
    "rainWeightedAbsoluteError": lambda y, p: each(balanced(y) * abs(y - p)),
    "rainWeightedSquaredError": lambda y, p: each(balanced(y) * (y - p) ** 2),
    "rainWeightedSquaredErrorOwn": lambda y, p: each(balanced(y, (0.1, 1), (0.5, 1, 4)) * (y - p) ** 2),
    "rainWeightedByRate": lambda y, p: each(by_rate(y, 10) * abs(y - p)),
    "smoothCsi": lambda y, p: 1 - csi(y, p),
    "smoothMaeOverCsi": lambda y, p: each(abs(straight(y) - straight(p))) / csi(y, p),
    "smoothMaeOverCsiOwn": lambda y, p: each(abs(straight(y, 300, 1.4) - straight(p, 300, 1.4)))
    / csi(y, p, threshold=1, width=8, smoothing=0.5, a=300, b=1.4),
}


def gradient(loss):
    out = np.zeros(prediction.size)
    for i in range(prediction.size):
        step = np.zeros(prediction.size)
        step[i] = 1e-6
        step = step.reshape(shape)
        out[i] = (loss(truth, prediction + step).mean() - loss(truth, prediction - step).mean()) / 2e-6
    return out


golden = {
    "shape": shape,
    "truth": np.round(truth * 255).astype(int).ravel().tolist(),
    "prediction": prediction.ravel().tolist(),
    "cases": {
        name: {"values": loss(truth, prediction).tolist(), "gradient": np.round(gradient(loss), 7).tolist()}
        for name, loss in losses.items()
    },
}
path = pathlib.Path(__file__).with_name("rainLosses.json")
path.write_text(json.dumps(golden) + "\n")
