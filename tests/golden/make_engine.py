"""Layers of Keras 3 on weights and inputs that both sides compute: outputs, gradients, moving averages."""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers as L  # noqa: E402


def wave(shape, phase, scale=0.5):
    size = int(np.prod(shape))
    return (scale * np.sin(np.arange(size) * 0.7 + phase)).astype(np.float32).reshape(shape)


def rounded(array):
    return [float(f"{value:.7g}") for value in np.asarray(array, np.float64).ravel()]


def hard_sigmoid(x):
    """Keras 2's, which Keras 3 gave another slope."""
    return tf.clip_by_value(0.2 * x + 0.5, 0.0, 1.0)


CASES = {
    "lstm": (L.LSTM(5, return_sequences=True), (3, 7, 4)),
    "lstmLast": (L.LSTM(5), (3, 7, 4)),
    "lstmBackwards": (L.LSTM(5, return_sequences=True, go_backwards=True), (3, 7, 4)),
    "gru": (L.GRU(5, return_sequences=True), (3, 6, 4)),
    "gruBefore": (L.GRU(5, reset_after=False), (3, 6, 4)),
    "lstmHard": (L.LSTM(5, recurrent_activation=hard_sigmoid), (3, 7, 4)),
    "lstmWide": (L.LSTM(19, return_sequences=True), (9, 4, 3)),
    "gruLast": (L.GRU(5), (3, 6, 4)),
    "gruBackwards": (L.GRU(5, return_sequences=True, go_backwards=True), (3, 6, 4)),
    "gruBeforeBackwards": (L.GRU(5, return_sequences=True, go_backwards=True, reset_after=False), (3, 6, 4)),
    "gruHard": (L.GRU(5, return_sequences=True, recurrent_activation=hard_sigmoid), (3, 6, 4)),
    "gruWide": (L.GRU(19, return_sequences=True), (9, 4, 3)),
    "gruBeforeWide": (L.GRU(19, return_sequences=True, reset_after=False), (9, 4, 3)),
    "bidirectional": (L.Bidirectional(L.LSTM(3, return_sequences=True)), (2, 5, 4)),
    "norm2": (L.BatchNormalization(), (6, 4)),
    "norm3": (L.BatchNormalization(), (3, 5, 4)),
    "norm4": (L.BatchNormalization(momentum=0.9), (2, 3, 4, 3)),
    "norm5": (L.BatchNormalization(), (2, 2, 3, 2, 3)),
    "normNoScale": (L.BatchNormalization(scale=False), (3, 5, 4)),
    "normNoCenter": (L.BatchNormalization(center=False), (3, 5, 4)),
    "dense": (L.Dense(3, activation="elu"), (4, 5)),
    "denseSeries": (L.Dense(3, activation="tanh"), (2, 4, 5)),
    "conv1d": (L.Conv1D(4, 3, padding="same", activation="relu"), (2, 8, 3)),
    "conv1dWide": (L.Conv1D(4, 5, padding="same"), (2, 9, 33)),
    "conv1dCausal": (L.Conv1D(4, 3, padding="causal", dilation_rate=2), (2, 8, 3)),
    "conv1dDilated": (L.Conv1D(4, 3, padding="same", dilation_rate=2), (2, 8, 3)),
    "conv1dGroups": (L.Conv1D(6, 3, padding="causal", groups=2), (2, 8, 4)),
    "conv2dGroups": (L.Conv2D(6, 3, padding="same", groups=3, activation="elu"), (2, 5, 6, 6)),
    "conv2dGroupsStrided": (L.Conv2D(4, 3, strides=2, groups=2), (2, 7, 6, 4)),
    "conv2d": (L.Conv2D(2, 3, padding="same", activation="sigmoid"), (2, 5, 6, 3)),
    "conv2dWide": (L.Conv2D(6, 3, padding="same"), (2, 5, 6, 2)),
    "conv2dPoint": (L.Conv2D(2, 1, activation="softplus"), (2, 4, 5, 3)),
    "conv2dStrided": (L.Conv2D(3, 3, strides=2, padding="valid"), (2, 7, 6, 2)),
    "conv2dDilated": (L.Conv2D(3, 3, dilation_rate=2, padding="same"), (2, 7, 6, 2)),
}

golden = {}
for name, (layer, shape) in CASES.items():
    x = tf.Variable(wave(shape, 0.3, 1.0))
    layer.build(shape)
    trainable = layer.trainable_weights
    for index, weight in enumerate(trainable):
        weight.assign(wave(weight.shape, 1.0 + index))
    training = name.startswith("norm")
    with tf.GradientTape() as tape:
        y = layer(x, training=training)
        loss = tf.reduce_mean(tf.square(y) * wave(y.shape, 2.0, 1.0) + y * wave(y.shape, 0.1, 1.0))
    gradients = tape.gradient(loss, [x, *[weight.value for weight in trainable]])
    golden[name] = {
        "y": rounded(y),
        "loss": float(loss),
        "gradients": [rounded(gradient) for gradient in gradients],
        "moving": [rounded(weight) for weight in layer.non_trainable_weights if "moving" in weight.path],
    }
    if training:
        golden[name]["inference"] = rounded(layer(x, training=False))

path = pathlib.Path(__file__).with_name("engine.json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
