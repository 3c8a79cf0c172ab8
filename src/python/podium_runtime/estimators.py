"""Estimators of scikit-learn's kind: made by name, fitted on a fold, saved and loaded as bytes."""

import inspect
import io

from .calls import find


def _make(name, parameters, seed):
    made = find(name, {})(**parameters)
    if not hasattr(made, "fit") or not hasattr(made, "get_params"):
        raise TypeError(f"Cannot use {name}: it must be an estimator of scikit-learn's kind")
    # Also those of estimators within it, unless they were given.
    seeds = {
        key: seed
        for key, value in made.get_params(deep=True).items()
        if key.split("__")[-1] == "random_state" and value is None
    }
    return made.set_params(**seeds)


def fit(name, parameters, seed, x, y, weight, classes):
    """A fitted estimator, and what it is and predicts."""
    import numpy as np
    from sklearn.base import is_classifier, is_regressor

    made = _make(name, parameters, seed)
    kind = "classifier" if is_classifier(made) else "regressor" if is_regressor(made) else None
    if kind is None:
        raise TypeError(f"Cannot use {name}: it must be a classifier or a regressor")
    if kind == "classifier" and not hasattr(made, "predict_proba"):
        raise TypeError(
            f"Cannot use {name}: a classifier must have predict_proba; put it into"
            " sklearn.calibration.CalibratedClassifierCV, or give the option by which it has"
        )
    if kind == "classifier":
        if y.ndim != 1 or not np.array_equal(y, np.floor(y)) or (y.size and y.min() < 0):
            raise ValueError(f"Cannot fit {name}: y must be class numbers [samples] from 0, got {y.dtype} {list(y.shape)}")
        y = y.astype(np.int64)
        if classes is not None and y.size and y.max() >= classes:
            raise ValueError(f"Cannot fit {name}: class numbers must be below {classes}, got {y.max()}")
    if weight is None:
        made.fit(x, y)
    elif "sample_weight" in inspect.signature(made.fit).parameters:
        made.fit(x, y, sample_weight=weight)
    else:
        raise TypeError(f"Cannot fit {name}: samples must weigh alike, as it takes no sample_weight")
    if kind == "regressor":
        return made, {"kind": kind}
    present = [int(label) for label in made.classes_]
    return made, {"kind": kind, "present": present, "classes": classes or max(present) + 1}


def predict(model, x, told):
    """Shares of classes [samples, classes], or values [samples, outputs], in float32."""
    import numpy as np

    if told["kind"] == "regressor":
        values = np.asarray(model.predict(x), np.float32)
        return values.reshape(len(x), -1)
    shares = np.zeros((len(x), told["classes"]), np.float32)
    shares[:, told["present"]] = model.predict_proba(x)
    return shares


def dump(model):
    import joblib

    target = io.BytesIO()
    joblib.dump(model, target)
    return target.getvalue()


def load(data):
    import joblib

    return joblib.load(io.BytesIO(data.tobytes()))
