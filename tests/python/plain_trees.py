"""The three libraries as a person calls them in Python: what `trees` is held to, by predictions and by time.

    python plain_trees.py FOLDER ...    # each with settings.json (library, params, rounds, patience) and arrays as .npy;
                                        # writes predictions.npy and result.json into it
"""

import json
import os
import sys
import time

import numpy as np


def run(folder):
    settings = json.load(open(os.path.join(folder, "settings.json")))

    def load(name):
        file = os.path.join(folder, f"{name}.npy")
        return np.load(file) if os.path.exists(file) else None

    x, y, weight, held, held_y, test = (load(name) for name in ("x", "y", "weight", "held", "held_y", "test"))
    params, rounds, patience = settings["params"], settings["rounds"], settings["patience"]
    categorical = settings.get("categorical", [])
    library = settings["library"]
    if library == "lightGbm":
        import lightgbm as lgb

        start = time.process_time()
        train = lgb.Dataset(x, y, weight=weight, categorical_feature=categorical or "auto", params=params)
        callbacks = [lgb.early_stopping(patience, verbose=False)] if patience else []
        sets = [lgb.Dataset(held, held_y, reference=train)] if held is not None else None
        model = lgb.train(params, train, rounds, valid_sets=sets, callbacks=callbacks)
        trained = time.process_time() - start
        best = model.best_iteration if patience else rounds
        predictions = model.predict(test, num_iteration=best)
    elif library == "xgBoost":
        import xgboost as xgb

        start = time.process_time()
        kinds = ["c" if column in categorical else "q" for column in range(x.shape[1])] if categorical else None

        def matrix(part, label=None, weight=None):
            options = {"feature_types": kinds, "enable_categorical": True} if categorical else {}
            return xgb.DMatrix(part, label, weight=weight, **options)

        evals = [(matrix(held, held_y), "validation")] if held is not None else []
        model = xgb.train(
            params,
            matrix(x, y, weight),
            rounds,
            evals=evals,
            early_stopping_rounds=patience or None,
            verbose_eval=False,
        )
        trained = time.process_time() - start
        best = model.best_iteration + 1 if patience else rounds
        predictions = model.predict(matrix(test), iteration_range=(0, best))
    else:
        import catboost
        import pandas

        start = time.process_time()

        def rows(part):
            if not categorical:
                return part
            frame = pandas.DataFrame(part)
            for column in categorical:
                frame[column] = [
                    "missing" if np.isnan(value) else str(int(value)) for value in part[:, column]
                ]
            return frame

        model = catboost.CatBoost({**params, "iterations": rounds, "allow_writing_files": False, "verbose": False})
        model.fit(
            catboost.Pool(rows(x), y, weight=weight, cat_features=categorical),
            eval_set=catboost.Pool(rows(held), held_y, cat_features=categorical) if held is not None else None,
            early_stopping_rounds=patience or None,
            use_best_model=bool(patience),
        )
        trained = time.process_time() - start
        best = model.tree_count_
        kind = "RawFormulaVal" if params["loss_function"] == "RMSE" else "Probability"
        predictions = model.predict(catboost.Pool(rows(test), cat_features=categorical), prediction_type=kind)
    np.save(os.path.join(folder, "predictions.npy"), np.asarray(predictions, np.float32))
    with open(os.path.join(folder, "result.json"), "w") as file:
        json.dump({"best": int(best), "seconds": trained}, file)


for each in sys.argv[1:]:
    run(each)
