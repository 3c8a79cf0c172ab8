"""Features, ranks, bins, folds and motion where offsets, sentinels, ties and edges are. Needs numpy, scipy, scikit-learn,
pysteps, keras and OpenCV.

    python tests/golden/make_numbers.py
"""
import json
import os
import pathlib
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import cv2
import keras
import numpy as np
from pysteps.verification.probscores import reldiag_accum, reldiag_compute, reldiag_init
from scipy import integrate, stats
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.preprocessing import RobustScaler, StandardScaler

warnings.simplefilter("ignore")
np.seterr(all="ignore")
rng = np.random.default_rng(8)


def numbers(values):
    return [None if np.isnan(v) else float(v) for v in np.asarray(values, float).ravel()]


ranks = []
for truth, prediction, cut in (
    ([1, 0, 0], [1e-10, 0, 0], 0),
    ([0, 1, 1, 0, 1], [0.5, 0.5, 0.5, 0.5, 0.5], 0),
    (rng.integers(0, 2, 200), rng.integers(0, 6, 200) / 5, 0),
    (rng.integers(0, 2, 50), rng.normal(size=50) * 1e-9 + 3, 0),
    (rng.integers(0, 2, 50), rng.normal(size=50) * 1e6, 0),
    (np.round(np.clip(rng.normal(0.2, 0.4, 300), 0, 1), 3), np.round(rng.uniform(size=300), 2), 0),
    (np.round(np.clip(rng.normal(0.2, 0.4, 300), 0, 1), 3), np.round(rng.uniform(size=300), 2), 0.5),
):
    value = roc_auc_score(np.asarray(truth) > cut, prediction)
    ranks.append({"truth": numbers(truth), "prediction": numbers(prediction), "cut": cut, "value": float(value)})

rain = np.float32(np.round(np.clip(rng.normal(0.1, 0.4, 400), 0, 1), 3))
forecast = np.float32(np.round(np.clip(0.7 * rain + rng.normal(0.1, 0.2, 400), 0, 1), 3))
metric = keras.metrics.AUC()
metric.update_state(rain, forecast)
pixels = {"truth": numbers(rain), "prediction": numbers(forecast), "value": float(metric.result())}

diagrams = []
for bins in (10, 7, 20, 1):
    probability = np.concatenate([np.arange(bins + 1) / bins, np.round(rng.uniform(size=100), 1), [0.1 * 3, 0.7, 1.0]])
    observed = (rng.uniform(size=probability.size) < probability).astype(int)
    diagram = reldiag_init(0.5, n_bins=bins, min_count=1)
    reldiag_accum(diagram, probability, observed)
    mean, share = reldiag_compute(diagram)
    diagrams.append({"bins": bins, "probability": numbers(probability), "observed": observed.tolist(),
                     "counts": diagram["num_idx"].tolist(), "mean": numbers(mean), "share": numbers(share)})

curves = []
for bins in (10, 3, 7):
    for strategy in ("uniform", "quantile"):
        probability = np.concatenate([np.arange(bins + 1) * (1 / bins), np.round(rng.uniform(size=60), 1), [0.1 * 3]])
        probability = np.minimum(probability, 1)
        truth = (rng.uniform(size=probability.size) < probability).astype(int)
        share, mean = calibration_curve(truth, probability, n_bins=bins, strategy=strategy)
        curves.append({"bins": bins, "strategy": strategy, "probability": numbers(probability), "truth": truth.tolist(),
                       "share": numbers(share), "mean": numbers(mean)})

split = None
while split is None:  # scikit-learn leaves a fold empty
    groups = rng.integers(0, 4, 12)
    labels = rng.integers(0, 3, 12)
    if len(set(groups)) < 4 or max(np.bincount(labels)) < 4:
        continue
    folds = [test.tolist() for _, test in StratifiedGroupKFold(4).split(np.zeros(12), labels, groups)]
    if min(map(len, folds)) == 0:
        split = {"groups": groups.tolist(), "labels": labels.tolist(), "folds": folds}


