"""What Keras's callbacks decide on given numbers, and TensorFlow's bytes of an event file. Needs keras, TensorFlow.

    python tests/golden/make_callbacks.py
"""
import base64
import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
import tensorflow as tf
from tensorflow.core.util import event_pb2

rng = np.random.default_rng(8)


def model():
    made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    made.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    return made


series = [np.round(1 / (1 + 0.2 * np.arange(30)) + 0.08 * rng.normal(size=30), 4).tolist() for _ in range(3)]
stopping = []
for values in series:
    for options in (
        {}, {"patience": 2}, {"patience": 3, "min_delta": 0.05}, {"patience": 4, "baseline": 0.3},
        {"patience": 2, "start_from_epoch": 5}, {"patience": 3, "mode": "max"},
    ):
        made = model()
        callback = keras.callbacks.EarlyStopping(restore_best_weights=True, **options)
        callback.set_model(made)
        callback.on_train_begin()
        made.stop_training = False
        epochs = 0
        for epoch, value in enumerate(values):
            made.set_weights([np.full((1, 1), epoch), np.zeros(1)])
            callback.on_epoch_end(epoch, {"val_loss": value})
            epochs += 1
            if made.stop_training:
                break
        callback.on_train_end()
        stopping.append({"values": values, "options": options, "epochs": epochs,
                         "restored": float(made.get_weights()[0][0, 0])})

plateau = []
for values in series:
    for options in (
        {"patience": 1}, {"patience": 2, "factor": 0.5}, {"patience": 2, "cooldown": 3, "factor": 0.5},
        {"patience": 1, "min_lr": 0.02, "factor": 0.5}, {"patience": 2, "min_delta": 0.05},
    ):
        made = model()
        callback = keras.callbacks.ReduceLROnPlateau(**options)
        callback.set_model(made)
        callback.on_train_begin()
        rates = []
        for epoch, value in enumerate(values):
            callback.on_epoch_end(epoch, {"val_loss": value})
            rates.append(float(np.asarray(made.optimizer.learning_rate)))
        plateau.append({"values": values, "options": options, "rates": rates})

events = [
    event_pb2.Event(wall_time=1700000000.25, file_version="brain.Event:2"),
    event_pb2.Event(wall_time=1700000001.5, step=300),
    event_pb2.Event(wall_time=1700000002.5, step=70000),
]
for tag, value in (("epoch_loss", 0.125), ("epoch_accuracy", 0.75)):
    events[1].summary.value.add(tag=tag, simple_value=value)
events[2].summary.value.add(tag="größe" * 40, simple_value=-1.5)
file = pathlib.Path("/tmp/podium-golden.tfrecord")
with tf.io.TFRecordWriter(str(file)) as writer:
    for event in events:
        writer.write(event.SerializeToString(deterministic=True))
record = base64.b64encode(file.read_bytes()).decode()
file.unlink()
pathlib.Path(__file__).with_name("callbacks.json").write_text(
    json.dumps({"stopping": stopping, "plateau": plateau, "events": record}) + "\n")
