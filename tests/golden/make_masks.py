"""Keras's fit, evaluate and predict of models with padded steps."""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402


def wave(shape, phase, scale=0.5):
    size = int(np.prod(shape))
    return (scale * np.sin(np.arange(size) * 0.7 + phase)).astype(np.float32).reshape(shape)


X = wave((4, 6, 3), 0.3, 1.0)
for sample, length in enumerate([6, 4, 2, 5]):
    X[sample, length:] = 0
X[3, 1] = 0  # a gap, and not at the end
STEPS = (np.arange(24) * 5 % 3).reshape(4, 6).astype(np.int32)
CLASSES = (np.arange(4) * 5 % 3).astype(np.int32)
WEIGHT = np.array([1, 0.5, 2, 1], np.float32)

CASES = {
    "lstm": ([L.LSTM(4), L.Dense(3, activation="softmax")], CLASSES),
    "lstmSequence": ([L.LSTM(4, return_sequences=True), L.Dense(3, activation="softmax")], STEPS),
    "gru": ([L.GRU(4, return_sequences=True), L.GRU(3), L.Dense(3, activation="softmax")], CLASSES),
    "gruBackwards": ([L.GRU(4, return_sequences=True, go_backwards=True), L.Dense(3, activation="softmax")], STEPS),
    "gruBefore": ([L.GRU(4, reset_after=False), L.Dense(3, activation="softmax")], CLASSES),
    "bidirectional": ([L.Bidirectional(L.LSTM(3)), L.Dense(3, activation="softmax")], CLASSES),
    "pool": ([L.Dense(4), L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax")], CLASSES),
    "sequenceThenRepeat": (
        [L.LSTM(4), L.Dense(3), L.RepeatVector(6), L.LSTM(3, return_sequences=True), L.Dense(3, activation="softmax")],
        STEPS,
    ),
    "dense": ([L.Dense(3, activation="softmax")], STEPS),
}

golden = {"x": [float(f"{v:.7g}") for v in X.ravel()]}
for name, (layers, y) in CASES.items():
    model = keras.Sequential([keras.Input((6, 3)), L.Masking(), *layers])
    for index, weight in enumerate(model.trainable_weights):
        weight.assign(wave(weight.shape, 1.0 + index))
    model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
    output = model.predict(X, verbose=0)
    weights = WEIGHT if y.ndim == 1 else np.repeat(WEIGHT[:, None], 6, 1)
    before = model.evaluate(X, y, sample_weight=weights, batch_size=4, verbose=0)
    history = model.fit(X, y, sample_weight=weights, batch_size=4, epochs=2, shuffle=False, verbose=0)
    golden[name] = {
        "output": [float(f"{v:.6g}") for v in output.ravel()],
        "before": [float(v) for v in before],
        "loss": history.history["loss"],
        "accuracy": history.history["accuracy"],
    }

path = pathlib.Path(__file__).with_name("masks.json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
