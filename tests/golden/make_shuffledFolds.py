"""Shuffled folds of scikit-learn. Needs numpy and scikit-learn.

    python tests/golden/make_shuffledFolds.py
"""
import json
import pathlib
import warnings

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold

warnings.simplefilter("ignore")
rng = np.random.default_rng(5)


def assignment(splitter, count, y=None):
    """The fold that validates each sample."""
    of = np.empty(count, int)
    for fold, (_, validation) in enumerate(splitter.split(np.zeros(count), y)):
        of[validation] = fold
    return of.tolist()


cases = []
for count, folds, seed in ((10, 10, 1818), (1000, 10, 1818), (23, 4, 0), (1500, 7, 4294967295), (2, 2, 1)):
    splitter = KFold(folds, shuffle=True, random_state=seed)
    cases.append({"kind": "kFold", "samples": count, "folds": folds, "seed": seed, "of": assignment(splitter, count)})
for count, classes, folds, seed in ((1000, 61, 10, 2021), (40, 3, 5, 0), (300, 12, 3, 123456789)):
    y = rng.choice(classes, size=count, p=rng.dirichlet(np.ones(classes)))
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    cases.append({"kind": "stratifiedKFold", "labels": y.tolist(), "folds": folds, "seed": seed,
                  "of": assignment(splitter, count, y)})
words = np.random.RandomState(2021).randint(0, 2**32, size=700, dtype=np.uint32)
cases.append({"kind": "words", "seed": 2021, "first": words[:3].tolist(), "last": words[-3:].tolist()})
pathlib.Path(__file__).with_name("shuffledFolds.json").write_text(json.dumps(cases) + "\n")
