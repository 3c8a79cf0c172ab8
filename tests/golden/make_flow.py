"""Golden motion fields and advected images. Needs numpy, scipy, opencv-python-headless and pysteps.

    python tests/golden/make_flow.py

The images are made by a formula that the test repeats: a sum of moving Gaussian cells.
"""
import json
import pathlib

import cv2
import numpy as np
from pysteps.extrapolation.semilagrangian import extrapolate
from pysteps.motion.lucaskanade import dense_lucaskanade
from pysteps.tracking.lucaskanade import track_features

ROWS, COLUMNS, CELLS = 110, 120, 14


def image(time):
    y, x = np.mgrid[0:ROWS, 0:COLUMNS].astype(float)
    out = np.zeros((ROWS, COLUMNS))
    for k in range(CELLS):
        centre_x = (k * 37.0) % COLUMNS + time * (2.0 + 0.1 * k)
        centre_y = (k * 23.0) % ROWS + time * (1.0 - 0.05 * k)
        width = 3.0 + k % 4
        out += (80.0 + 10.0 * k) * np.exp(-((x - centre_x) ** 2 + (y - centre_y) ** 2) / (2 * width**2))
    out = np.floor(np.minimum(out, 255))
    out[out < 8] = 0
    return out


def some(field):
    return np.round(field[::7, ::7], 5).ravel().tolist()


images = np.stack([image(time) for time in range(3)])
lucas = dense_lucaskanade(images, dense=True)
byte = (images[0] / images[0].max() * 255).astype("uint8")
points = cv2.goodFeaturesToTrack(byte, maxCorners=1000, qualityLevel=0.01, minDistance=10, blockSize=5)[:, 0, :]
start, motion = track_features(images[0], images[1], points.astype(np.float32))
dense = cv2.calcOpticalFlowFarneback(
    images[1].astype("uint8"), images[2].astype("uint8"), None, 0.5, 3, 15, 3, 5, 1.1, 0
)
cut = [np.ascontiguousarray(one[3:, 5:118].astype("uint8")) for one in images]
lucas_cut = dense_lucaskanade(images[:, 3:, 5:118], dense=True)
other = cv2.calcOpticalFlowFarneback(cut[1], cut[2], None, 0.7, 3, 9, 2, 7, 1.5, 0)
y, x = np.mgrid[0:ROWS, 0:COLUMNS].astype(float)
swirl = np.stack([3.0 + 0.02 * (y - 50), -1.5 + 0.03 * (x - 60)])
moved = extrapolate(images[2], swirl, 3, outval=0.0)
twice = extrapolate(images[2], swirl, 2, outval=0.0, n_iter=2)
out = {
    "rows": ROWS,
    "columns": COLUMNS,
    "cells": CELLS,
    "image_sums": images.sum(axis=(1, 2)).tolist(),
    "corners": points.tolist(),
    "track": {"from": start.tolist(), "by": np.round(motion, 5).tolist()},
    "lucas_kanade": {"u": some(lucas[0]), "v": some(lucas[1])},
    "lucas_kanade_cut": {"u": some(lucas_cut[0]), "v": some(lucas_cut[1])},
    "farneback": {"u": some(dense[..., 0]), "v": some(dense[..., 1])},
    "farneback_cut": {"u": some(other[..., 0]), "v": some(other[..., 1])},
    "advect": [some(step) for step in moved],
    "advect_twice": [some(step) for step in twice],
}
pathlib.Path(__file__).with_name("flow.json").write_text(json.dumps(out) + "\n")
