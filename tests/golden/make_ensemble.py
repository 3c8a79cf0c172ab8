"""Golden blends and a stack. Needs numpy, scipy and scikit-learn.

    python tests/golden/make_ensemble.py
"""
import json
import pathlib

import numpy as np
from scipy.optimize import minimize
from scipy.stats import gmean
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(21)
rows, classes = 150, 3
truth = rng.integers(0, classes, size=rows)
models = []
for skill, noise in ((1.5, 1.0), (1.2, 0.8), (0.2, 1.5), (0.9, 0.7)):
    logits = skill * np.eye(classes)[truth] + noise * rng.normal(size=(rows, classes))
    p = np.exp(logits)
    models.append(np.round(p / p.sum(1, keepdims=True), 5))
models = np.array(models)

own = models[:, np.arange(rows), truth]
found = minimize(lambda w: -np.log(w @ own).mean(), np.full(4, 0.25), jac=lambda w: -(own / (w @ own)).mean(1),
                 bounds=[(0, 1)] * 4, constraints={"type": "eq", "fun": lambda w: w.sum() - 1,
                                                   "jac": lambda w: np.ones(4)},
                 method="SLSQP", options={"ftol": 1e-14, "maxiter": 1000})
geometric = gmean(models, axis=0, weights=np.array([0.4, 0.3, 0.2, 0.1])[:, None, None])
geometric /= geometric.sum(1, keepdims=True)
inputs = np.log(np.maximum(models, 1e-7)).transpose(1, 0, 2).reshape(rows, -1)
stack = LogisticRegression(C=0.5, tol=1e-10, max_iter=10000).fit(inputs, truth)
out = {
    "truth": truth.tolist(), "models": models.reshape(4, -1).tolist(), "rows": rows, "classes": classes,
    "blend": {"weights": found.x.tolist(), "loss": float(found.fun)},
    "mean": models.mean(0).ravel().tolist(),
    "geometric": geometric.ravel().tolist(),
    "stack": {"c": 0.5, "probabilities": stack.predict_proba(inputs).ravel().tolist()},
}
pathlib.Path(__file__).with_name("ensemble.json").write_text(json.dumps(out) + "\n")
