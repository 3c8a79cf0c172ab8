"""What scikit-learn and pandas make of small tables with missing values and categories: goldens of features/table.

    python make_tables.py
"""

import json
import os

import numpy as np
import pandas as pd
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(7)
rows, held = 60, 12
towns = np.array(["Bonn", "Ulm", "Köln", "Jena", "Hof"], dtype=object)
town = towns[rng.integers(0, 4, rows + held)]
town[rng.random(rows + held) < 0.1] = None
town[rows] = "Hof"  # that the train part has not
code = rng.integers(0, 3, rows + held).astype(float)
age = np.round(rng.normal(40, 12, rows + held), 2)
age[rng.random(rows + held) < 0.2] = np.nan
days = pd.to_datetime("2023-12-28") + pd.to_timedelta(rng.integers(0, 60 * 24 * 400, rows + held), unit="m")
binary = rng.integers(0, 2, rows + held)
three = rng.integers(0, 3, rows + held)
number = np.round(rng.normal(5, 3, rows + held), 3).astype(np.float32)
train, rest = slice(0, rows), slice(rows, None)


def plain(values):
    return [[None if pd.isna(v) else round(float(v), 10) for v in row] for row in np.asarray(values, dtype=float)]


def column(values):
    return np.asarray(values, dtype=object).reshape(-1, 1)


def target(y, kind, smooth):
    folds = KFold(5) if kind == "continuous" else StratifiedKFold(5)
    encoder = TargetEncoder(smooth=smooth, target_type=kind, cv=folds)
    own = encoder.fit_transform(column(town)[train], y[train])
    return {"train": plain(own), "rest": plain(encoder.transform(column(town)[rest]))}


# OrdinalEncoder takes NaN alone for missing.
gaps = column([np.nan if v is None else v for v in town])
one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(column(town)[train])
rare = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=12, sparse_output=False).fit(
    column(town)[train]
)
ordinal = OrdinalEncoder(
    handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan
).fit(gaps[train])
ages = age.reshape(-1, 1)
golden = {
    "rows": rows,
    "town": [None if v is None else v for v in town],
    "code": code.tolist(),
    "age": [None if np.isnan(v) else v for v in age],
    "days": [d.isoformat() for d in days],
    "binary": binary.tolist(),
    "three": three.tolist(),
    "number": [float(v) for v in number],
    "oneHot": {"train": plain(one_hot.transform(column(town)[train])), "rest": plain(one_hot.transform(column(town)[rest]))},
    "rare": {"train": plain(rare.transform(column(town)[train])), "rest": plain(rare.transform(column(town)[rest]))},
    "category": {"train": plain(ordinal.transform(gaps[train])), "rest": plain(ordinal.transform(gaps[rest]))},
    "count": [[float(sum(v == w or (v is None and pd.isna(w)) for w in town[train]))] for v in town],
    "median": plain(SimpleImputer(strategy="median").fit(ages[train]).transform(ages)),
    "mean": plain(SimpleImputer(strategy="mean").fit(ages[train]).transform(ages)),
    "missing": plain(MissingIndicator().fit(ages[train]).transform(ages)),
    "standard": plain(StandardScaler().fit(ages[train]).transform(ages)),
    "dates": plain(
        np.stack(
            [
                days.year,
                days.month,
                days.day,
                days.day_of_week,
                days.day_of_year,
                days.hour,
                days.minute,
                (days - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1),
            ],
            1,
        )
    ),
    "target": {
        "binary auto": target(binary, "binary", "auto"),
        "binary 10": target(binary, "binary", 10.0),
        "three auto": target(three, "multiclass", "auto"),
        "three 3": target(three, "multiclass", 3.0),
        "number auto": target(number, "continuous", "auto"),
        "number 2.5": target(number, "continuous", 2.5),
    },
}
with open(os.path.join(HERE, "tables.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"), ensure_ascii=False)
    file.write("\n")
