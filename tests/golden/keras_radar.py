"""The U-Net on radar frames in Keras: see keras_pair.py."""

import io
import os
import tarfile

import keras_pair  # first: it chooses Keras's backend
import keras
import make_models as nets
import numpy as np


def read_frames(data, count):
    """uint8 [count, rows, columns, 5] of train/ or train.tar.gz."""
    names = [f"train_{number:05d}.npy" for number in range(count)]
    folder = os.path.join(data, "train")
    if os.path.isdir(folder):
        return np.stack([np.load(os.path.join(folder, name)) for name in names])
    with tarfile.open(f"{folder}.tar.gz") as archive:
        members = ((os.path.basename(member.name), member) for member in archive if member.isfile())
        wanted = set(names)
        found = {
            name: np.load(io.BytesIO(archive.extractfile(member).read()))
            for name, member in members
            if name in wanted
        }
    return np.stack([found[name] for name in names])


def pixel_error(truth, prediction):
    return 255 * keras.ops.mean(keras.ops.abs(truth - prediction), axis=-1)


class Radar:
    loss = staticmethod(pixel_error)
    metrics = []

    def __init__(self, data, settings):
        self.settings = settings
        self.frames = read_frames(data, settings["samples"])
        pixels = int(self.frames.sum(dtype=np.int64))
        keras_pair.require(pixels == settings["pixels"], "the frames differ")

    def fold(self, number, train, validation):
        parts = (self.frames[part].astype(np.float32) / 255 for part in (train, validation))
        return tuple((part[..., :-1], part[..., -1:]) for part in parts)

    def network(self, shape):
        """models.unet; what make_models.py builds has its layers' default initializers."""

        def conv(x, n):
            return nets.conv2d(x, n, 3, use_bias=False, kernel_initializer="he_normal")

        inputs = keras.Input(shape)
        settings = self.settings
        return nets.output(inputs, nets.unet_body(inputs, settings["filters"], settings["depth"], conv=conv), 1)

    def optimizer(self):
        return keras.optimizers.AdamW(1e-3, weight_decay=0.01)


keras_pair.cross_validate(Radar)
