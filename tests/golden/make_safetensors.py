"""A small file of the reference implementation. Needs numpy and safetensors.

    python tests/golden/make_safetensors.py
"""
import pathlib

import numpy as np
from safetensors.numpy import save_file

save_file(
    {
        "matrix": np.arange(6, dtype=np.float32).reshape(2, 3) / 2,
        "counts": np.array([3, -4], dtype=np.int32),
        "pixels": np.array([7, 8, 9], dtype=np.uint8),
    },
    pathlib.Path(__file__).with_name("reference.safetensors"),
    metadata={"made": "by the reference implementation"},
)
