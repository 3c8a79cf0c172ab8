"""What Keras computes for the networks of src/models: run with Keras 3 on TensorFlow, KERAS_BACKEND=tensorflow.

Each network is written here a second time, from its source. Weights and inputs come from a formula that both sides
compute, so the golden file holds only outputs: parameter counts, some values of the forward pass, the loss in training
mode and the gradient's norm for each weight, in order of the layers' making.

    python make_models.py [NAME ...]    # all networks, or these
"""

import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
import tensorflow as tf
from keras import layers

HERE = os.path.dirname(os.path.abspath(__file__))
made = []


def hashed(size, stream):
    """Uniform numbers in [-1, 1) from the index and the stream."""
    with np.errstate(over="ignore"):
        h = (np.arange(1, size + 1, dtype=np.uint32) * np.uint32(2654435761)) ^ np.uint32(
            (stream + 1) * 0x85EBCA6B & 0xFFFFFFFF
        )
        h ^= h >> np.uint32(15)
        h *= np.uint32(0x2C1B3C6D)
        h ^= h >> np.uint32(12)
        h *= np.uint32(0x297A2D39)
        h ^= h >> np.uint32(15)
    return h / 2.0**31 - 1


def fill(weights_of):
    stream = 0
    for layer in weights_of:
        normalization = isinstance(layer, layers.BatchNormalization)
        values = []
        for position, weight in enumerate(layer.weights):
            shape = tuple(weight.shape)
            u = hashed(int(np.prod(shape)), stream)
            stream += 1
            if len(shape) > 1:
                fan = np.prod(shape[:-1])
                u = u * np.sqrt(4.0 / fan)
            elif normalization and position == 0:
                u = 1 + 0.1 * u
            elif normalization and position == 3:
                u = 1 + 0.2 * u
            else:
                u = 0.1 * u
            values.append(u.reshape(shape).astype(np.float32))
        layer.set_weights(values)


def use(layer, x):
    made.append(layer)
    return layer(x)


def conv1d(x, n, k, **options):
    return use(layers.Conv1D(n, k, padding="same", **options), x)


def conv2d(x, n, k, **options):
    return use(layers.Conv2D(n, k, padding="same", **options), x)


def norm(x):
    return use(layers.BatchNormalization(), x)


def act(x, name):
    return layers.Activation(name)(x)


def dense(x, n, **options):
    return use(layers.Dense(n, **options), x)


def hard_sigmoid2(x):
    """Keras 2's; Keras 3's is another function."""
    return keras.ops.clip(0.2 * x + 0.5, 0, 1)


# Motion


def motion_conv1d():
    inputs = keras.Input((90, 18))
    x = layers.MaxPooling1D(3)(res_block(inputs, 128))
    x = layers.GlobalAveragePooling1D()(res_block(x, 128))
    return keras.Model(inputs, head(x))


def small_conv1d():
    inputs = keras.Input((90, 6))
    x = inputs
    for index, n in enumerate((32, 64, 64)):
        x = act(norm(conv1d(x, n, 9)), "elu")
        if index < 2:
            x = layers.MaxPooling1D(3)(x)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, dense(x, 61, activation="softmax"))


def fft_conv1d():
    inputs = keras.Input((60, 18))
    x = inputs
    for n, k in ((128, 9), (256, 6), (128, 3)):
        x = act(norm(conv1d(x, n, k)), "relu")
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, dense(x, 61, activation="softmax"))


def inception_time():
    def module(x):
        narrow = conv1d(x, 32, 1, use_bias=False)
        branches = [conv1d(narrow, 32, k, use_bias=False) for k in (40, 20, 10)]
        pooled = layers.MaxPool1D(3, strides=1, padding="same")(x)
        branches.append(conv1d(pooled, 32, 1, use_bias=False))
        return act(norm(layers.Concatenate(axis=2)(branches)), "relu")

    inputs = keras.Input((60, 18))
    x = res = inputs
    for d in range(6):
        x = module(x)
        if d % 3 == 2:
            shortcut = norm(conv1d(res, 128, 1, use_bias=False))
            x = res = act(layers.Add()([shortcut, x]), "relu")
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, dense(x, 61, activation="softmax"))


def resnet1d():
    inputs = keras.Input((60, 18))
    x = inputs
    for index, n in enumerate((64, 128, 128)):
        y = act(norm(conv1d(x, n, 8)), "relu")
        y = act(norm(conv1d(y, n, 5)), "relu")
        y = norm(conv1d(y, n, 3))
        shortcut = norm(x if index == 2 else conv1d(x, n, 1))
        x = act(layers.Add()([shortcut, y]), "relu")
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, dense(x, 61, activation="softmax"))


