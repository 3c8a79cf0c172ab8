"""Every layer setting that tfjs-layers accepts, in Keras 3: outputs and gradients, as a few weighted sums each."""

import itertools
import json
import os
import pathlib
import re

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers as L  # noqa: E402


def wave(shape, phase, scale=1.0):
    size = int(np.prod(shape))
    return (scale * np.sin(np.arange(size) * 0.7 + phase)).astype(np.float32).reshape(shape)


def sums(array):
    values = np.asarray(array, np.float64).ravel()
    places = np.arange(values.size)
    return [float(f"{np.sum(values * np.sin(places * k + k)):.6g}") for k in (0.9, 2.3, 3.7)]


def options(**lists):
    return [dict(zip(lists, values)) for values in itertools.product(*lists.values())]


CASES = []  # layer, config, shape or shapes


def add(layer, shape, configs, **common):
    for config in configs:
        CASES.append((layer, {**common, **config}, shape))


SAME = ["same", "valid"]
CHANNELS = ["channelsLast", "channelsFirst"]
add("conv1d", [2, 9, 3], options(padding=["same", "valid", "causal"], strides=[1, 2], kernelSize=[1, 2, 3]), filters=4)
add("conv1d", [2, 9, 3], options(padding=["same", "valid", "causal"], dilationRate=[2, 3]), filters=4, kernelSize=3)
add("conv2d", [2, 7, 6, 3], options(padding=SAME, strides=[1, 2, [1, 2], 3], kernelSize=[1, 2, [3, 2]]), filters=4)
add("conv2d", [2, 7, 6, 3], options(padding=SAME, dilationRate=[2, [1, 2]], useBias=[True, False]), filters=4, kernelSize=2)
add("conv2d", [2, 3, 7, 6], options(padding=SAME, strides=[1, 2], kernelSize=[1, 3]), filters=4, dataFormat="channelsFirst")
add("conv2d", [2, 3, 7, 6], options(padding=SAME, dilationRate=[2]), filters=4, kernelSize=2, dataFormat="channelsFirst")
add("conv3d", [2, 5, 4, 5, 2], options(padding=SAME, strides=[1, 2], kernelSize=[1, 2, [3, 2, 1]]), filters=3)
add("conv2dTranspose", [2, 4, 5, 3], options(padding=SAME, strides=[1, 2, 3], kernelSize=[1, 2, 3]), filters=4)
add("conv2dTranspose", [2, 3, 4, 5], options(padding=SAME, strides=[1, 2]), filters=4, kernelSize=3, dataFormat="channelsFirst")
add("conv3dTranspose", [2, 3, 3, 3, 2], options(padding=SAME, strides=[1, 2], kernelSize=[2, 3]), filters=2)
add("depthwiseConv2d", [2, 7, 6, 3], options(padding=SAME, strides=[1, 2], depthMultiplier=[1, 2], kernelSize=[1, 3]))
add("depthwiseConv2d", [2, 7, 6, 3], options(padding=SAME, dilationRate=[2], useBias=[True, False]), kernelSize=[3, 2])
add("depthwiseConv2d", [2, 3, 7, 6], options(padding=SAME, strides=[1, 2]), kernelSize=3, dataFormat="channelsFirst")
add("separableConv2d", [2, 7, 6, 3], options(padding=SAME, strides=[1, 2], depthMultiplier=[1, 2]), kernelSize=3, filters=4)
add("separableConv2d", [2, 7, 6, 3], options(padding=SAME, dilationRate=[2]), kernelSize=3, filters=4)
for kind in ("max", "average"):
    add(f"{kind}Pooling1d", [2, 9, 3], options(padding=SAME, poolSize=[2, 3], strides=[None, 1, 2]))
    add(f"{kind}Pooling2d", [2, 7, 6, 3], options(padding=SAME, poolSize=[2, [3, 2]], strides=[None, 1, [2, 1]]))
    add(f"{kind}Pooling2d", [2, 3, 7, 6], options(padding=SAME, poolSize=[2]), dataFormat="channelsFirst")
    add(f"{kind}Pooling3d", [2, 5, 4, 5, 2], options(padding=SAME, poolSize=[2], strides=[None, 1]))
for kind in ("globalMaxPooling", "globalAveragePooling"):
    add(f"{kind}1d", [2, 5, 3], [{}])
    add(f"{kind}2d", [2, 4, 5, 3], options(dataFormat=CHANNELS))