def cells(rows, columns, time):
    y, x = np.mgrid[:rows, :columns]
    total = np.zeros((rows, columns))
    for k in range(5):
        width = 3 + k
        total += (30 + 8 * k) * np.exp(-((x - (k * 13 % columns) - 1.5 * time) ** 2
                                          + (y - (k * 7 % rows) - 0.75 * time) ** 2) / (2 * width**2))
    return np.floor(np.minimum(total, 255)).astype("uint8")


motions = []
for rows, columns, window, radius, scale in (
    (10, 13, 5, 2, 0.5), (16, 16, 15, 5, 0.5), (33, 31, 8, 3, 0.5), (40, 65, 21, 5, 0.7), (66, 130, 15, 7, 0.5),
    (70, 71, 31, 5, 0.8),
):
    flow = cv2.calcOpticalFlowFarneback(cells(rows, columns, 0), cells(rows, columns, 1), None, scale, 3, window, 3,
                                        radius, 1.1, 0)
    picks = [(y, x) for y in range(0, rows, 6) for x in range(0, columns, 7)]
    motions.append({"shape": [rows, columns], "window": window, "radius": radius, "scale": scale,
                    "u": [round(float(flow[y, x, 0]), 5) for y, x in picks],
                    "v": [round(float(flow[y, x, 1]), 5) for y, x in picks]})

steps = 32
safe = []
for name, values in {
    "large offset": 1e7 + rng.integers(-3, 4, (steps, 2)),
    "sentinel": np.where(np.arange(2 * steps).reshape(steps, 2) == 21, -9999, rng.integers(-50, 50, (steps, 2)) / 1000),
    "huge": rng.integers(-50, 50, (steps, 2)) * 1e29,
    "tiny": rng.integers(-50, 50, (steps, 2)) * 1e-30,
    "one huge": np.where(np.arange(2 * steps).reshape(steps, 2) == 11, 1e36, rng.integers(-50, 50, (steps, 2))),
    "nearly constant": np.where(np.arange(2 * steps).reshape(steps, 2) < 6, 14.62, 14.63),
}.items():
    x = np.float32(values).astype(float)
    statistics = []
    for v in x.T:
        crossings = np.mean(np.diff((v - v.mean() >= 0).astype(int)) != 0)
        statistics += [v.mean(), v.std(), stats.skew(v), stats.kurtosis(v), v.min(), *np.quantile(v, [0.25, 0.5, 0.75]),
                       v.max(), (v * v).mean(), np.abs(np.diff(v)).mean(), crossings]
    statistics.append(np.corrcoef(x.T)[0, 1])
    spectra = []
    for p in (np.abs(np.fft.rfft(x - x.mean(0), axis=0)) ** 2)[1:].T:
        f = np.arange(1, steps // 2 + 1) / steps
        twice = np.where(f < 0.5, 2, 1)
        share = p / p.sum()
        centre = (share * f).sum()
        spectra.append([(p * twice).sum() / steps**2, centre, np.sqrt((share * (f - centre) ** 2).sum()),
                        -(share[share > 0] * np.log(share[share > 0])).sum() / np.log(steps // 2)])
    once = integrate.cumulative_trapezoid(x, dx=0.02, axis=0, initial=0)
    safe.append({"name": name, "data": numbers(x), "statistics": numbers(statistics), "spectra": spectra,
                 "fft": numbers(np.abs(np.fft.rfft(x, axis=0))), "integral": numbers(once),
                 "double": numbers(integrate.cumulative_trapezoid(once, dx=0.02, axis=0, initial=0)),
                 "standard": numbers(StandardScaler().fit_transform(x)), "robust": numbers(RobustScaler().fit_transform(x))})

out = {"safe": safe, "ranks": ranks, "pixels": pixels, "diagrams": diagrams, "curves": curves, "split": split, "motions": motions}
path = pathlib.Path(__file__).with_name("numbers.json")
path.write_text(json.dumps(out) + "\n")
