"""Makes npy.json: small .npy files written by NumPy, with their values, for tests/data/npy.test.ts."""

import base64
import io
import json
import pathlib

import numpy as np

cases = []


def add(name, array, version=None):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version=version, allow_pickle=array.dtype == object)
    values = None if array.dtype == object or array.dtype.names else [float(v) for v in array.ravel(order="C")]
    cases.append(
        {
            "name": name,
            "file": base64.b64encode(buffer.getvalue()).decode(),
            "shape": list(array.shape),
            "values": values,
        }
    )


random = np.random.default_rng(0)
for code in ["u1", "i1", "<u2", ">u2", "<i2", ">i2", "<u4", ">u4", "<i4", ">i4", "<u8", ">u8", "<i8", ">i8"]:
    kind = np.dtype(code)
    info = np.iinfo(kind)
    low, high = max(info.min, -(2**53) + 1), min(info.max, 2**53 - 1)
    values = random.integers(low, high, size=(2, 3, 4), endpoint=True).astype(kind)
    values.flat[0], values.flat[1] = low, high
    add(f"{code} C order", values)
    add(f"{code} Fortran order", np.asfortranarray(values))
for code in ["<f4", ">f4", "<f8", ">f8"]:
    values = random.standard_normal((3, 2, 5)).astype(code)
    values.flat[0] = -0.0
    add(f"{code} C order", values)
    add(f"{code} Fortran order", np.asfortranarray(values))
add("bool", random.random((5, 3)) > 0.5)
for version in [(1, 0), (2, 0), (3, 0)]:
    add(f"format version {version[0]}", np.arange(12, dtype=np.int32).reshape(3, 4), version)
add("one axis", np.arange(5, dtype=np.float64))
add("no axis", np.array(7.5))
add("no values", np.zeros((0, 3), np.float32))
add("objects", np.array([{"a": 1}, None], dtype=object))
add("records", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
add("too large", np.array([2**60], dtype=np.int64))
pathlib.Path(__file__).with_name("npy.json").write_text(json.dumps(cases, indent=0) + "\n")
