"""The peers of bench suite `features`: vectorised NumPy, SciPy, pandas and scikit-learn.

`gradient` and `cumulativeIntegral` compute in float64 and return float32, as ours do; `…Float32` compute in float32.

Reads one JSON object with `path` and `shape`, then one name a line; answers each with the milliseconds of one call.
"""
import json
import sys
import time

import numpy as np
import pandas as pd
from scipy.integrate import cumulative_trapezoid
from sklearn.preprocessing import StandardScaler

first = json.loads(sys.stdin.readline())
x = np.fromfile(first["path"], dtype=np.float32).reshape(first["shape"])
windows, steps, channels = x.shape
print("ready", flush=True)


def moving_mean():
    wide = pd.DataFrame(x.transpose(1, 0, 2).reshape(steps, -1))
    mean = wide.rolling(25, center=True, min_periods=1).mean().to_numpy(dtype=np.float32)
    return np.ascontiguousarray(mean.reshape(steps, windows, channels).transpose(1, 0, 2))


def statistics():
    low, middle, high = np.percentile(x, [25, 50, 75], axis=1)
    mean = x.mean(axis=1, keepdims=True, dtype=np.float64)
    centred = x - mean
    variance = np.mean(centred**2, axis=1)
    sign = centred >= 0
    scaled = centred / np.sqrt(variance)[:, None]
    return np.concatenate(
        [
            mean[:, 0],
            np.sqrt(variance),
            np.mean(centred**3, axis=1) / variance**1.5,
            np.mean(centred**4, axis=1) / variance**2 - 3,
            x.min(axis=1),
            low,
            middle,
            high,
            x.max(axis=1),
            np.mean(x.astype(np.float64) ** 2, axis=1),
            np.abs(np.diff(x, axis=1)).mean(axis=1),
            (sign[:, 1:] != sign[:, :-1]).mean(axis=1),
            np.einsum("wta,wtb->wab", scaled, scaled).reshape(windows, -1) / steps,
        ],
        axis=1,
    )


jobs = {
    "gradient": lambda: np.gradient(x.astype(np.float64), axis=1).astype(np.float32),
    "gradientFloat32": lambda: np.gradient(x, axis=1),
    "cumulativeIntegral": lambda: cumulative_trapezoid(x.astype(np.float64), axis=1, initial=0).astype(np.float32),
    "cumulativeIntegralFloat32": lambda: cumulative_trapezoid(x, axis=1, initial=0),
    "standardScaler": lambda: StandardScaler().fit_transform(x.reshape(-1, channels)),
    "fftMagnitude": lambda: np.abs(np.fft.fft(x, axis=1)),
    "movingMean": moving_mean,
    "magnitude": lambda: np.linalg.norm(x[:, :, :3], axis=2),
    "windowStatistics": statistics,
}
for line in sys.stdin:
    start = time.perf_counter()
    jobs[line.strip()]()
    print((time.perf_counter() - start) * 1000, flush=True)
