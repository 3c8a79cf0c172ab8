"""Golden scores of classifiers. Needs numpy and scikit-learn.

    python tests/golden/make_classification.py
"""
import json
import pathlib
import warnings

import numpy as np
from sklearn import metrics
from sklearn.calibration import calibration_curve

warnings.simplefilter("ignore")
rng = np.random.default_rng(2021)


def scores(truth, table):
    classes = table.shape[1]
    labels = np.arange(classes)
    predicted = table.argmax(axis=1)
    confidence = table.max(axis=1)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truth, predicted, labels=np.union1d(truth, predicted), zero_division=0
    )
    curves = {}
    for strategy in ("uniform", "quantile"):
        share, mean = calibration_curve(
            (predicted == truth).astype(int), confidence, n_bins=10, strategy=strategy
        )
        curves[strategy] = {"accuracy": share.tolist(), "confidence": mean.tolist()}
    share, mean = calibration_curve((truth == 1).astype(int), table[:, 1], n_bins=5)
    curves["label1"] = {"accuracy": share.tolist(), "confidence": mean.tolist()}
    edges = np.linspace(0, 1, 11)
    error = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            gap = abs(confidence[inside].mean() - (predicted == truth)[inside].mean())
            error += inside.mean() * gap
    weight = 1 + np.arange(len(truth)) % 3
    return {
        "classes": classes,
        "truth": truth.tolist(),
        "table": table.ravel().tolist(),
        "logLoss": metrics.log_loss(truth, table, labels=labels),
        "logLossFloat32": metrics.log_loss(truth, table.astype(np.float32).astype(float), labels=labels),
        "weighted": metrics.log_loss(truth, table, labels=labels, sample_weight=weight),
        "accuracy": metrics.accuracy_score(truth, predicted),
        "balancedAccuracy": metrics.balanced_accuracy_score(truth, predicted),
        "macroF1": metrics.f1_score(truth, predicted, average="macro", zero_division=0),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "confusion": metrics.confusion_matrix(truth, predicted, labels=labels).ravel().tolist(),
        "normalized": {
            ours: metrics.confusion_matrix(truth, predicted, labels=labels, normalize=theirs).ravel().tolist()
            for ours, theirs in (("truth", "true"), ("prediction", "pred"), ("all", "all"))
        },
        "topK": {
            str(k): metrics.top_k_accuracy_score(truth, table, k=k, labels=labels)
            for k in (1, 2, 3)
            if k < classes
        },
        "calibration": curves,
        "calibrationError": error,
    }


def rounded(table):
    """Few digits, so that rows sum to 1 only nearly, as probabilities read from a file do."""
    return np.round(table, 4)


small = rng.dirichlet(np.ones(3), size=40)
small_truth = np.array([rng.choice(3, p=row) for row in small])
# 61 classes, one of them half of all, several missing from the truth
frequency = np.r_[np.full(26, 1.0), 60.0, np.full(34, 1.0)]
frequency[[3, 12, 52]] = 0
imbalanced_truth = rng.choice(61, size=120, p=frequency / frequency.sum())
logits = rng.normal(size=(120, 61))
logits[np.arange(120), imbalanced_truth] += 3
imbalanced = np.exp(logits)
imbalanced /= imbalanced.sum(axis=1, keepdims=True)
certain = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.5, 0.5]])
certain_truth = np.array([0, 1, 2])
zero = np.array([[0.0, 0.0, 0.0], [0.2, 0.2, 0.1], [0.25, 0.5, 0.25]])
zero_truth = np.array([0, 1, 1])
clipped = np.clip(zero, 1e-15, 1 - 1e-15)
clipped /= clipped.sum(axis=1, keepdims=True)
out = {
    "small": scores(small_truth, rounded(small)),
    "imbalanced": scores(imbalanced_truth, rounded(imbalanced)),
    "certain": {
        "classes": 3,
        "truth": certain_truth.tolist(),
        "table": certain.ravel().tolist(),
        "logLoss": metrics.log_loss(certain_truth, certain, labels=[0, 1, 2]),
    },
    "zero": {
        "classes": 3,
        "truth": zero_truth.tolist(),
        "table": zero.ravel().tolist(),
        "kept": metrics.log_loss(zero_truth, zero, labels=[0, 1, 2]),
        "normalized": metrics.log_loss(zero_truth, clipped, labels=[0, 1, 2]),
    },
}
path = pathlib.Path(__file__).with_name("classification.json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
