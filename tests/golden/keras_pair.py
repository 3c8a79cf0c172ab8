"""What the Keras sides of tests/compare share: the folds of settings.json trained with one seed.

Run by tests/compare/kerasMotion.ts and kerasRadar.ts; by hand:

    python keras_motion.py DATA DIRECTORY SEED

DIRECTORY holds the settings.json that the TypeScript side wrote. Writes keras-SEED.npy, the out-of-fold prediction, and
keras-SEED.json, seconds of training and the epochs' logs.
"""

import json
import os
import sys
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import make_models  # noqa: E402
import numpy as np  # noqa: E402


def require(is_so, what):
    if not is_so:
        raise SystemExit(f"Cannot train the pair: {what}")


def start_from(path):
    """Sets the weights of the network just built to those of the file, layer by layer in the order of their making."""
    flat = np.load(path)
    at = 0
    for layer in make_models.made:
        values = []
        for weight in layer.weights:
            size = int(np.prod(weight.shape))
            values.append(flat[at : at + size].reshape(weight.shape))
            at += size
        layer.set_weights(values)
    require(at == len(flat), f"needs {at} initial weights, got {len(flat)}")


def cross_validate(make):
    """Trains every fold of the pair that `make(data, settings)` gives, which has:

    fold(number, train, validation): x and y of both parts
    network(shape): the untrained network
    optimizer(), loss, metrics
    """
    data, directory, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(os.path.join(directory, "settings.json")) as file:
        settings = json.load(file)
    pair = make(data, settings)
    predictions, seconds, logs = None, 0.0, []
    for number, fold in enumerate(settings["folds"]):
        keras.backend.clear_session()
        make_models.made.clear()
        # Of the initial weights, dropout, the order of the batches and the roll.
        keras.utils.set_random_seed(1000 * seed + number)
        train, validation = np.array(fold["train"]), np.array(fold["validation"])
        (x, y), held_out = pair.fold(number, train, validation)
        model = pair.network(x.shape[1:])
        count = model.count_params()
        require(count == settings["parameters"], f"needs {settings['parameters']} parameters, got {count}")
        if settings["shared"]:
            start_from(os.path.join(directory, f"initial-{seed}-{number}.npy"))
        model.compile(optimizer=pair.optimizer(), loss=pair.loss, metrics=pair.metrics)
        begin = time.perf_counter()
        history = model.fit(
            x,
            y,
            validation_data=held_out,
            batch_size=settings["batchSize"],
            epochs=settings["epochs"],
            verbose=0,
        )
        seconds += time.perf_counter() - begin
        logs.append({name: [float(value) for value in values] for name, values in history.history.items()})
        predicted = model.predict(held_out[0], batch_size=settings["batchSize"], verbose=0)
        if predictions is None:
            samples = max(max(part[-1] for part in fold.values()) for fold in settings["folds"]) + 1
            predictions = np.full((samples, *predicted.shape[1:]), np.nan, np.float32)
        predictions[validation] = predicted
        last = {name: round(values[-1], 4) for name, values in logs[-1].items()}
        print(f"Keras, seed {seed}, fold {number + 1} of {len(settings['folds'])}: {last}", flush=True)
    name = os.path.join(directory, f"keras-{seed}")
    np.save(f"{name}.npy", predictions)
    # The last, as it says that the seed is done.
    with open(f"{name}.json.part", "w") as file:
        json.dump({"seed": seed, "seconds": seconds, "logs": logs}, file)
    os.replace(f"{name}.json.part", f"{name}.json")
