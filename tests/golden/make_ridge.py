"""Golden ridge classifier. Needs numpy and scikit-learn.

    python tests/golden/make_ridge.py
"""
import json
import pathlib

import numpy as np
from sklearn.linear_model import RidgeClassifierCV

rng = np.random.default_rng(2021)
out = {}
for name, rows, columns in (("wide", 30, 50), ("long", 60, 8)):
    x = rng.normal(size=(rows + 10, columns)).round(3)
    labels = np.arange(rows) % 3
    x[np.arange(rows), labels] += 1.5
    x[:, 4] += 7
    model = RidgeClassifierCV(alphas=np.logspace(-3, 3, 10)).fit(x[:rows], labels)
    out[name] = {
        "rows": rows,
        "columns": columns,
        "train": x[:rows].ravel().round(3).tolist(),
        "test": x[rows:].ravel().round(3).tolist(),
        "labels": labels.tolist(),
        "alpha": float(model.alpha_),
        "margins": model.decision_function(x[rows:]).ravel().tolist(),
    }
path = pathlib.Path(__file__).with_name("ridge.json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
