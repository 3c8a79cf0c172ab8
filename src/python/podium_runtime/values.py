"""Values on their way between TypeScript and Python: JSON with tagged objects, and bytes beside it."""

import datetime
import math

from . import segments

TAG = "@"
# Arrays of at least so many bytes lie in shared memory.
SHARED = 65536
MOST_BYTES = 2**32 - 1

# Objects that TypeScript holds, by number.
objects = {}
_last = 0


def keep(value):
    """Keeps an object for TypeScript and gives its number."""
    global _last
    _last += 1
    objects[_last] = value
    return _last


def release(numbers):
    for number in numbers:
        objects.pop(number, None)


class Decoder:
    """Makes Python values of what TypeScript sent."""

    def __init__(self, buffers):
        self.buffers = buffers

    def decode(self, given):
        if isinstance(given, list):
            return [self.decode(item) for item in given]
        if not isinstance(given, dict):
            return given
        tag = given.get(TAG)
        if tag is None:
            return {key: self.decode(item) for key, item in given.items()}
        return getattr(self, "_" + tag)(given)

    def _float(self, given):
        return float(given["value"])

    def _int(self, given):
        return int(given["value"])

    def _date(self, given):
        start = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        return start + datetime.timedelta(milliseconds=given["value"])

    def _map(self, given):
        return {_hashable(self.decode(key)): self.decode(item) for key, item in given["items"]}

    def _set(self, given):
        return {_hashable(self.decode(item)) for item in given["items"]}

    def _object(self, given):
        if given["id"] not in objects:
            raise ReferenceError(f"Cannot use {given['text']}: Python must still hold it, got an object that is gone")
        return objects[given["id"]]

    def _array(self, given):
        import numpy as np

        if "segment" in given:
            return segments.array_in(given["segment"], given["dtype"], given["shape"])
        data = bytearray(self.buffers[given["buffer"]])
        return np.frombuffer(data, np.dtype(given["dtype"])).reshape(given["shape"])

    def _frame(self, given):
        import pandas as pd

        columns = [pd.Series(self._column(values)) for values in given["values"]]
        frame = pd.concat(columns, axis=1) if columns else pd.DataFrame(index=range(len(given["index"])))
        frame.columns = [self.decode(name) for name in given["columns"]]
        frame.index = _index(self.decode(given["index"]))
        return frame

    def _series(self, given):
        import pandas as pd

        return pd.Series(self._column(given["values"]), index=_index(self.decode(given["index"])), name=given["name"])

    def _column(self, values):
        column = self.decode(values)
        if isinstance(column, list) and any(isinstance(value, datetime.datetime) for value in column):
            import pandas as pd

            return pd.to_datetime(column, utc=True)
        return column

    def _nested(self, given):
        """A call whose result stands in for a value: an estimator within an estimator."""
        from .calls import find

        return find(given["name"], {})(**self.decode(given["keywords"]))


def _hashable(value):
    return tuple(_hashable(item) for item in value) if isinstance(value, list) else value


def _index(labels):
    """Labels of rows: without meaning where they only count."""
    import pandas as pd

    return pd.RangeIndex(len(labels)) if labels == list(range(len(labels))) else pd.Index(labels)


