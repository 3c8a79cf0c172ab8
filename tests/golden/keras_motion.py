"""The third place's motion pipeline in Keras: see keras_pair.py."""

import os

import keras_pair  # first: it chooses Keras's backend
import keras
import make_models as nets
import numpy as np
import pandas
from keras import layers
from scipy.integrate import cumulative_trapezoid

CHANNELS = ["acc_x", "acc_y", "acc_z", "gy_x", "gy_y", "gy_z"]


def read(folder, name):
    path = os.path.join(folder, name)
    return pandas.read_csv(path if os.path.exists(path) else f"{path}.gz")


class Motion:
    loss = "sparse_categorical_crossentropy"
    metrics = ["accuracy"]

    def __init__(self, data, settings):
        self.settings = settings
        table = read(data, "train_features.csv").sort_values(["id", "time"])
        windows = table[CHANNELS].to_numpy(np.float64).reshape(-1, 600, 6)
        integral = cumulative_trapezoid(windows, dx=1, axis=1, initial=0)
        features = [windows, np.gradient(windows, 1, axis=1), integral]
        self.x = np.concatenate(features, axis=2).astype(np.float32)
        self.y = read(data, "train_labels.csv").sort_values("id")["label"].to_numpy(np.int32)

    def fold(self, number, train, validation):
        rows = self.x[train].reshape(-1, self.x.shape[2]).astype(np.float64)
        centre, scale = rows.mean(0), rows.std(0)
        ours = self.settings["scalers"][number]
        keras_pair.require(np.allclose(centre, ours["centre"], rtol=1e-4, atol=1e-6), "the means differ")
        keras_pair.require(np.allclose(scale, ours["scale"], rtol=1e-4), "the deviations differ")
        return tuple(
            (((self.x[part] - centre) / scale).astype(np.float32), self.y[part])
            for part in (train, validation)
        )

    def network(self, shape):
        """models.motionConv1d; what make_models.py builds has its layers' defaults and no dropout."""
        filters = self.settings["filters"]
        shift = int(np.random.randint(0, shape[0] - 1))
        inputs = keras.Input(shape)
        x = keras.ops.roll(inputs, shift, axis=1)
        x = nets.res_block(layers.SpatialDropout1D(0.1)(x), filters)
        x = layers.SpatialDropout1D(0.1)(layers.MaxPooling1D(3)(x))
        x = layers.GlobalAveragePooling1D()(nets.res_block(x, filters))
        x = nets.act(nets.norm(nets.dense(x, 64, kernel_initializer="he_uniform")), "elu")
        x = layers.Dropout(0.4)(x)
        model = keras.Model(inputs, nets.dense(x, self.settings["classes"], activation="softmax"))
        for layer in model.layers:
            if isinstance(layer, layers.Conv1D):
                layer.kernel.assign(keras.initializers.HeUniform()(layer.kernel.shape))
        return model

    def optimizer(self):
        return keras.optimizers.Nadam(1e-3)


keras_pair.cross_validate(Motion)
