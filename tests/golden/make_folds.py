"""Folds of scikit-learn. Needs numpy and scikit-learn.

    python tests/golden/make_folds.py
"""
import json
import pathlib
import warnings

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold, TimeSeriesSplit

warnings.simplefilter("ignore")
rng = np.random.default_rng(2)


def cut(splitter, count, y=None, groups=None):
    return [[a.tolist(), b.tolist()] for a, b in
            ((np.asarray(a), np.asarray(b)) for a, b in splitter.split(np.zeros(count), y, groups))]


cases = []
for count, folds in ((10, 5), (23, 4), (7, 7)):
    cases.append({"kind": "kFold", "samples": count, "folds": folds, "splits": cut(KFold(folds), count)})
for count, classes, folds in ((30, 3, 5), (61, 7, 4), (40, 12, 3)):
    labels = rng.choice(classes, size=count, p=rng.dirichlet(np.ones(classes)))
    names = np.array(["rest", "wave", "b", "a", "turn", "z", "q", "c", "d", "e", "f", "g"])[labels]
    for y in (labels, names):
        cases.append({"kind": "stratifiedKFold", "labels": y.tolist(), "folds": folds,
                      "splits": cut(StratifiedKFold(folds), count, y)})
for count, people, classes, folds in ((50, 9, 3, 4), (80, 20, 5, 5), (33, 6, 2, 6), (64, 16, 4, 3)):
    groups = rng.choice(people, size=count)
    labels = rng.choice(classes, size=count)
    cases.append({"kind": "groupKFold", "groups": groups.tolist(), "folds": folds,
                  "splits": cut(GroupKFold(folds), count, None, groups)})
    names = np.array([f"p{g}" for g in groups])
    cases.append({"kind": "groupKFold", "groups": names.tolist(), "folds": folds,
                  "splits": cut(GroupKFold(folds), count, None, names)})
    cases.append({"kind": "stratifiedGroupKFold", "groups": names.tolist(), "labels": labels.tolist(), "folds": folds,
                  "splits": cut(StratifiedGroupKFold(folds), count, labels, names)})
for count, options in (
    (20, {}), (20, {"gap": 2}), (31, {"n_splits": 3, "max_train_size": 5}), (31, {"n_splits": 4, "test_size": 4, "gap": 3}),
):
    cases.append({"kind": "timeSeriesSplit", "samples": count, "options": options,
                  "splits": cut(TimeSeriesSplit(**options), count)})
pathlib.Path(__file__).with_name("folds.json").write_text(json.dumps(cases) + "\n")
