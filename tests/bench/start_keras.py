"""Keras 3 on the networks of start.ts: seconds of a compiled model's fit of one batch.

Each line on standard input is {"file": a .keras file, "loss": its name, "batch": samples}."""

import importlib.util
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
# The engine sets it for its own process, from which this one inherits.
os.environ.pop("TF_DETERMINISTIC_OPS", None)

import keras  # noqa: E402
import numpy as np  # noqa: E402
from training_data import clock  # noqa: E402


def measure(file, loss, batch, layers=None):
    if layers:
        # Registers the layers that Keras lacks.
        spec = importlib.util.spec_from_file_location("layers", layers)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    model = keras.saving.load_model(file, compile=False)
    random = np.random.default_rng(0)
    x = random.random((batch, *model.input_shape[1:]), dtype=np.float32)
    if loss == "mae":
        y = random.random((batch, *model.output_shape[1:]), dtype=np.float32)
    else:
        y = np.arange(batch, dtype=np.int32) % model.output_shape[-1]
    model.compile(keras.optimizers.Adam(1e-4), loss)
    begin = clock()
    model.fit(x, y, batch_size=batch, epochs=1, verbose=0)
    seconds = clock() - begin
    keras.backend.clear_session()
    return seconds


for line in sys.stdin:
    print(measure(**json.loads(line)), flush=True)
