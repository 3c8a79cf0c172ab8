"""The peers of bench suite `features`: vectorised NumPy, SciPy, pandas, scikit-learn and Numba.

`gradient` and `cumulativeIntegral` compute in float64 and return float32, as ours do; `…Float32` compute in float32.
`miniRocket` shares its shifted sums among kernels, as the paper does, and uses all cores.

Reads one JSON object with `path`, `shape`, the shape of `table` and the parameters of `rocket`, then one name a line; answers each with the milliseconds of one call.
"""
import json
import sys
import time

import numpy as np
import pandas as pd
from numba import njit, prange
from scipy.integrate import cumulative_trapezoid
from sklearn.linear_model import RidgeClassifierCV
from sklearn.preprocessing import StandardScaler

first = json.loads(sys.stdin.readline())
x = np.fromfile(first["path"], dtype=np.float32).reshape(first["shape"])
windows, steps, channels = x.shape
table = x.ravel()[: np.prod(first["table"])].reshape(first["table"])
labels = np.arange(len(table)) % 61
rocket = first["rocket"]
wide = x.ravel()[: np.prod(rocket["shape"])].reshape(rocket["shape"])
integers = [np.array(rocket[name], dtype=np.int32) for name in ("heavy", "dilations", "counts", "starts", "channels")]
biases = np.array(rocket["biases"], dtype=np.float32)
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


@njit(fastmath=True, parallel=True)
def mini_rocket(x, heavy, dilations, counts, starts, own, biases):
    """Shares of values above biases: x [windows, channels, steps], heavy [84, 3]; starts and own give each kernel's channels."""
    windows, channels, steps = x.shape
    features = np.zeros((windows, len(biases)), dtype=np.float32)
    for window in prange(windows):
        row = x[window]
        feature = 0
        for place in range(len(dilations)):
            dilation = dilations[place]
            nine = np.zeros((channels, steps), dtype=np.float32)
            shifted = np.zeros((9, channels, steps), dtype=np.float32)
            for k in range(9):
                shift = (k - 4) * dilation
                low, high = max(0, -shift), min(steps, steps - shift)
                for channel in range(channels):
                    for t in range(low, high):
                        nine[channel, t] -= row[channel, t + shift]
                        shifted[k, channel, t] = 3 * row[channel, t + shift]
            sums = np.empty(steps, dtype=np.float32)
            for kernel in range(84):
                a, b, c = heavy[kernel]
                combination = place * 84 + kernel
                sums[:] = 0
                for channel in own[starts[combination] : starts[combination + 1]]:
                    for t in range(steps):
                        sums[t] += nine[channel, t] + shifted[a, channel, t] + shifted[b, channel, t] + shifted[c, channel, t]
                low = 0 if (place + kernel) % 2 == 0 else 4 * dilation
                for _ in range(counts[place]):
                    bias = biases[feature]
                    above = 0
                    for t in range(low, steps - low):
                        above += sums[t] > bias
                    features[window, feature] = above / (steps - 2 * low)
                    feature += 1
    return features


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
    "miniRocket": lambda: mini_rocket(np.ascontiguousarray(wide.transpose(0, 2, 1)), *integers, biases),
    "ridgeClassifier": lambda: RidgeClassifierCV(alphas=np.logspace(-3, 3, 10)).fit(table, labels),
}
for line in sys.stdin:
    start = time.perf_counter()
    jobs[line.strip()]()
    print((time.perf_counter() - start) * 1000, flush=True)
