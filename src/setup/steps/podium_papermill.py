"""Lets papermill pass parameters to notebooks in TypeScript.

papermill loads its engines by entry points; this one is its usual engine, and brings the translator of parameters.
"""

import json
import math
import re

from papermill.engines import NBClientEngine
from papermill.exceptions import PapermillException
from papermill.models import Parameter
from papermill.translators import papermill_translators

NAME = re.compile(r"[^\W\d][\w$]*|[$_][\w$]*")
DECLARATION = re.compile(
    r"^\s*(?:export\s+)?(?:let|const|var)\s+(?P<name>[\w$]+)\s*(?::\s*(?P<type>[^=]+?)\s*)?=\s*(?P<value>.*?)\s*;?"
    r"\s*(?://\s*(?P<help>.*))?$"
)


def literal(value):
    """A value as TypeScript has it."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(str(key))}: {literal(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    return json.dumps(value if value is None or isinstance(value, (bool, int, float, str)) else str(value))


class TypeScriptTranslator:
    """Parameters as declarations that may be assigned later, as those of the cell that they stand behind."""

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        lines = [f"// {comment}"]
        for name, value in parameters.items():
            if not NAME.fullmatch(name):
                raise PapermillException(f"Cannot pass parameter: a name of TypeScript is required, got {name!r}")
            lines.append(f"let {name} = {literal(value)};")
        return "\n".join(lines) + "\n"

    @classmethod
    def inspect(cls, parameters_cell):
        found = (DECLARATION.match(line) for line in parameters_cell["source"].splitlines())
        return [
            Parameter(
                name=match["name"],
                inferred_type_name=match["type"] or "None",
                default=match["value"],
                help=match["help"] or "",
            )
            for match in found
            if match
        ]


papermill_translators.register("typescript", TypeScriptTranslator)


class PodiumEngine(NBClientEngine):
    """papermill's own engine, under a name by which it is found."""
