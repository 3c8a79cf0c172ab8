"""Golden features and scalers of series. Needs numpy, scipy, pandas and scikit-learn.

    python tests/golden/make_features.py

All is computed in float64 of float32 values.
"""
import json
import pathlib

import numpy as np
import pandas as pd
from scipy import stats
from scipy.integrate import cumulative_trapezoid
from sklearn import preprocessing

WINDOWS, STEPS, CHANNELS = 3, 24, 3
rng = np.random.default_rng(2021)
x32 = rng.normal(size=(WINDOWS, STEPS, CHANNELS)).cumsum(axis=1).astype(np.float32).round(3)
x32[1, :, 2] = 0.7  # a constant channel of one window
x = x32.astype(np.float64)


def flat(values):
    return [float(np.float32(value)) for value in np.asarray(values).ravel()]


def rolling(name, length, centred, values):
    out = np.empty_like(values)
    for w in range(values.shape[0]):
        for c in range(values.shape[2]):
            window = pd.Series(values[w, :, c]).rolling(length, center=centred, min_periods=1)
            out[w, :, c] = getattr(window, name)(**({"ddof": 0} if name == "std" else {}))
    return flat(out)


def kalman(values, q, r, h):
    """The textbook filter and smoother, matrix by matrix."""
    steps = len(values)
    f = np.array([[1, h], [0, 1]])
    g = np.array([h * h / 2, h])
    noise = q * np.outer(g, g)
    observe = np.array([[1.0, 0.0]])
    state, cov = np.array([values[0], 0.0]), np.diag([r, 1e6 * r])
    filtered, predicted = [(state, cov)], [None]
    for t in range(1, steps):
        state, cov = f @ state, f @ cov @ f.T + noise
        predicted.append((state, cov))
        gain = cov @ observe.T @ np.linalg.inv(observe @ cov @ observe.T + r)
        state = state + gain @ (values[t] - observe @ state)
        cov = (np.eye(2) - gain @ observe) @ cov
        filtered.append((state, cov))
    smooth = [filtered[-1][0]]
    for t in range(steps - 2, -1, -1):
        state, cov = filtered[t]
        ahead, ahead_cov = predicted[t + 1]
        smooth.append(state + cov @ f.T @ np.linalg.inv(ahead_cov) @ (smooth[-1] - ahead))
    return np.array(smooth[::-1])


def spectral(values, rate, bands, share):
    """Statistics of one channel's spectrum without frequency 0."""
    n = len(values)
    power = np.abs(np.fft.rfft(values - values.mean())) ** 2
    frequency = np.fft.rfftfreq(n, 1 / rate)
    power, frequency = power[1:], frequency[1:]
    part = power / power.sum()
    centroid = (part * frequency).sum()
    out = [
        np.mean((values - values.mean()) ** 2),
        centroid,
        np.sqrt((part * (frequency - centroid) ** 2).sum()),
        stats.entropy(part) / np.log(len(part)),
        stats.gmean(power) / power.mean(),
        frequency[np.searchsorted(part.cumsum(), share)],
        frequency[power.argmax()],
        part.max(),
    ]
    for low, high in zip(bands[:-1], bands[1:]):
        out.append(part[(frequency >= low) & (frequency < high)].sum())
    return out


def described(values):
    constant = np.ptp(values) == 0
    low, middle, high = np.percentile(values, [25, 50, 75])
    sign = values - (values[0] if constant else values.mean()) >= 0
    return [
        values.mean(),
        values.std() if not constant else 0,
        0 if constant else stats.skew(values),
        0 if constant else stats.kurtosis(values),
        values.min(),
        low,
        middle,
        high,
        values.max(),
        np.mean(values**2),
        np.abs(np.diff(values)).mean(),
        (sign[1:] != sign[:-1]).mean(),
    ]


once = cumulative_trapezoid(x, dx=0.02, axis=1, initial=0)
smooth = np.array([[kalman(x[w, :, c], 0.05, 0.5, 0.02) for c in range(CHANNELS)] for w in range(WINDOWS)])
with_gap = x.copy()
with_gap[0, 10, 1] = np.nan
gap = pd.Series(with_gap[0, :, 1])
rows = x.reshape(-1, CHANNELS)
train = x[[2, 0]].reshape(-1, CHANNELS)
holes = train.copy()
holes[3, 1] = np.nan


