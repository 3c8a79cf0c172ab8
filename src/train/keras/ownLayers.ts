/** Keras 3 twins of the layers that Keras has not. */

/** The module's name, and the package under which Keras registers what is in it. */
export const ownModule = "podium_layers";
export const ownPackage = "podium";

/** The module's Python source. */
export const ownLayersSource = `"""Layers that Keras has not: import this module, then keras.saving.load_model finds them."""

import keras
from keras import ops

registered = keras.saving.register_keras_serializable("${ownPackage}")


@registered
def hard_sigmoid(x):
    """Keras 2's: 0.2 x + 0.5, cut to [0, 1]; Keras 3's is another function."""
    return ops.clip(0.2 * x + 0.5, 0.0, 1.0)


@registered
class FoldTime(keras.Layer):
    """[samples, times, ...] -> [samples * times, ...]"""

    def call(self, x):
        return ops.reshape(x, (-1, *x.shape[2:]))

    def compute_output_shape(self, shape):
        return (None, *shape[2:])


@registered
class UnfoldTime(keras.Layer):
    """[samples * times, ...] -> [samples, times, ...]"""

    def __init__(self, times, **options):
        super().__init__(**options)
        self.times = times

    def call(self, x):
        return ops.reshape(x, (-1, self.times, *x.shape[1:]))

    def compute_output_shape(self, shape):
        return (None, self.times, *shape[1:])

    def get_config(self):
        return {**super().get_config(), "times": self.times}


@registered
class LatestTime(keras.Layer):
    """[samples, rows, columns, times] -> [samples, rows, columns, 1], the latest"""

    def call(self, x):
        return x[..., -1:]


@registered
class RandomRoll(keras.Layer):
    """Rolls [windows, steps, channels] along time by low <= shift < high, in training alone."""

    def __init__(self, low, high, per_window, **options):
        super().__init__(**options)
        self.low, self.high, self.per_window = low, high, per_window
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, x, training=False):
        if not training:
            return x
        count = ops.shape(x)[0] if self.per_window else 1
        shift = keras.random.randint((count, 1), self.low, self.high, seed=self.seed_generator)
        steps = x.shape[1]
        places = ops.mod(ops.reshape(ops.arange(steps), (1, steps)) - shift, steps)
        places = ops.broadcast_to(places, (ops.shape(x)[0], steps))
        return ops.take_along_axis(x, ops.expand_dims(places, -1), axis=1)

    def get_config(self):
        own = {"low": self.low, "high": self.high, "per_window": self.per_window}
        return {**super().get_config(), **own}


@registered
class AttentionGate(keras.Layer):
    """The gate of Attention U-Net (Oktay et al. 2018): [skip, gate] -> skip, weighed."""

    def __init__(self, filters=None, **options):
        super().__init__(**options)
        self.filters = filters

    def build(self, shapes):
        skip, gate = shapes[0][-1], shapes[1][-1]
        filters = self.filters or max(1, skip // 2)
        self.skip_kernel = self.add_weight(shape=(1, 1, skip, filters), name="skip_kernel")
        self.gate_kernel = self.add_weight(shape=(1, 1, gate, filters), name="gate_kernel")
        self.bias = self.add_weight(shape=(filters,), initializer="zeros", name="bias")
        self.score_kernel = self.add_weight(shape=(1, 1, filters, 1), name="score_kernel")
        self.score_bias = self.add_weight(shape=(1,), initializer="zeros", name="score_bias")

    def call(self, inputs):
        skip, gate = inputs
        both = ops.conv(skip, self.skip_kernel) + ops.conv(gate, self.gate_kernel)
        compared = ops.relu(both + self.bias)
        return skip * ops.sigmoid(ops.conv(compared, self.score_kernel) + self.score_bias)

    def compute_output_shape(self, shapes):
        return shapes[0]

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}


@registered
class ChannelAttention(keras.Layer):
    """Weighs channels by their mean and maximum over the frame (CBAM, Woo et al. 2018)."""

    def __init__(self, reduction=16, **options):
        super().__init__(**options)
        self.reduction = reduction

    def build(self, shape):
        channels = shape[-1]
        units = max(1, int(channels // self.reduction))
        self.hidden_kernel = self.add_weight(shape=(channels, units), name="hidden_kernel")
        self.hidden_bias = self.add_weight(shape=(units,), initializer="zeros", name="hidden_bias")
        self.kernel = self.add_weight(shape=(units, channels), name="kernel")
        self.bias = self.add_weight(shape=(channels,), initializer="zeros", name="bias")

    def call(self, x):
        def scores(pooled):
            hidden = ops.relu(ops.matmul(pooled, self.hidden_kernel) + self.hidden_bias)
            return ops.matmul(hidden, self.kernel) + self.bias

        weights = ops.sigmoid(scores(ops.mean(x, (1, 2))) + scores(ops.max(x, (1, 2))))
        return x * ops.reshape(weights, (-1, 1, 1, x.shape[-1]))

    def get_config(self):
        return {**super().get_config(), "reduction": self.reduction}


@registered
class SpatialAttention(keras.Layer):
    """Weighs pixels by the mean and maximum over their channels (CBAM, Woo et al. 2018)."""

    def __init__(self, kernel_size=7, **options):
        super().__init__(**options)
        self.kernel_size = kernel_size

    def build(self, shape):
        size = self.kernel_size
        self.kernel = self.add_weight(shape=(size, size, 2, 1), name="kernel")

    def call(self, x):
        pooled = [ops.mean(x, -1, keepdims=True), ops.max(x, -1, keepdims=True)]
        scores = ops.conv(ops.concatenate(pooled, -1), self.kernel, padding="same")
        return x * ops.sigmoid(scores)

    def get_config(self):
        return {**super().get_config(), "kernel_size": self.kernel_size}
`;
