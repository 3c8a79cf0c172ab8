"""What TensorFlow's CUDA wheel can run on a GPU: writes gpuKernels.json. No GPU is needed.

    pip download --no-deps tensorflow==2.21.0 && pip install --no-deps --target DIR tensorflow-*.whl
    python make_gpuKernels.py DIR/tensorflow

`kernels`: every op with kernels for a GPU, or for any device, and the dtypes that each attribute may have in each kernel.
`nondeterministic`: what the library says where an op has no deterministic kernel for a GPU.
"""

import ctypes
import json
import mmap
import os
import re
import sys

DTYPES = "float32 float64 int32 uint8 int16 int8 string complex64 int64 bool qint8 quint8 qint32 bfloat16 qint16 quint16"
DTYPES = dict(enumerate(f"{DTYPES} uint16 complex128 float16 resource variant uint32 uint64".split(), 1))


def fields(data):
    """The fields of a protocol buffer's message: number and value."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        elif key & 7 == 2:
            size = varint()
            yield key >> 3, data[at : at + size]
            at += size
        else:
            raise ValueError(f"Cannot read a kernel list: wire type {key & 7} is unknown")


def listed_types(value):
    """The dtypes of an AttrValue that is a list of types."""
    for number, packed in fields(value):
        if number == 1:
            for inner, types in fields(packed):
                if inner == 6:
                    yield from types if isinstance(types, bytes) else [types]


def kernels(library):
    class Buffer(ctypes.Structure):
        _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_size_t), ("free", ctypes.c_void_p)]

    library.TF_NewStatus.restype = ctypes.c_void_p
    library.TF_GetAllRegisteredKernels.restype = ctypes.POINTER(Buffer)
    library.TF_GetAllRegisteredKernels.argtypes = [ctypes.c_void_p]
    buffer = library.TF_GetAllRegisteredKernels(library.TF_NewStatus()).contents
    ops = {}
    for _, kernel in fields(ctypes.string_at(buffer.data, buffer.length)):
        parts = list(fields(kernel))
        text = {number: value.decode() for number, value in parts if number in (1, 2, 5)}
        if text[2] not in ("GPU", "DEFAULT") or text.get(5):
            continue
        types = {}
        for number, constraint in parts:
            if number == 3:
                attribute = dict(fields(constraint))
                names = [DTYPES.get(value, str(value)) for value in listed_types(attribute[2])]
                types[attribute[1].decode()] = names
        ops.setdefault(text[1], []).append(types)
    return ops


def merged(ops):
    """Kernels of one op that differ in one attribute's dtypes become one."""
    result = {}
    for op, every in sorted(ops.items()):
        names = sorted({name for types in every for name in types})
        rows = {tuple(tuple(sorted(types.get(name, ["any"]))) for name in names) for types in every}
        for column in range(len(names)):
            groups = {}
            for row in rows:
                groups.setdefault(row[:column] + row[column + 1 :], set()).update(row[column])
            rows = {rest[:column] + (tuple(sorted(own)),) + rest[column:] for rest, own in groups.items()}
        result[op] = [
            {name: " ".join(types) for name, types in zip(names, row) if types != ("any",)} for row in sorted(rows)
        ]
    return result


def nondeterministic(file):
    """The texts of the library that say so, each between two zero bytes."""
    found = set()
    with open(file, "rb") as opened:
        with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            for words in (b"eterministic GPU implementation", b"Determinism is not yet supported"):
                at = whole.find(words)
                while at >= 0:
                    start, end = whole.rfind(b"\0", 0, at) + 1, whole.find(b"\0", at)
                    found.add(whole[start:end].decode().strip())
                    at = whole.find(words, end)
    return sorted(found)


def main(folder):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    ctypes.CDLL(os.path.join(folder, "libtensorflow_framework.so.2"), ctypes.RTLD_GLOBAL)
    library = ctypes.CDLL(os.path.join(folder, "libtensorflow_cc.so.2"))
    library.TF_Version.restype = ctypes.c_char_p
    golden = {
        "tensorflow": library.TF_Version().decode(),
        "kernels": merged(kernels(library)),
        "nondeterministic": nondeterministic(os.path.join(folder, "libtensorflow_cc.so.2")),
    }
    with open(os.path.join(os.path.dirname(__file__), "gpuKernels.json"), "w") as out:
        lines = [f"    {json.dumps(op)}: {json.dumps(rows)}" for op, rows in golden.pop("kernels").items()]
        rest = json.dumps(golden, indent=2)[1:]
        out.write('{\n  "kernels": {\n' + ",\n".join(lines) + "\n  }," + rest + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
