"""Trees of three libraries, trained some rounds at a time, so that TypeScript sees each round and may end it."""

import os
import tempfile
import threading
import time
import warnings

import numpy as np


def _numbers(values):
    return None if values is None else np.ascontiguousarray(values).reshape(-1)


class Part:
    """Rows with labels and weights; the rows may be missing."""

    def __init__(self, told):
        self.x = np.ascontiguousarray(told["x"])
        self.y = _numbers(told.get("y"))
        self.weight = _numbers(told.get("weight"))


class Trainer:
    """What all libraries have in common. `told` holds params, rounds, categorical places, classes and the parts."""

    def __init__(self, told):
        self.params = told["params"]
        self.rounds = told["rounds"]
        self.planned = max(told["planned"], self.rounds)
        self.keeps_best = told["keeps_best"]
        self.categorical = told["categorical"]
        self.classes = told.get("classes")
        self.train = Part(told["train"])
        self.held = Part(told["held"]) if told.get("held") else None
        self.initial = bytes(told["initial"]) if told.get("initial") is not None else None
        self.done = 0
        self.begin()

    def advance(self, seconds, each):
        """Trains on until the seconds are over, or one round where `each`; gives every round's scores by name."""
        logs = []
        start = time.monotonic()
        while self.done < self.rounds:
            logs.append(self.round())
            self.done += 1
            if each or time.monotonic() - start >= seconds:
                break
        return {"logs": logs, "done": self.done >= self.rounds}

    def end(self):
        """Lets a training that goes on by itself end."""

    def splits(self):
        """Whether any column was split by."""
        return True

    def spent(self):
        """Processor time of this process so far, in seconds."""
        return time.process_time()

    def pack(self, raw):
        return np.frombuffer(raw, np.uint8)


class LightGbm(Trainer):
    def begin(self):
        import lightgbm as lgb

        self.lgb = lgb
        options = {"params": self.params, "categorical_feature": self.categorical or "auto"}
        data = lgb.Dataset(self.train.x, self.train.y, weight=self.train.weight, **options)
        if self.initial is not None:
            first = lgb.Booster(model_str=self.initial.decode())
            data._update_params(self.params)._set_predictor(lgb.basic._InnerPredictor.from_booster(booster=first, pred_parameter={}))
        self.booster = lgb.Booster(self.params, data)
        if self.held:
            held = data.create_valid(self.held.x, self.held.y, weight=self.held.weight, params=self.params)
            self.booster.add_valid(held, "validation")

    def round(self):
        with warnings.catch_warnings():
            # That nothing splits any more is seen in the scores.
            warnings.simplefilter("ignore")
            self.booster.update()
        return {name: [value, bool(higher)] for _, name, value, higher in self.booster.eval_valid()}

    def held_predictions(self):
        threads = {"num_threads": self.params.get("num_threads", 0)}
        return shaped(self.booster.predict(self.held.x, **threads), self.classes)

    def splits(self):
        return bool(self.booster.feature_importance("split").sum() > 0)

    def model(self, kept):
        first = self.booster.current_iteration() - self.done
        return self.pack(self.booster.model_to_string(num_iteration=first + kept).encode())


