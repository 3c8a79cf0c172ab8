"""Memory that this process shares with the TypeScript one, which makes and frees all of it."""

import mmap
import os
import weakref

_mapped = {}
_unused = []


class _Use:
    """One stay of arrays in a segment: it ends when the last of them is gone."""


def _map(segment):
    known = _mapped.get(segment["id"])
    if known is None:
        descriptor = os.open(segment["path"], os.O_RDWR)
        try:
            known = mmap.mmap(descriptor, segment["capacity"])
        finally:
            os.close(descriptor)
        _mapped[segment["id"]] = known
    return known


def array_in(segment, dtype, shape):
    """An array in a segment; the segment is unused when the array and all views of it are gone."""
    import numpy as np

    kind = np.dtype(dtype)
    count = 1
    for extent in shape:
        count *= extent
    # Views of arrays have this one as their base, so that its end is the end of all of them.
    root = np.frombuffer(_map(segment), np.uint8, count * kind.itemsize)
    _homes[id(root)] = segment["id"]
    weakref.finalize(root, _end, id(root), segment["id"])
    return root.view(kind).reshape(shape)


_homes = {}


def _end(root, segment):
    _homes.pop(root, None)
    _unused.append(segment)


def home_of(array):
    """The segment in which a whole array lies from its beginning on, if it does."""
    import numpy as np

    base = array.base
    if not isinstance(base, np.ndarray) or id(base) not in _homes or not array.flags.c_contiguous:
        return None
    if array.__array_interface__["data"][0] != base.__array_interface__["data"][0]:
        return None
    return _homes[id(base)]


def forget(segments):
    """Lets go of segments that TypeScript has freed."""
    for segment in segments:
        known = _mapped.pop(segment, None)
        if known is not None:
            known.close()


def take_unused():
    """The segments that became unused since the last call."""
    unused = _unused[:]
    del _unused[: len(unused)]
    return unused