def scaler(one, fitted_on):
    one.fit(fitted_on)
    return flat(one.transform(rows))


lengths = [1, 2, 5, 30, 97, 600]
waves = {n: np.sin(np.arange(n) ** 2 * 0.37).astype(np.float32).astype(float) for n in lengths}
bands = [0, 5, 12, 25]
correlations = []
for w in range(WINDOWS):
    with np.errstate(invalid="ignore"):
        matrix = np.nan_to_num(np.corrcoef(x[w].T))
    if np.ptp(x[w, :, 2]) == 0:
        matrix[:, 2] = 0
    correlations.append([matrix[0, 1], matrix[0, 2], matrix[1, 2]])

out = {
    "shape": [WINDOWS, STEPS, CHANNELS],
    "x": flat(x),
    "gradient": flat(np.gradient(x, axis=1)),
    "gradientSpaced": flat(np.gradient(x, 0.02, axis=1, edge_order=2)),
    "integral": flat(cumulative_trapezoid(x, axis=1, initial=0)),
    "integralSpaced": flat(once),
    "doubleIntegral": flat(cumulative_trapezoid(once, dx=0.02, axis=1, initial=0)),
    "difference3": flat(np.concatenate([np.zeros((WINDOWS, 3, CHANNELS)), x[:, 3:] - x[:, :-3]], axis=1)),
    "differenceCyclic": flat(x - np.roll(x, 1, axis=1)),
    "lag2": flat(np.pad(x, ((0, 0), (2, 0), (0, 0)), mode="edge")[:, :STEPS]),
    "lagAhead": flat(np.roll(x, -5, axis=1)),
    "moving": {
        f"{name}{length}{'centred' if centred else 'past'}": rolling(name, length, centred, x)
        for name in ("mean", "std", "min", "max")
        for length in (1, 4, 7, 60)
        for centred in (True, False)
    },
    "gap": {
        name: [None if np.isnan(v) else float(np.float32(v)) for v in getattr(gap.rolling(5, center=True), name)()]
        for name in ("mean", "min", "max")
    },
    "magnitude": flat(np.linalg.norm(x, axis=2)),
    "energy": flat((x**2).sum(axis=2)),
    "energyCubeRoot": flat(np.cbrt((x**2).sum(axis=2))),
    "product": flat(x.prod(axis=2)),
    "roll": flat(np.degrees(np.arctan2(x[..., 1], x[..., 2]))),
    "pitch": flat(np.degrees(np.arctan2(-x[..., 0], np.hypot(x[..., 1], x[..., 2])))),
    "kalman": flat(smooth[..., 0].transpose(0, 2, 1)),
    "kalmanVelocity": flat(smooth[..., 1].transpose(0, 2, 1)),
    "fft": flat(np.abs(np.fft.fft(x, axis=1))),
    "rfft": flat(np.abs(np.fft.rfft(x, axis=1))),
    "waves": {str(n): {"x": flat(w), "fft": flat(np.abs(np.fft.fft(w)))} for n, w in waves.items()},
    "spectral": flat([spectral(x[w, :, c], 50, bands, 0.85) for w in (0, 2) for c in range(CHANNELS)]),
    "statistics": flat(
        np.concatenate(
            [[np.ravel([described(x[w, :, c]) for c in range(CHANNELS)]) for w in range(WINDOWS)], correlations],
            axis=1,
        )
    ),
    "standard": scaler(preprocessing.StandardScaler(), train),
    "standardHoles": scaler(preprocessing.StandardScaler(), holes),
    "robust": scaler(preprocessing.RobustScaler(), train),
    "robustWide": scaler(preprocessing.RobustScaler(quantile_range=(10, 95)), train),
    "minMax": scaler(preprocessing.MinMaxScaler(feature_range=(-1, 1)), train),
    "constant": flat(preprocessing.StandardScaler().fit_transform(np.full((5, 1), 0.1, dtype=np.float32))),
}
path = pathlib.Path(__file__).with_name("features.json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
