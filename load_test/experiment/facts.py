"""The single facts of results.json, settings or the machine, as cells with their unit.

A fact says its unit at the end of its name; on the page the unit goes to the value, and the name
is left in words: `stream_s` is "stream: 20 s".
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from load_test.experiment import quantities
from load_test.experiment.remarks import WITNESSES
from load_test.experiment.sides import Cell

# Units at the end of a fact's name. The first that fits decides.
UNITS: dict[str, Callable[[float], str]] = {
    "_per_s": "{:g} a second".format,
    "_s": "{:g} s".format,
    "_ms": quantities.duration,
    "_bytes": quantities.size,
    "_share": "{:.0%}".format,
}


def facts(part: Mapping[str, Any] | None, path: str) -> dict[str, Cell]:
    """The facts of a part of results.json, by name; `path` is where the part stands."""
    return {
        name: Cell(_fact(name, value), value, f"{path}.{name}")
        for name, value in (part or {}).items()
    }


def witness_cells(witness: Mapping[str, Any], path: str) -> dict[str, Cell]:
    """The counts of one thing by several witnesses; bytes with their unit."""
    cells = facts(witness, path)
    if "bytes" in witness["what"]:
        for who in WITNESSES:
            if witness.get(who) is not None:
                cells[who] = Cell(quantities.size(witness[who]), witness[who], cells[who].path)
    return cells


def breakable(text: str) -> Markup:
    """Lets a long name of code break after its dots and underscores, on a narrow screen."""
    return Markup("<wbr>").join(re.split(r"(?<=[._/])", text))


def without_unit(name: str) -> str:
    """The name of a fact in words: `stream_s` is "stream", its value has the unit."""
    suffix = next((suffix for suffix in UNITS if name.endswith(suffix)), "")
    return name.removesuffix(suffix).replace("_", " ")


def _fact(name: str, value: Any) -> str:
    if value is None:
        return quantities.MISSING
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) or name == "seed":  # a seed is a name, though of digits
        return str(value)
    for suffix, write in UNITS.items():
        if name.endswith(suffix):
            return write(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
