"""TensorFlow's gradients where values tie, vanish, saturate or lie on an edge."""

import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

TIES = np.array([[0, 0, 1, 1], [2, 2, 2, -1], [-1, -1, -1, -1]], np.float32)
OTHER = np.array([[0, 1, 1, -1], [2, 0, 3, -1], [-1, -2, 0, 5]], np.float32)
EDGES = np.array([[-6, -3, -2.5, -1], [0, 0, 1, 2.5], [3, 6, 40, -40]], np.float32)
SIGNS = np.array([[0, 0, 2, 3], [0, 1.5, 0, 0.5], [1, 2, 3, 4]], np.float32)
MAPS = np.array([0, 0, 1, 1, 0, 0, 1, 2, 2, 2, 2, 2, 0, 0, 0, 0], np.float32).reshape(1, 4, 4, 1)
VOLUME = np.concatenate([MAPS, MAPS], -1).reshape(1, 4, 4, 2, 1)

nn, m, r = tf.nn, tf.math, tf.math
CASES = {
    "max": (lambda x: tf.reduce_max(x, 1), TIES),
    "maxAll": (lambda x: tf.reduce_max(x), TIES),
    "maxKept": (lambda x: tf.reduce_max(x, [0], keepdims=True), TIES),
    "min": (lambda x: tf.reduce_min(x, 1), TIES),
    "minAll": (lambda x: tf.reduce_min(x), TIES),
    "maximum": (tf.maximum, TIES, OTHER),
    "minimum": (tf.minimum, TIES, OTHER),
    "maximumScalar": (lambda x: tf.maximum(x, 0.0), TIES),
    "minimumScalar": (lambda x: tf.minimum(x, 1.0), TIES),
    "abs": (tf.abs, TIES),
    "clip": (lambda x: tf.clip_by_value(x, -1.0, 1.0), TIES),
    "clipEdges": (lambda x: tf.clip_by_value(x, 0.0, 2.5), EDGES),
    "relu": (nn.relu, EDGES),
    "relu6": (nn.relu6, EDGES),
    "leakyRelu": (lambda x: nn.leaky_relu(x, 0.3), EDGES),
    "elu": (nn.elu, EDGES),
    "selu": (nn.selu, EDGES),
    "softplus": (nn.softplus, EDGES),
    "sigmoid": (m.sigmoid, EDGES),
    "tanh": (m.tanh, EDGES),
    "softmax": (nn.softmax, EDGES),
    "logSoftmax": (nn.log_softmax, EDGES),
    "prelu": (lambda x: nn.relu(x) - 0.2 * nn.relu(-x), EDGES),
    "sign": (m.sign, EDGES),
    "round": (m.round, EDGES),
    "sqrt": (m.sqrt, SIGNS),
    "square": (m.square, TIES),
    "log1p": (m.log1p, SIGNS),
    "expm1": (m.expm1, TIES),
    "erf": (m.erf, EDGES),
    "squaredDifference": (m.squared_difference, TIES, OTHER),
    "pow2": (lambda x: tf.pow(x, 2.0), TIES),
    "pow3": (lambda x: tf.pow(x, 3.0), TIES),
    "powHalf": (lambda x: tf.pow(x, 0.5), SIGNS),
    "powBoth": (tf.pow, SIGNS, np.abs(OTHER)),
    "prod": (lambda x: tf.reduce_prod(x, 1), TIES),
    "prodAll": (lambda x: tf.reduce_prod(x), TIES),
    "norm": (lambda x: tf.norm(x, axis=1), TIES),
    "norm1": (lambda x: tf.norm(x, ord=1, axis=1), TIES),
    "normInf": (lambda x: tf.norm(x, ord=np.inf, axis=1), TIES),
    "atan2": (m.atan2, OTHER, TIES + np.float32(0.5)),
    "mod": (m.floormod, EDGES, np.full_like(EDGES, 2.5)),
    "divide": (tf.divide, TIES, OTHER + np.float32(7)),
    "logSumExp": (lambda x: tf.reduce_logsumexp(x, 1), EDGES),
    "cumsum": (lambda x: tf.cumsum(x, 1), TIES),
    "topk": (lambda x: m.top_k(x, 2).values, TIES),
    "sort": (lambda x: tf.sort(x, direction="DESCENDING"), TIES),
    "gatherTwice": (lambda x: tf.gather(x, [0, 0, 2], axis=1), TIES),
    "where": (lambda x: tf.where(x > 0, x * x, -x), TIES),
    "stridedSlice": (lambda x: x[:, ::2], TIES),
    "maxPool": (lambda x: nn.max_pool2d(x, 2, 1, "SAME"), MAPS),
    "maxPoolApart": (lambda x: nn.max_pool2d(x, 2, 2, "VALID"), MAPS),
    "averagePool": (lambda x: nn.avg_pool2d(x, 3, 2, "SAME"), MAPS),
    "maxPool3d": (lambda x: nn.max_pool3d(x, 2, 1, "SAME"), VOLUME),
    "averagePool3d": (lambda x: nn.avg_pool3d(x, 2, 1, "SAME"), VOLUME),
    "bilinear": (lambda x: tf.image.resize(x, [7, 5]), MAPS),
    "nearest": (lambda x: tf.image.resize(x, [8, 8], "nearest"), MAPS),
    "mirror": (lambda x: tf.pad(x, [[0, 0], [2, 1], [1, 2], [0, 0]], "REFLECT"), MAPS),
    "symmetric": (lambda x: tf.pad(x, [[0, 0], [2, 1], [1, 2], [0, 0]], "SYMMETRIC"), MAPS),
}


def rounded(array):
    values = np.asarray(array, np.float64).ravel()
    return [float(f"{v:.7g}") if np.isfinite(v) else str(v) for v in values]


golden = {}
for name, (f, *inputs) in CASES.items():
    variables = [tf.Variable(values) for values in inputs]
    with tf.GradientTape() as tape:
        y = f(*variables)
        weights = np.sin(np.arange(int(np.prod(y.shape))) * 0.7 + 2).astype(np.float32) + np.float32(1.5)
        loss = tf.reduce_sum(y * weights.reshape(y.shape))
    gradients = tape.gradient(loss, variables)
    golden[name] = {
        "inputs": [{"shape": list(values.shape), "data": rounded(values)} for values in inputs],
        "y": rounded(y),
        "gradients": [None if g is None else rounded(tf.convert_to_tensor(g)) for g in gradients],
    }

path = pathlib.Path(__file__).with_name("ties.json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
