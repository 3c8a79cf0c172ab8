"""Golden values and gradients of losses, and values of metrics. Needs numpy, keras and TensorFlow.

    python tests/golden/make_losses.py
"""
import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
import tensorflow as tf

rng = np.random.default_rng(3)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


batch, classes = 6, 5
logits = np.round(rng.normal(size=(batch, classes)) * 2, 3).astype(np.float32)
logits[4] = [60, 0, -60, 1, 2]
probability = softmax(logits).astype(np.float32)
unnormalised = np.round(rng.uniform(0.01, 0.6, size=(batch, classes)), 3).astype(np.float32)
labels = np.array([0, 4, 2, 1, 2, 0])
one_hot = np.eye(classes, dtype=np.float32)[labels]
binary_truth = (rng.uniform(size=(batch, 3)) < 0.5).astype(np.float32)
binary_logits = np.round(rng.normal(size=(batch, 3)) * 3, 3).astype(np.float32)
binary_logits[0] = [40, -40, 0]
binary = (1 / (1 + np.exp(-binary_logits))).astype(np.float32)
truth = np.round(rng.normal(size=(batch, 2, 3)), 2).astype(np.float32)
prediction = np.round(truth + rng.normal(size=truth.shape) * 1.5, 2).astype(np.float32)
prediction[1] = truth[1]
prediction[2, 0, 0] = truth[2, 0, 0] + 30
image_truth = np.round(rng.uniform(size=(2, 14, 13, 2)), 3).astype(np.float32)
image = np.round(np.clip(image_truth + 0.2 * rng.normal(size=image_truth.shape), 0, 1), 3).astype(np.float32)
sequence_logits = np.round(rng.normal(size=(3, 4, classes)), 3).astype(np.float32)
sequence_labels = rng.integers(0, classes, size=(3, 4))


def case(y, p, function):
    """One value a sample and the gradient of their mean."""
    p = tf.constant(p)
    with tf.GradientTape() as tape:
        tape.watch(p)
        values = function(tf.constant(y), p)
        values = tf.reduce_mean(tf.reshape(values, [values.shape[0], -1]), 1)
        mean = tf.reduce_mean(values)
    return {
        "truth": np.asarray(y).ravel().tolist(), "truthShape": list(np.shape(y)),
        "prediction": np.asarray(p).ravel().tolist(), "predictionShape": list(p.shape),
        "values": values.numpy().tolist(), "gradient": tape.gradient(mean, p).numpy().ravel().tolist(),
    }