class XgBoost(Trainer):
    maximized = ("auc", "aucpr", "pre", "map", "ndcg")

    def begin(self):
        import xgboost as xgb

        if self.params.get("device", "cpu") != "cpu" and not xgb.build_info()["USE_CUDA"]:
            raise RuntimeError("this xgboost is built without CUDA; install xgboost-cu12 in its place")
        self.xgb = xgb
        data = self.matrix(self.train)
        self.evaluated = [(self.matrix(self.held), "validation")] if self.held else []
        options = {} if self.initial is None else {"model_file": bytearray(self.initial)}
        self.booster = xgb.Booster(self.params, [data] + [part for part, _ in self.evaluated], **options)
        self.data = data
        self.first = self.booster.num_boosted_rounds()

    def matrix(self, part):
        kinds = ["c" if column in self.categorical else "q" for column in range(part.x.shape[1])]
        return self.xgb.DMatrix(
            part.x,
            part.y,
            weight=part.weight,
            nthread=self.params.get("nthread"),
            feature_types=kinds if self.categorical else None,
            enable_categorical=bool(self.categorical),
        )

    def round(self):
        self.booster.update(self.data, self.first + self.done)
        if not self.evaluated:
            return {}
        words = self.booster.eval_set(self.evaluated, self.first + self.done).split("\t")[1:]
        scores = {}
        for word in words:
            name, value = word.split(":")
            name = name.split("-", 1)[1]
            higher = any(name == one or name.startswith(f"{one}@") for one in self.maximized)
            scores[name] = [float(value), higher]
        return scores

    def held_predictions(self):
        return shaped(self.booster.predict(self.evaluated[0][0]), self.classes)

    def splits(self):
        return self.params.get("booster") == "gblinear" or len(self.booster.get_score(importance_type="weight")) > 0

    def model(self, kept):
        last = self.first + kept
        whole = self.booster if last == self.booster.num_boosted_rounds() else self.booster[:last]
        return self.pack(whole.save_raw("ubj"))


class CatBoost(Trainer):
    """CatBoost trains all rounds in one call: it does so in a thread of its own, and a callback tells of each round."""

    def begin(self):
        import catboost

        self.catboost = catboost
        self.news = threading.Condition()
        self.scores = []
        self.told = 0
        self.is_ending = False
        self.failure = None
        self.is_over = False
        self.first = 0
        params = {"allow_writing_files": False, "logging_level": "Silent", **self.params}
        # A learning rate of CatBoost's own choice depends on these: that of a refit is then as that of the folds.
        params["iterations"] = self.planned
        if self.classes:
            params["classes_count" if self.classes > 2 else "class_names"] = (
                self.classes if self.classes > 2 else [0, 1]
            )
        self.learner = catboost.CatBoost(params)
        self.thread = threading.Thread(target=self.train_all, daemon=True)
        self.thread.start()

    def pool(self, part):
        return catboost_pool(part.x, self.categorical, label=part.y, weight=part.weight)

    def train_all(self):
        trainer = self

        class Listener:
            def after_iteration(self, info):
                with trainer.news:
                    held = (info.metrics or {}).get("validation") or {}
                    trainer.scores.append({name: values[-1] for name, values in held.items()})
                    trainer.news.notify()
                    return not trainer.is_ending and len(trainer.scores) < trainer.rounds

        try:
            options = {}
            if self.initial is not None:
                options["init_model"] = catboost_model(self.initial)
                self.first = options["init_model"].tree_count_
            held = self.pool(self.held) if self.held else None
            self.learner.fit(
                self.pool(self.train),
                eval_set=held,
                use_best_model=bool(held and self.keeps_best),
                callbacks=[Listener()],
                **options,
            )
        except BaseException as error:  # noqa: BLE001
            self.failure = error
        finally:
            with self.news:
                self.is_over = True
                self.news.notify()

    def advance(self, seconds, each):
        logs = []
        start = time.monotonic()
        with self.news:
            while True:
                left = seconds - (time.monotonic() - start)
                fresh = len(self.scores) - self.told
                if self.is_over or (fresh and left <= 0):
                    break
                self.news.wait(max(0.005, left))
                if left <= 0:
                    break
            logs = self.scores[self.told :]
            self.told = len(self.scores)
            over = self.is_over
        if over and self.failure is not None:
            raise self.failure
        self.done = self.told
        return {"logs": [{name: [value, self.is_higher(name)] for name, value in log.items()} for log in logs], "done": over}

    def is_higher(self, name):
        return name.split(":")[0] in (
            "AUC", "Accuracy", "BalancedAccuracy", "F1", "TotalF1", "MCC", "Kappa", "WKappa", "Precision", "Recall",
            "R2", "NDCG", "MAP", "PrecisionAt", "RecallAt", "QueryAUC", "PRAUC", "ZeroOneLossInverse",
        )  # fmt: skip

    def end(self):
        with self.news:
            self.is_ending = True
        self.thread.join()

    def staged(self):
        """Predictions of the held rows after every round, for scores of TypeScript's."""
        kind = "Probability" if self.classes else "RawFormulaVal"
        stages = self.learner.staged_predict(self.pool(self.held), prediction_type=kind)
        return [shaped(stage, self.classes) for stage in stages]

    def model(self, kept):
        self.end()
        if self.first + kept < self.learner.tree_count_:
            self.learner.shrink(self.first + kept)
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "model.cbm")
            self.learner.save_model(file)
            with open(file, "rb") as written:
                return self.pack(written.read())


