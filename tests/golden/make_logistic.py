"""Golden multinomial logistic regression. Needs numpy and scikit-learn.

    python tests/golden/make_logistic.py
"""
import json
import pathlib

import numpy as np
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(2021)
out = {}
for name, rows, columns, penalty in (("wide", 30, 50, 1e-4), ("long", 60, 8, 1e-3)):
    x = rng.normal(size=(rows + 10, columns)).round(3)
    labels = np.arange(rows) % 3
    x[np.arange(rows), labels] += 1.5
    x[:, 4] += 7
    x[:, 5] *= 1e-3
    x = x.round(6)
    train = x[:rows]
    scale = (train.std(0) + 1e-3) * np.sqrt(columns)
    model = LogisticRegression(C=1 / (2 * penalty * rows), tol=1e-10, max_iter=100000)
    model.fit((train - train.mean(0)) / scale, labels)
    out[name] = {
        "rows": rows,
        "columns": columns,
        "penalty": penalty,
        "train": train.ravel().tolist(),
        "test": x[rows:].ravel().tolist(),
        "labels": labels.tolist(),
        "probabilities": model.predict_proba((x[rows:] - train.mean(0)) / scale).ravel().tolist(),
    }
path = pathlib.Path(__file__).with_name("logistic.json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