l = keras.losses
cases = {
    "categoricalCrossEntropy": case(one_hot, probability, l.categorical_crossentropy),
    "categoricalCrossEntropyUnnormalised": case(one_hot, unnormalised, l.categorical_crossentropy),
    "categoricalCrossEntropySmoothed": case(
        one_hot, unnormalised, lambda y, p: l.categorical_crossentropy(y, p, label_smoothing=0.1)),
    "categoricalCrossEntropyLogits": case(
        one_hot, logits, lambda y, p: l.categorical_crossentropy(y, p, from_logits=True)),
    "categoricalCrossEntropySmoothedLogits": case(
        one_hot, logits, lambda y, p: l.categorical_crossentropy(y, p, from_logits=True, label_smoothing=0.2)),
    "sparseCategoricalCrossEntropy": case(labels, unnormalised, l.sparse_categorical_crossentropy),
    "sparseCategoricalCrossEntropyColumn": case(labels[:, None], probability, l.sparse_categorical_crossentropy),
    "sparseCategoricalCrossEntropyLogits": case(
        labels, logits, lambda y, p: l.sparse_categorical_crossentropy(y, p, from_logits=True)),
    "sparseCategoricalCrossEntropySequenceLogits": case(
        sequence_labels, sequence_logits, lambda y, p: l.sparse_categorical_crossentropy(y, p, from_logits=True)),
    "binaryCrossEntropy": case(binary_truth, binary, l.binary_crossentropy),
    "binaryCrossEntropySmoothed": case(
        binary_truth, binary, lambda y, p: l.binary_crossentropy(y, p, label_smoothing=0.1)),
    "binaryCrossEntropyLogits": case(
        binary_truth, binary_logits, lambda y, p: l.binary_crossentropy(y, p, from_logits=True)),
    "focal": case(one_hot, unnormalised, l.categorical_focal_crossentropy),
    "focalSettings": case(
        one_hot, unnormalised,
        lambda y, p: l.categorical_focal_crossentropy(y, p, alpha=0.7, gamma=1.5, label_smoothing=0.1)),
    "meanAbsoluteError": case(truth, prediction, l.mean_absolute_error),
    "meanSquaredError": case(truth, prediction, l.mean_squared_error),
    "logCosh": case(truth, prediction, l.log_cosh),
    "huber": case(truth, prediction, l.huber),
    "huberHalf": case(truth, prediction, lambda y, p: l.huber(y, p, delta=0.5)),
    "ssim": case(image_truth, image, lambda y, p: 1 - tf.image.ssim(y, p, 1.0)),
    "ssimPixels": case(image_truth * 255, image * 255,
                       lambda y, p: 1 - tf.image.ssim(y, p, 255.0, filter_size=7, filter_sigma=1.0)),
}
# Keras's absolute value has the gradient 0 at 0, which TensorFlow's sign gives.
assert np.all(np.array(cases["meanAbsoluteError"]["gradient"]).reshape(truth.shape)[1] == 0)

# Metrics over 97 samples, with weights.
samples = 97
score = np.round(rng.uniform(size=(samples, 1)), 3).astype(np.float32)
score[:5, 0] = [0, 1, 0.5, 0.5, 1]
positive = (rng.uniform(size=(samples, 1)) < 0.2 + 0.6 * score).astype(np.float32)
weight = np.round(rng.uniform(0, 2, size=samples), 3).astype(np.float32)
many = np.round(softmax(rng.normal(size=(samples, 8))), 5).astype(np.float32)
many[3] = 0.125
many_labels = rng.integers(0, 8, size=samples)
many_hot = np.eye(8, dtype=np.float32)[many_labels]
real = np.round(rng.normal(size=(samples, 2)), 3).astype(np.float32)
guess = np.round(real + rng.normal(size=real.shape), 3).astype(np.float32)
m = keras.metrics


def measure(metric, y, p):
    out = {}
    for name, w in (("plain", None), ("weighted", weight)):
        metric.reset_state()
        metric.update_state(y, p, sample_weight=w)
        out[name] = float(metric.result())
    return out


metrics = {
    "weight": weight.tolist(), "score": score.ravel().tolist(), "positive": positive.ravel().tolist(),
    "many": many.ravel().tolist(), "labels": many_labels.tolist(), "real": real.ravel().tolist(),
    "guess": guess.ravel().tolist(),
    "expected": {
        "auc": measure(m.AUC(), positive, score),
        "aucCoarse": measure(m.AUC(num_thresholds=11), positive, score),
        "aucPr": measure(m.AUC(curve="PR"), positive, score),
        "aucClasses": measure(m.AUC(), many_hot, many),
        "binaryAccuracy": measure(m.BinaryAccuracy(), positive, score),
        "sparseAccuracy": measure(m.SparseCategoricalAccuracy(), many_labels, many),
        "accuracy": measure(m.CategoricalAccuracy(), many_hot, many),
        "top3": measure(m.SparseTopKCategoricalAccuracy(k=3), many_labels, many),
        "mae": measure(m.MeanAbsoluteError(), real, guess),
        "mse": measure(m.MeanSquaredError(), real, guess),
        "logCosh": measure(m.LogCoshError(), real, guess),
        "crossEntropy": measure(m.SparseCategoricalCrossentropy(), many_labels, many),
    },
}
pathlib.Path(__file__).with_name("losses.json").write_text(json.dumps({"cases": cases, "metrics": metrics}) + "\n")