def shaped(values, classes):
    """float32 [rows, classes], or [rows, 1] of other truths."""
    values = np.asarray(values, np.float32)
    if values.ndim == 2:
        return values
    return np.stack([1 - values, values], 1) if classes else values[:, None]


def catboost_pool(x, categorical, **options):
    import catboost
    import pandas

    if not categorical:
        return catboost.Pool(x, **options)
    frame = pandas.DataFrame(x)
    for column in categorical:
        values = x[:, column]
        missing = np.isnan(values)
        whole = np.where(missing, -1, values).astype(np.int64)
        frame[column] = np.where(missing, "missing", whole.astype(str)).astype(object)
    return catboost.Pool(frame, cat_features=list(categorical), **options)


def catboost_model(raw):
    import catboost

    model = catboost.CatBoost()
    model.load_model(blob=bytes(raw))
    return model


class Model:
    """A fitted model, read from its bytes."""

    def __init__(self, library, raw, told):
        self.library = library
        self.classes = told.get("classes")
        self.categorical = told["categorical"]
        self.threads = told.get("threads")
        raw = bytes(raw)
        if library == "LightGbm":
            import lightgbm as lgb

            self.model = lgb.Booster(model_str=raw.decode())
        elif library == "XgBoost":
            import xgboost as xgb

            self.model = xgb.Booster(model_file=bytearray(raw))
            self.model.set_param({"nthread": self.threads or 0})
        else:
            self.model = catboost_model(raw)

    def matrix(self, x):
        if self.library == "LightGbm":
            return x
        if self.library == "CatBoost":
            return catboost_pool(x, self.categorical)
        import xgboost as xgb

        kinds = ["c" if column in self.categorical else "q" for column in range(x.shape[1])]
        return xgb.DMatrix(
            x,
            nthread=self.threads,
            feature_types=kinds if self.categorical else None,
            enable_categorical=bool(self.categorical),
        )

    def predict(self, x):
        x = np.ascontiguousarray(x)
        if len(x) == 0:
            return np.zeros((0, self.classes or 1), np.float32)
        if self.library == "CatBoost":
            kind = "Probability" if self.classes else "RawFormulaVal"
            values = self.model.predict(self.matrix(x), prediction_type=kind, thread_count=self.threads or -1)
        elif self.library == "LightGbm":
            values = self.model.predict(x, num_threads=self.threads or 0)
        else:
            values = self.model.predict(self.matrix(x))
        return shaped(values, self.classes)

    def importance(self, width):
        """Each column's part of what the splits gained."""
        if self.library == "LightGbm":
            return self.model.feature_importance("gain").astype(np.float64)
        if self.library == "CatBoost":
            return np.asarray(self.model.get_feature_importance(), np.float64)
        values = np.zeros(width)
        for name, gain in self.model.get_score(importance_type="total_gain").items():
            values[int(name[1:])] = gain
        return values

    def shap(self, x):
        """[rows, outputs, columns + 1]; the last is the expected prediction."""
        x = np.ascontiguousarray(x)
        rows, width = x.shape
        if self.library == "LightGbm":
            values = self.model.predict(x, pred_contrib=True, num_threads=self.threads or 0)
        elif self.library == "CatBoost":
            values = self.model.get_feature_importance(self.matrix(x), type="ShapValues")
        else:
            values = self.model.predict(self.matrix(x), pred_contribs=True)
        return np.asarray(values, np.float32).reshape(rows, -1, width + 1)


def begin(library, told):
    return {"LightGbm": LightGbm, "XgBoost": XgBoost, "CatBoost": CatBoost}[library](told)


def load(library, raw, told):
    return Model(library, raw, told)