def res_block(w, n, k=9):
    res = conv1d(w, n, k)
    x = act(norm(res), "elu")
    x = act(norm(conv1d(x, n, k)), "elu")
    x = conv1d(x, n, k)
    return act(norm(layers.Add()([x, res])), "elu")


def head(x):
    return dense(act(norm(dense(x, 64)), "elu"), 61, activation="softmax")


def rnn(x, cell, n, sequences):
    return use({"lstm": layers.LSTM, "gru": layers.GRU}[cell](n, return_sequences=sequences), x)


def stacked_rnn(cell):
    inputs = keras.Input((20, 6))
    x = rnn(rnn(inputs, cell, 12, True), cell, 10, False)
    return keras.Model(inputs, head(x))


def conv_rnn():
    inputs = keras.Input((45, 6))
    x, seen = inputs, []
    for n in (8, 12):
        x = layers.MaxPooling1D(3)(res_block(x, n))
        x = norm(layers.Add()([rnn(x, "gru", n, True), x]))
        seen.append(layers.GlobalAveragePooling1D()(x))
    return keras.Model(inputs, head(layers.Concatenate()(seen)))


def two_path_rnn_conv():
    inputs = keras.Input((30, 6))
    local = res_block(layers.MaxPooling1D(3)(res_block(inputs, 16)), 16)
    ordered = rnn(rnn(inputs, "lstm", 8, True), "lstm", 7, False)
    local = layers.GlobalAveragePooling1D()(local)
    return keras.Model(inputs, head(layers.Concatenate()([local, ordered])))


def gru_pool_gru():
    inputs = keras.Input((20, 6))
    x = layers.MaxPooling1D(2)(rnn(inputs, "gru", 16, True))
    x = layers.GlobalAveragePooling1D()(rnn(x, "gru", 10, True))
    return keras.Model(inputs, dense(x, 61, activation="softmax"))


# Radar