add("upSampling2d", [2, 3, 4, 2], options(size=[[2, 2], [3, 2]], interpolation=["nearest", "bilinear"]))
add("upSampling2d", [2, 3, 4, 2], options(interpolation=["nearest"]), size=[2, 3], dataFormat="channelsFirst")
add("zeroPadding2d", [2, 3, 4, 2], options(padding=[1, [1, 2], [[1, 0], [2, 1]]], dataFormat=CHANNELS))
add("cropping2D", [2, 6, 7, 5], options(cropping=[[[1, 0], [2, 1]], [[1, 1], [1, 2]]], dataFormat=CHANNELS))
add("flatten", [2, 3, 4, 2], options(dataFormat=CHANNELS))
add("permute", [2, 3, 4, 5], options(dims=[[2, 1, 3], [3, 1, 2]]))
add("repeatVector", [2, 3], options(n=[4]))
add("reshape", [2, 3, 4], options(targetShape=[[12], [2, -1], [4, 3]]))
ACTIVATIONS = ["linear", "relu", "relu6", "elu", "selu", "sigmoid", "softplus", "softsign", "tanh", "softmax", "swish", "mish", "gelu"]
add("activation", [3, 5], options(activation=ACTIVATIONS))
add("dense", [3, 5], options(activation=["linear", "elu", "softmax"], useBias=[True, False]), units=4)
add("dense", [2, 3, 5], options(activation=["tanh"]), units=4)
add("elu", [3, 5], options(alpha=[1.0]))
add("leakyReLU", [3, 5], options(alpha=[0.3, 0.1]))
add("reLU", [3, 5], options(maxValue=[None, 0.5]))
add("softmax", [3, 4, 5], options(axis=[-1, 1]))
add("prelu", [2, 3, 4, 2], options(sharedAxes=[None, [1, 2], [1]]))
add("layerNormalization", [2, 3, 4], options(axis=[-1, [1, 2]], center=[True, False], scale=[True, False]), epsilon=1e-3)
add("batchNormalization", [2, 3, 4, 3], options(axis=[-1, 1, 2], center=[True, False], scale=[True, False]))
add("embedding", [2, 5], options(maskZero=[False, True]), inputDim=7, outputDim=3)
for kind in ("add", "multiply", "average", "maximum", "minimum"):
    add(kind, [[2, 3, 4], [2, 3, 4], [2, 3, 4]], [{}])
    add(kind, [[2, 3, 4], [2, 1, 4]], [{}])
add("concatenate", [[2, 3, 4], [2, 3, 4]], options(axis=[-1, 1, 2]))
add("dot", [[2, 5], [2, 5]], options(axes=[1, -1], normalize=[False, True]))
add("dot", [[2, 3, 5], [2, 4, 5]], options(axes=[2], normalize=[False, True]))
add("dot", [[2, 3, 5], [2, 3, 4]], options(axes=[1]))
add("rescaling", [2, 3], options(scale=[0.5], offset=[0.1, 0.0]))
add("resizing", [2, 3, 4, 2], options(interpolation=["bilinear", "nearest"]), height=5, width=7)
add("centerCrop", [2, 6, 7, 2], options(height=[3, 4], width=[5]))
RECURRENT = options(returnSequences=[False, True], goBackwards=[False, True], useBias=[True, False])
for kind in ("lstm", "simpleRNN", "gru"):
    add(kind, [2, 4, 3], RECURRENT, units=3, **({} if kind == "simpleRNN" else {"recurrentActivation": "sigmoid"}))
    add(kind, [2, 4, 3], options(activation=["relu", "softsign"]), units=3, **({} if kind == "simpleRNN" else {"recurrentActivation": "tanh"}))
add("convLstm2d", [2, 3, 5, 4, 2], options(padding=SAME, returnSequences=[True, False], kernelSize=[1, 3]), filters=2, recurrentActivation="sigmoid")
add("convLstm2d", [2, 3, 5, 4, 2], options(padding=SAME, strides=[2], useBias=[True, False]), filters=2, kernelSize=2, recurrentActivation="sigmoid")
add("convLstm2d", [2, 3, 2, 5, 4], options(returnSequences=[True]), filters=2, kernelSize=2, recurrentActivation="sigmoid", dataFormat="channelsFirst")
for merge in ("sum", "mul", "ave", "concat"):
    for sequences in (False, True):
        inner = {"units": 3, "returnSequences": sequences, "recurrentActivation": "sigmoid"}
        CASES.append(("bidirectional", {"mergeMode": merge, "layer": ["lstm", inner]}, [2, 4, 3]))
