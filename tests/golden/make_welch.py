"""SciPy's t-tests of unequal variances and, where there are as many on both sides, of pairs. Needs numpy and scipy.

    python tests/golden/make_welch.py
"""

import json
import os

import numpy as np
from scipy import stats

random = np.random.default_rng(0)
cases = []
for ours, peer, shift in ((3, 3, 0), (3, 3, 2), (2, 5, 0.5), (2, 2, 0.3), (8, 4, 1)):
    a = np.round(random.normal(size=ours), 4)
    b = np.round(shift + (1 + shift) * random.normal(size=peer), 4)
    found = stats.ttest_ind(a, b, equal_var=False)
    cases.append(
        {
            "ours": a.tolist(),
            "peer": b.tolist(),
            "t": float(found.statistic),
            "degreesOfFreedom": float(found.df),
            "p": float(found.pvalue),
        }
    )
    if ours == peer:
        pairs = stats.ttest_rel(a, b)
        cases[-1]["paired"] = {"t": float(pairs.statistic), "p": float(pairs.pvalue)}

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "welch.json")
with open(path, "w") as file:
    json.dump(cases, file, indent=1)
    file.write("\n")