def radar_two_path(intended, f=64, lstm=16):
    def conv3(x, n, slip=False):
        first = conv2d(x, n, 3)
        res = norm(first)
        x = act(first if slip else res, "elu")
        x = act(norm(conv2d(x, n, 3)), "elu")
        x = norm(conv2d(x, n, 3))
        return act(layers.Add()([x, res]), "elu")

    def bottleneck3(x, n, slip=False):
        def trio(x):
            return conv2d(conv2d(conv2d(x, n // 4, 1), n // 4, 3), n, 1)

        block_input = x
        res = norm(trio(x))
        if not slip:
            x = act(res, "elu")
            x = act(norm(trio(x)), "elu")
        else:
            x = block_input
        x = norm(trio(x))
        return act(layers.Add()([x, res]), "elu")

    def up(x, skip, n):
        x = use(layers.Conv2DTranspose(n, 3, strides=2, padding="same"), x)
        return layers.Concatenate()([x, skip])

    inputs = keras.Input((48, 48, 4))
    d1 = conv3(inputs, f)
    d2 = conv3(layers.MaxPooling2D(2)(d1), 2 * f)
    d3 = bottleneck3(layers.MaxPooling2D(2)(d2), 4 * f)
    x = bottleneck3(layers.MaxPooling2D(2)(d3), 8 * f, slip=not intended)
    x = bottleneck3(up(x, d3, 4 * f), 4 * f)
    x = conv3(up(x, d2, 2 * f), 2 * f, slip=not intended)
    x = conv3(up(x, d1, f), f, slip=not intended)
    frames = layers.Reshape((4, 48, 48, 1))(layers.Permute((3, 1, 2))(inputs))
    second = use(
        layers.ConvLSTM2D(lstm, 3, padding="same", recurrent_activation=hard_sigmoid2), frames
    )
    x = layers.Concatenate()([x, norm(second)])
    x = conv3(x, f)
    return keras.Model(inputs, conv2d(x, 1, 3, activation="sigmoid"))


def output(inputs, x, k):
    return keras.Model(inputs, conv2d(x, 1, k, activation="sigmoid"))


def reshape(x, *shape):
    return keras.ops.reshape(x, shape)


def fold(x):
    return reshape(x, -1, *x.shape[2:])


def unfold(x, times=4):
    return reshape(x, -1, times, *x.shape[1:])


def sequence(x):
    return keras.ops.expand_dims(keras.ops.transpose(x, (0, 3, 1, 2)), -1)


def flat_times(x):
    """[b, t, r, c, f] -> [b, r, c, t * f]"""
    _, t, r, c, f = x.shape
    return reshape(keras.ops.transpose(x, (0, 2, 3, 1, 4)), -1, r, c, t * f)


def lstm2d(x, n, k=3, **options):
    return use(layers.ConvLSTM2D(n, k, padding="same", **options), x)


def cbam(x):
    n = x.shape[-1]
    hidden, out = layers.Dense(max(1, n // 16), activation="relu"), layers.Dense(n)
    made.extend([hidden, out])
    ops = keras.ops
    channel = ops.sigmoid(out(hidden(ops.mean(x, (1, 2)))) + out(hidden(ops.max(x, (1, 2)))))
    x = x * reshape(channel, -1, 1, 1, n)
    pooled = ops.concatenate([ops.mean(x, 3, keepdims=True), ops.max(x, 3, keepdims=True)], 3)
    return x * ops.sigmoid(conv2d(pooled, 1, 7, use_bias=False))


def gate(x, g):
    n = x.shape[-1] // 2
    both = conv2d(x, n, 1, use_bias=False) + conv2d(g, n, 1)
    return x * conv2d(act(both, "relu"), 1, 1, activation="sigmoid")


def unet_body(x, f, depth, activation="relu", groups=1, attention=False, gates=False, **parts):
    def plain(x, n):
        return conv2d(x, n, 3, use_bias=groups > 1, groups=groups)

    conv = parts.get("conv", plain)

    def double(x, n):
        for _ in range(2):
            x = act(norm(conv(x, n)), activation)
        return x

    def up(x, skip, n):
        if groups == 1:
            x = use(layers.Conv2DTranspose(n, 2, strides=2, padding="same"), x)
        else:
            x = layers.UpSampling2D(2)(x)
        lost = skip.shape[1] - x.shape[1]
        if lost:
            half = (lost // 2, lost - lost // 2)
            x = layers.ZeroPadding2D((half, half))(x)
        return x if groups == 1 else plain(x, n)

    def join(skip, x):
        if gates:
            skip = gate(skip, x)
        if groups == 1:
            return keras.ops.concatenate([skip, x], 3)
        pairs = zip(keras.ops.split(skip, groups, 3), keras.ops.split(x, groups, 3))
        return keras.ops.concatenate([part for pair in pairs for part in pair], 3)

    skips = []
    for level in range(depth):
        x = double(x, f * 2**level)
        if attention:
            x = cbam(x)
        skips.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = double(x, f * 2**depth)
    if attention:
        x = cbam(x)
    x = parts.get("middle", lambda x: x)(x)
    for level in reversed(range(depth)):
        skip = parts.get("skip", lambda x: x)(skips[level])
        n = f * 2**level
        x = double(join(skip, up(x, skip, n)), n)
    return x


def unet(size, f, depth, k=1, **options):
    inputs = keras.Input((size, size, 4))
    return output(inputs, unet_body(inputs, f, depth, **options), k)


def sequence_unet(recurrent, f=4, depth=2, size=12):
    inputs = keras.Input((size, size, 4))
    x = sequence(inputs)
    if recurrent == "none":
        x = flat_times(unfold(unet_body(fold(x), f, depth)))
    elif recurrent == "input":
        x = unet_body(norm(lstm2d(x, f)), f, depth)
    elif recurrent == "middle":
        x = unet_body(
            fold(x),
            f,
            depth,
            middle=lambda x: norm(lstm2d(unfold(x), f * 2**depth)),
            skip=lambda x: flat_times(unfold(x)),
        )
    else:
        x = unet_body(fold(x), f, depth, conv=lambda x, n: fold(lstm2d(unfold(x), n, return_sequences=True)))
        x = flat_times(unfold(x))
    return output(inputs, x, 1)


def down_lstm_up(f=4, depth=2):
    inputs = keras.Input((16, 16, 4))
    x = sequence(inputs)
    for level in range(depth):
        x = fold(x)
        x = layers.MaxPooling2D(2)(act(norm(conv2d(x, f * 2**level, 3, use_bias=False)), "relu"))
        x = unfold(x)
    x = norm(lstm2d(x, f * 2**depth))
    for level in reversed(range(depth)):
        x = use(
            layers.Conv2DTranspose(f * 2**level, 3, strides=2, padding="same", use_bias=False), x
        )
        x = act(norm(x), "relu")
    return output(inputs, x, 3)


def lstm_stack():
    inputs = keras.Input((12, 10, 4))
    x = lstm2d(sequence(inputs), 6, 5, return_sequences=True)
    x = unfold(norm(fold(x)))
    return output(inputs, norm(lstm2d(x, 5, 5)), 3)


def rainnet(f):
    def double(x, n):
        for _ in range(2):
            x = act(conv2d(x, n, 3), "relu")
        return x

    def up(x, skip):
        return layers.Concatenate()([layers.UpSampling2D(2)(x), skip])

    inputs = keras.Input((32, 32, 4))
    c1 = double(inputs, f)
    c2 = double(layers.MaxPooling2D(2)(c1), 2 * f)
    c3 = double(layers.MaxPooling2D(2)(c2), 4 * f)
    c4 = double(layers.MaxPooling2D(2)(c3), 8 * f)
    x = double(layers.MaxPooling2D(2)(c4), 16 * f)
    x = double(up(x, c4), 8 * f)
    x = double(up(x, c3), 4 * f)
    x = double(up(x, c2), 2 * f)
    x = double(up(x, c1), f)
    x = act(conv2d(x, 2, 3), "relu")
    return keras.Model(inputs, conv2d(x, 1, 1))


NETWORKS = {
    "motionConv1d": motion_conv1d,
    "conv1d": small_conv1d,
    "radarTwoPath submitted": lambda: radar_two_path(False),
    "radarTwoPath intended": lambda: radar_two_path(True),
    "radarTwoPath 16 filters": lambda: radar_two_path(False, f=16, lstm=4),
    "fftConv1d": fft_conv1d,
    "inceptionTime": inception_time,
    "resnet1d": resnet1d,
    "stackedRnn lstm": lambda: stacked_rnn("lstm"),
    "stackedRnn gru": lambda: stacked_rnn("gru"),
    "convRnn": conv_rnn,
    "twoPathRnnConv": two_path_rnn_conv,
    "gruPoolGru": gru_pool_gru,
    "rainNet": lambda: rainnet(4),
    "unet": lambda: unet(30, 8, 3),
    "unet grouped": lambda: unet(14, 8, 2, groups=4),
    "unet attention gates mish": lambda: unet(
        16, 16, 2, k=3, attention=True, gates=True, activation="mish"
    ),
    "sequenceUnet none": lambda: sequence_unet("none"),
    "sequenceUnet input": lambda: sequence_unet("input"),
    "sequenceUnet middle": lambda: sequence_unet("middle", size=10),
    "sequenceUnet throughout": lambda: sequence_unet("throughout"),
    "downConvLstmUp": down_lstm_up,
    "convLstmStack": lstm_stack,
}


def golden(build):
    keras.backend.clear_session()
    made.clear()
    model = build()
    fill([layer for layer in made if layer.weights])
    shape = (2, *model.input_shape[1:])
    images = len(model.output_shape) == 4
    u = hashed(int(np.prod(shape)), 1000)
    x = ((u + 1) / 2 if images else u * np.sqrt(3)).reshape(shape).astype(np.float32)
    forward = model(x, training=False).numpy().astype(np.float64).ravel()

    weights = [w for layer in made for w in layer.trainable_weights]

    def step(x):
        with tf.GradientTape() as tape:
            y = model(x, training=True)
            if images:
                truth = ((hashed(int(np.prod(y.shape)), 2000) + 1) / 2).reshape(y.shape).astype(np.float32)
                loss = tf.reduce_mean(tf.square(y - truth))
            else:
                labels = np.arange(len(x)) * 7 % y.shape[1]
                loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, y))
        return loss, tape.gradient(loss, weights)

    loss, gradients = tf.function(step, jit_compile=True)(tf.constant(x))
    norms = [float(np.linalg.norm(g.numpy().astype(np.float64))) for g in gradients]
    stride = max(1, forward.size // 40)
    return {
        "inputShape": list(shape[1:]),
        "parameters": int(model.count_params()),
        "trainable": int(sum(np.prod(w.shape) for w in weights)),
        "stride": stride,
        "forward": [float(f"{v:.8g}") for v in forward[::stride]],
        "forwardMean": float(forward.mean()),
        "loss": float(loss),
        "gradientNorms": [float(f"{v:.7g}") for v in norms],
    }


if __name__ == "__main__":
    path = os.path.join(HERE, "models.json")
    known = json.load(open(path)) if os.path.exists(path) else {}
    for name in sys.argv[1:] or NETWORKS:
        known[name] = golden(NETWORKS[name])
        print(name, known[name]["parameters"], known[name]["trainable"], known[name]["loss"], flush=True)
    known = {name: known[name] for name in NETWORKS if name in known}
    text = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in known.items())
    open(path, "w").write("{\n" + text + "\n}\n")
