"""What TypeScript asks for: to set and get names, and to call functions by their names."""

import builtins
import importlib

from . import segments, values


def find(name, scope):
    """The object of a dotted name: one of the notebook's, a builtin, or one of a module, which is imported."""
    first, *rest = name.split(".")
    if first in scope:
        found = scope[first]
    elif hasattr(builtins, first):
        found = getattr(builtins, first)
    else:
        found, rest = _import(name)
    for part in rest:
        found = getattr(found, part)
    return found


def _import(name):
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        module = ".".join(parts[:count])
        try:
            return importlib.import_module(module), parts[count:]
        except ModuleNotFoundError as error:
            # A module that was found lacks another one.
            if error.name is None or not (module == error.name or module.startswith(error.name + ".")):
                raise
    raise ModuleNotFoundError(f"No module named {parts[0]!r}", name=parts[0])


def _is_whole(module, package):
    """Whether a module's package is there with all its files and all that it needs: an installation may have been stopped."""
    from importlib.metadata import packages_distributions
    from importlib.util import find_spec

    if find_spec(module) is None:
        return False
    # Another package may bring the module as well.
    return _is_installed(package, set()) or any(
        _is_installed(name, set()) for name in packages_distributions().get(module, ())
    )


def _is_installed(name, seen):
    from importlib.metadata import PackageNotFoundError, distribution

    from packaging.requirements import Requirement

    if name in seen:
        return True
    seen.add(name)
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return False
    # pip writes the list of files last.
    if not found.read_text("RECORD"):
        return False
    needed = map(Requirement, found.requires or ())
    return all(
        _is_installed(one.name, seen) for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})
    )


class Calls:
    def __init__(self, scope):
        self.scope = scope
        self.waiting = []

    def answer(self, request, buffers):
        """Does what a request asks for and gives the value, encoded, with its bytes."""
        segments.forget(request.get("forget", ()))
        values.release(request.get("release", ()))
        decoder = values.Decoder(buffers)
        encoder = values.Encoder(request.get("share", False))
        result = getattr(self, "_" + request["action"])(request, decoder)
        encoded = encoder.encode(result)
        if request["action"] != "fill":
            self.waiting = encoder.waiting
        return encoded, encoder.buffers

    def _has(self, request, decoder):
        """Which of some packages are there, by their modules; nothing is imported."""
        importlib.invalidate_caches()
        return [_is_whole(module, package) for module, package in request["packages"].items()]

    def _set(self, request, decoder):
        for name, value in request["values"].items():
            self.scope[name] = decoder.decode(value)

    def _get(self, request, decoder):
        return eval(request["expression"], self.scope)

    def _call(self, request, decoder):
        if "object" in request:
            target = decoder.decode(request["object"])
            for part in request["name"].split(".") if request["name"] else ():
                target = getattr(target, part)
        else:
            target = find(request["name"], self.scope)
        if not request["called"]:
            return target
        return target(*decoder.decode(request["args"]), **decoder.decode(request["keywords"]))

    def _fill(self, request, decoder):
        """Copies the arrays that wait into the room that TypeScript has made."""
        waiting, self.waiting = self.waiting, []
        for value, segment in zip(waiting, request["segments"]):
            segments.array_in(segment, value.dtype, value.shape)[...] = value

    def _drop(self, request, decoder):
        """Lets go of arrays for which there was no room."""
        self.waiting = []