CASES.append(("timeDistributed", {"layer": ["dense", {"units": 3, "activation": "tanh"}]}, [2, 4, 3]))
CASES.append(("timeDistributed", {"layer": ["conv1d", {"filters": 3, "kernelSize": 2}]}, [2, 3, 4, 3]))

NAMES = {
    "lstm": "LSTM", "gru": "GRU", "simpleRNN": "SimpleRNN", "elu": "ELU", "leakyReLU": "LeakyReLU", "reLU": "ReLU",
    "prelu": "PReLU", "convLstm2d": "ConvLSTM2D", "depthwiseConv2d": "DepthwiseConv2D", "conv2dTranspose": "Conv2DTranspose",
    "conv3dTranspose": "Conv3DTranspose", "cropping2D": "Cropping2D",
}


def snake(text):
    return re.sub(r"(?<!^)([A-Z])", r"_\1", text).lower()


def value(key, given):
    if key == "layer":
        return make(*given)
    if key in ("dataFormat", "activation", "recurrentActivation"):
        return snake(given)
    return tuple(map(tuple, given)) if isinstance(given, list) and isinstance(given[0], list) else given


KEYS = {"alpha": "negative_slope", "targetShape": "target_shape"}


def make(layer, config):
    name = NAMES.get(layer, layer[0].upper() + layer[1:])
    name = re.sub(r"(\d)d$", r"\1D", name)
    config = {snake(key): value(key, given) for key, given in config.items() if given is not None}
    if layer == "leakyReLU":
        config["negative_slope"] = config.pop("alpha")
    if layer == "gru":
        config["reset_after"] = False
    if layer == "bidirectional":
        config["merge_mode"] = config["merge_mode"]
    if layer == "batchNormalization":
        config["epsilon"] = 1e-3
    return getattr(L, name)(**config)


golden = []
for layer, config, shape in CASES:
    case = {"layer": layer, "config": config, "shape": shape}
    golden.append(case)
    shapes = shape if isinstance(shape[0], list) else [shape]
    whole = layer == "embedding"
    inputs = [tf.Variable(wave(s, 0.3 + 2 * i)) for i, s in enumerate(shapes)]
    if whole:
        inputs = [tf.constant((np.arange(10) * 3 % 7).reshape(shapes[0]).astype(np.int32))]
    # TensorFlow has no channels first on the CPU: turned, and turned back.
    first = config.get("dataFormat") == "channelsFirst" and layer != "flatten"
    rank = len(shapes[0])
    times = layer == "convLstm2d"
    into = [0, 1, 3, 4, 2] if times else [0, *range(2, rank), 1]
    plain = {**config, "dataFormat": "channelsLast"} if first else config
    module = make(layer, plain)

    def run(tensors, training=False):
        x = [tf.transpose(t, into) for t in tensors] if first else tensors
        x = x if len(x) > 1 else x[0]
        y = module(x, training=training) if layer == "batchNormalization" else module(x)
        if first and len(y.shape) > 2:
            r = len(y.shape)
            y = tf.transpose(y, [0, 1, 4, 2, 3] if times and r == 5 else [0, r - 1, *range(1, r - 1)])
        return y

    training = layer == "batchNormalization"
    run(inputs)
    weights = [weight for weight in module.trainable_weights]
    for index, weight in enumerate(weights):
        weight.assign(wave(weight.shape, 1.0 + index, 0.5))
    with tf.GradientTape() as tape:
        y = run(inputs, training)
        loss = tf.reduce_mean(tf.square(y) * wave(y.shape, 2.0) + y * wave(y.shape, 0.1))
    variables = [*([] if whole else inputs), *[weight.value for weight in weights]]
    gradients = tape.gradient(loss, variables)
    case["outputShape"] = list(y.shape)
    case["y"] = sums(y)
    case["gradients"] = [sums(tf.convert_to_tensor(g)) for g in gradients]
    if training:
        case["moving"] = [sums(w) for w in module.non_trainable_weights]
        case["inference"] = sums(run(inputs))

path = pathlib.Path(__file__).with_name("layers.json")
path.write_text("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in golden) + "\n]\n")
print(len(golden))
