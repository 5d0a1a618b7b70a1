"""The two sides of a comparison, and their numbers with the place where each one stands.

A number on a page that cannot be looked up is a claim. So whoever shows one takes it from `Side`,
which gives it as a `Cell`: the text to show, the exact value, and its path in results.json.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from load_test.experiment import quantities
from observability import colours

Run = dict[str, Any]

# How a number is written, by the key that says what it is. The first that a path holds decides.
FORMATS: dict[str, Callable[[float], str]] = {
    "delivered_per_s": quantities.number,
    "latency_ms": quantities.duration,
    "ack_ms": quantities.duration,
    "lone_message_ms": quantities.duration,
    "file_writes_per_message": quantities.number,
    "bytes_written_per_message": quantities.size,
    "spans_per_message": quantities.number,
    "peak_rss_bytes": quantities.size,
    "cpu_s_per_1000": quantities.seconds,
}
# What an acknowledgement is worth: said wherever one is shown, because times alone compare badly.
PROMISES = {
    "stored": "stored (on disk)",
    "queued": "queued (in memory)",
    "mixed": "mixed (disk or memory)",
}
# One bad round is bad news here, however good the others are.
WORST_OF_ROUNDS = ("lost", "doubled", "out_of_order")

# Both sides under one name or colour: the second gets a style of its own.
TWIN_COLOUR = "#cc79a7"
TWIN_LINE_STYLE = "-."
HATCHES = {"--": "////", "-": "", ":": "....", TWIN_LINE_STYLE: "xxxx"}


@dataclass(frozen=True)
class Cell:
    """A number as it is shown; `value` is None where nothing was measured."""

    text: str
    value: float | str | None
    path: str  # in results.json, as runs[1].latency_ms.p50

    def __html__(self) -> str:
        """For the page: the exact value goes with the text, its path shows on hovering."""
        if self.value is None:
            return f'<span class="missing">{self.text}</span>'
        if isinstance(self.value, str):
            return Markup('<span title="{} in results.json">{}</span>').format(self.path, self.text)
        return Markup('<data value="{}" title="{} in results.json">{}</data>').format(
            self.value, self.path, self.text
        )


@dataclass(frozen=True)
class Side:
    """One column of the comparison: the runs of A or of B, by their index in results.json."""

    label: str
    colour: str
    line_style: str
    hatch: str
    runs: dict[int, Run]

    def cell(self, *keys: str) -> Cell:
        """What its runs measured under `keys`, as ("latency_ms", "p50").

        Of several rounds the median (of an even number the lower middle one, because that was
        measured), or the worst where it says what went wrong. In a list of phases a key is the
        name of one. Rounds that are invalid count only where none is valid.
        """
        valid = {index: run for index, run in self.runs.items() if run.get("valid") is not False}
        found = []
        for index, run in (valid or self.runs).items():
            value, path = _look_up(run, keys)
            if value is not None:
                found.append((value, f"runs[{index}]{path}"))
        if not found and "latency_ms" in keys and self.value("sent"):
            return Cell("none delivered", None, "")
        if not found:
            return Cell(quantities.MISSING, None, "")
        found.sort(key=lambda each: each[0])
        value, path = found[-1 if keys[-1] in WORST_OF_ROUNDS else (len(found) - 1) // 2]
        return Cell(_text(keys, value), value, path)

    def spans(self, name: str) -> Cell:
        """Spans of that name per message: none where the server makes no such span at all."""
        cell = self.cell("spans_per_message", name)
        if cell.value is None and any(run.get("spans_per_message") for run in self.runs.values()):
            return Cell("none", 0, f"runs[{next(iter(self.runs))}].spans_per_message")
        return cell

    def value(self, *keys: str) -> Any:
        """The value of that cell alone."""
        return self.cell(*keys).value


def sides(results: dict[str, Any]) -> list[Side]:
    """A and B, as far as there are runs of them."""
    found: list[Side] = []
    names = {run["side"]: run["server"] for run in results["runs"]}
    for side, name in sorted(names.items()):
        runs = {i: run for i, run in enumerate(results["runs"]) if run["side"] == side}
        label = name if len(set(names.values())) == len(names) else f"{name} ({side})"
        colour, line_style = colours.colour(name), colours.line_style(name)
        if any(other.colour == colour for other in found):
            colour, line_style = TWIN_COLOUR, TWIN_LINE_STYLE
        found.append(Side(label, colour, line_style, HATCHES[line_style], runs))
    return found


def _look_up(run: Run, keys: tuple[str, ...]) -> tuple[Any, str]:
    """The value under `keys` and the path to it; None where a step is missing or null."""
    value: Any = run
    path = ""
    for key in keys:
        if isinstance(value, list):
            index = next((i for i, each in enumerate(value) if each["name"] == key), None)
            value = None if index is None else value[index]
            path += f"[{index}]"
        else:
            value = value.get(key)
            path += f'["{key}"]' if "." in key else f".{key}"
        if value is None:
            break
    return value, path


def _text(keys: tuple[str, ...], value: Any) -> str:
    if isinstance(value, str):
        return PROMISES.get(value, value)
    formats = (FORMATS[key] for key in keys if key in FORMATS)
    return next(formats, quantities.count)(value)
