"""Keras 3, on TensorFlow or the backend that is named, trained with its own fit, on the networks of training.ts."""

import os
import sys

os.environ["KERAS_BACKEND"] = sys.argv[1] if len(sys.argv) > 1 else "tensorflow"
# The engine sets it for its own process, from which this one inherits.
os.environ.pop("TF_DETERMINISTIC_OPS", None)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras  # noqa: E402
from keras import layers  # noqa: E402
from training_data import BATCH, STEPS, clock, data, serve  # noqa: E402


def motion_keras():
    def conv(h):
        return layers.Conv1D(128, 9, padding="same", kernel_initializer="he_uniform")(h)

    def activate(h):
        return layers.ELU()(layers.BatchNormalization()(h))

    def block(h):
        first = conv(h)
        h = activate(conv(activate(first)))
        return activate(layers.add([conv(h), first]))

    inputs = keras.Input((600, 18))
    h = block(layers.SpatialDropout1D(0.1)(inputs))
    h = block(layers.SpatialDropout1D(0.1)(layers.MaxPooling1D(3)(h)))
    h = layers.GlobalAveragePooling1D()(h)
    h = activate(layers.Dense(64, kernel_initializer="he_uniform")(h))
    return keras.Model(inputs, layers.Dense(61, activation="softmax")(layers.Dropout(0.4)(h)))


def lstm_keras():
    inputs = keras.Input((100, 18))
    h = layers.LSTM(64)(layers.LSTM(64, return_sequences=True)(inputs))
    return keras.Model(inputs, layers.Dense(61, activation="softmax")(h))


def gru_keras():
    inputs = keras.Input((100, 18))
    h = layers.GRU(64)(layers.GRU(64, return_sequences=True)(inputs))
    return keras.Model(inputs, layers.Dense(61, activation="softmax")(h))


def gru600_keras():
    inputs = keras.Input((600, 18))
    h = layers.MaxPooling1D(2)(layers.GRU(256, return_sequences=True)(inputs))
    h = layers.GlobalAveragePooling1D()(layers.GRU(150, return_sequences=True)(h))
    return keras.Model(inputs, layers.Dense(61, activation="softmax")(h))


def dense_keras():
    inputs = keras.Input((18,))
    h = layers.Dense(64, activation="relu")(layers.Dense(64, activation="relu")(inputs))
    return keras.Model(inputs, layers.Dense(61, activation="softmax")(h))


def radar_keras(f=16):
    def single(h, n):
        return layers.Conv2D(n, 3, padding="same", kernel_initializer="he_normal")(h)

    def triple(h, n):
        for filters, size in ((n // 4, 1), (n // 4, 3), (n, 1)):
            h = layers.Conv2D(filters, size, padding="same", kernel_initializer="he_normal")(h)
        return h

    def block(h, n, conv=single, early=False, skip=False):
        first = conv(h, n)
        shortcut = layers.BatchNormalization()(first)
        path = h
        if not skip:
            path = layers.ELU()(first if early else shortcut)
            path = layers.ELU()(layers.BatchNormalization()(conv(path, n)))
        path = layers.BatchNormalization()(conv(path, n))
        return layers.ELU()(layers.add([path, shortcut]))

    def up(h, other, n, **wiring):
        h = layers.Conv2DTranspose(n, 3, strides=2, padding="same")(h)
        return block(layers.concatenate([h, other]), n, **wiring)

    inputs = keras.Input((120, 120, 4))
    one = block(inputs, f)
    two = block(layers.MaxPooling2D(2)(one), 2 * f)
    three = block(layers.MaxPooling2D(2)(two), 4 * f, conv=triple)
    h = layers.SpatialDropout2D(0.25)(layers.MaxPooling2D(2)(three))
    h = layers.SpatialDropout2D(0.25)(block(h, 8 * f, conv=triple, skip=True))
    h = up(h, three, 4 * f, conv=triple)
    h = up(h, two, 2 * f, early=True)
    h = up(h, one, f, early=True)
    sequence = layers.Reshape((4, 120, 120, 1))(layers.Permute((3, 1, 2))(inputs))
    recurrent = layers.ConvLSTM2D(16, 3, padding="same", recurrent_activation="hard_sigmoid")(sequence)
    h = block(layers.concatenate([h, layers.BatchNormalization()(recurrent)]), f)
    return keras.Model(inputs, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(h))


class KerasPeer:
    def __init__(self, network):
        keras.utils.set_random_seed(0)
        self.network = network
        self.model = globals()[f"{network}_keras"]()
        own = {"motion": keras.optimizers.Nadam(0.001), "radar": keras.optimizers.Nadam(0.0003)}
        loss = "mae" if network == "radar" else "sparse_categorical_crossentropy"
        self.model.compile(optimizer=own.get(network) or keras.optimizers.Adam(0.001), loss=loss)
        self.x, self.y = data(network)
        self.measure()

    def measure(self):
        begin = clock()
        self.model.fit(self.x, self.y, batch_size=BATCH[self.network], epochs=1, verbose=0)
        return (clock() - begin) / STEPS[self.network]


serve(KerasPeer)
