"""Peer of load.ts: reads the same files with pandas and NumPy; answers each line of a name with milliseconds."""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

motion, radar, many = (Path(folder) for folder in sys.argv[1:])


def read_windows(name):
    table = pd.read_csv(motion / name)
    return table.iloc[:, 2:].to_numpy(np.float32).reshape(-1, 600, 6)


def pandas_csv():
    return read_windows("train_features.csv"), read_windows("test_features.csv")


def read_values(name):
    channels = ["acc_x", "acc_y", "acc_z", "gy_x", "gy_y", "gy_z"]
    table = pd.read_csv(motion / name, usecols=channels, dtype=np.float32)
    return table.to_numpy(np.float32).reshape(-1, 600, 6)


def pandas_values():
    """What pandas can leave out: ids and times, which say whether the rows lie as they should, and float64."""
    return read_values("train_features.csv"), read_values("test_features.csv")


def numpy_frames(folder, part, times):
    paths = sorted((folder / part).glob("*.npy"))
    frames = np.empty((len(paths), 120, 120, times), np.uint8)
    for index, path in enumerate(paths):
        frames[index] = np.load(path)
    return frames


def numpy_author(part):
    return np.array([(np.load(path) / 255).astype(np.float32) for path in sorted((radar / part).glob("*.npy"))])


runs = {
    "pandas": pandas_csv,
    "pandas, float32 columns": pandas_values,
    "np.load": lambda: (numpy_frames(radar, "train", 5), numpy_frames(radar, "test", 4)),
    "np.load, many files": lambda: (numpy_frames(many, "train", 5), numpy_frames(many, "test", 4)),
    "np.load, / 255 as float32": lambda: (numpy_author("train"), numpy_author("test")),
}
print("ready", flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    result = runs[line.strip()]()
    elapsed = time.perf_counter() - start
    del result
    print(elapsed * 1000, flush=True)