class Encoder:
    """Makes what TypeScript reads of Python values."""

    def __init__(self, share=False):
        self.share = share
        self.buffers = []
        # Large arrays that TypeScript gives room to before they are copied.
        self.waiting = []
        self._open = set()

    def encode(self, value):
        if value is None or isinstance(value, (bool, str)):
            return _text(value) if isinstance(value, str) else value
        if type(value) is int:
            return value if abs(value) < 2**53 else {TAG: "int", "value": str(value)}
        if type(value) is float:
            return _number(value)
        if isinstance(value, (list, tuple, dict, set, frozenset)) and not hasattr(value, "_asdict"):
            return self._container(value)
        return self._special(value)

    def _container(self, value):
        if id(value) in self._open:
            raise ValueError("Cannot pass the value to TypeScript: it must not contain itself, got one that does")
        self._open.add(id(value))
        try:
            if isinstance(value, dict):
                if all(isinstance(key, str) for key in value) and TAG not in value:
                    return {_text(key): self.encode(item) for key, item in value.items()}
                return {TAG: "map", "items": [[self.encode(key), self.encode(item)] for key, item in value.items()]}
            items = [self.encode(item) for item in value]
            return {TAG: "set", "items": items} if isinstance(value, (set, frozenset)) else items
        finally:
            self._open.discard(id(value))

    def _special(self, value):
        kind = type(value)
        package = kind.__module__.partition(".")[0]
        if isinstance(value, (bytes, bytearray, memoryview)):
            return self._bytes(value)
        if isinstance(value, datetime.date):
            return _date(value)
        if package == "numpy" or hasattr(value, "__array_interface__"):
            return self._numpy(value)
        if package == "pandas":
            return self._pandas(value)
        if hasattr(value, "_asdict"):
            return self._container(value._asdict())
        if isinstance(value, (int, float)):
            return self.encode(int(value) if isinstance(value, int) else float(value))
        return _reference(value)

    def _bytes(self, value):
        import_numpy = len(value) >= SHARED
        if import_numpy:
            import numpy as np

            return {TAG: "bytes", **self._place(np.frombuffer(value, np.uint8))}
        self.buffers.append(bytes(value))
        return {TAG: "bytes", "buffer": len(self.buffers) - 1}

    def _numpy(self, value):
        import numpy as np

        if isinstance(value, np.ma.MaskedArray):
            raise TypeError("Cannot pass a masked array to TypeScript: take .filled(value) of it")
        if isinstance(value, np.generic):
            return self._scalar(value)
        if not isinstance(value, np.ndarray):
            return _reference(value)
        if value.ndim == 0:
            return self._scalar(value[()])
        return self._array(value)

    def _scalar(self, value):
        import numpy as np

        if isinstance(value, np.datetime64):
            return _milliseconds(value)
        plain = value.item()
        if isinstance(plain, complex):
            raise TypeError("Cannot pass a complex number to TypeScript: take .real and .imag of it")
        return self.encode(plain) if not isinstance(plain, np.generic) else _reference(value)

    def _array(self, value):
        import numpy as np

        kind = value.dtype.kind
        if kind in "OUS":
            return self._items(value)
        if kind == "M":
            return [self._items(row) for row in value] if value.ndim > 1 else [_milliseconds(item) for item in value]
        if kind not in "biuf":
            raise TypeError(
                f"Cannot pass an array of {value.dtype} to TypeScript: numbers, texts and dates are possible"
                + ("; take .real and .imag of it" if kind == "c" else "")
            )
        name = value.dtype.name
        if name == "float16":
            value = value.astype(np.float32)
        if value.dtype.itemsize > 8:
            value = value.astype(np.float64)
        if name in ("int64", "uint64"):
            value = _narrow(value)
        value = np.asarray(value, dtype=value.dtype.newbyteorder("="))
        return {TAG: "array", "name": name, **self._place(value)}

    def _items(self, value):
        return [self._items(row) if value.ndim > 1 else self.encode(row) for row in value]

    def _place(self, value):
        """Where the bytes of an array are: in shared memory, or beside the message."""
        import numpy as np

        place = {"dtype": value.dtype.str, "shape": list(value.shape)}
        if value.nbytes < SHARED:
            self.buffers.append(np.ascontiguousarray(value).tobytes())
            return {**place, "buffer": len(self.buffers) - 1}
        if value.nbytes > MOST_BYTES:
            raise ValueError(
                f"Cannot pass an array of {value.nbytes} bytes to TypeScript: one may have 4 GiB; take parts of it"
            )
        home = segments.home_of(value) if self.share else None
        if home is not None:
            return {**place, "segment": home}
        self.waiting.append(value)
        return {**place, "waiting": len(self.waiting) - 1, "bytes": value.nbytes}

    def _pandas(self, value):
        import pandas as pd

        if value is pd.NaT or value is pd.NA:
            return None
        if isinstance(value, pd.DataFrame):
            return {
                TAG: "frame",
                "columns": [self.encode(name) for name in value.columns],
                "index": self._column(value.index),
                "values": [self._column(value.iloc[:, place]) for place in range(value.shape[1])],
            }
        if isinstance(value, pd.Series):
            name = None if value.name is None else str(value.name)
            return {TAG: "series", "name": name, "index": self._column(value.index), "values": self._column(value)}
        if isinstance(value, (pd.Index, pd.api.extensions.ExtensionArray)):
            return self._column(value)
        return _reference(value)

    def _column(self, column):
        """The values of a column: numbers as an array, others one by one, those that are missing as null."""
        import numpy as np
        import pandas as pd

        if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf":
            return self._array(np.asarray(column))
        return [None if pd.api.types.is_scalar(item) and pd.isna(item) else self.encode(item) for item in column]


def _narrow(value):
    """Whole numbers of 64 bits as 32 where all fit."""
    import numpy as np

    if value.size == 0:
        return value.astype(np.int32)
    limits = np.iinfo(np.int32)
    fits = value.min() >= limits.min and value.max() <= limits.max
    return value.astype(np.int32) if fits else value


def _number(value):
    if math.isnan(value):
        return {TAG: "float", "value": "NaN"}
    if math.isinf(value):
        return {TAG: "float", "value": "Infinity" if value > 0 else "-Infinity"}
    return value


def _text(value):
    """Half a character, as a text that was cut may hold, cannot be sent."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _date(value):
    if value != value:
        return None
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day, tzinfo=datetime.timezone.utc)
    # Without a time zone it is taken for UTC, as NumPy and pandas do.
    if value.tzinfo is None:
        value = value.replace(tzinfo=datetime.timezone.utc)
    start = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return {TAG: "date", "value": (value - start) / datetime.timedelta(milliseconds=1)}


def _milliseconds(value):
    import numpy as np

    if np.isnat(value):
        return None
    return {TAG: "date", "value": int(value.astype("datetime64[ms]").astype(np.int64))}


def _reference(value):
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    try:
        text = repr(value)
    except Exception:
        text = name
    return {TAG: "object", "id": keep(value), "type": name, "text": _text(text[:1000])}
