"""The two sides of an experiment, and their numbers with the place where each one stands.

A number on a page that cannot be looked up is a claim. So whoever shows one takes it from `Side`,
or with `fact`, and gets a `Cell`: the text to show, the exact value, its path in results.json.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from load_test.experiment import quantities
from observability import colours

Run = dict[str, Any]
Results = dict[str, Any]

# How a number is written, by the key that says what it is. The first that a path holds decides.
FORMATS: dict[str, Callable[[float], str]] = {
    "growth": quantities.growth,
    "ratio": quantities.number,
    "low": quantities.number,
    "high": quantities.number,
    "delivered_per_s": quantities.number,
    "capacity_per_s": quantities.number,
    "light_per_s": quantities.number,
    "heavy_per_s": quantities.number,
    "latency_ms": quantities.duration,
    "ack_ms": quantities.duration,
    "lone_message_ms": quantities.duration,
    "file_writes_per_message": quantities.number,
    "bytes_written_per_message": quantities.size,
    "read_bytes_per_message": quantities.size,
    "read_calls_per_message": quantities.number,
    "write_calls_per_message": quantities.number,
    "context_switches_per_message": quantities.number,
    "spans_per_message": quantities.number,
    "peak_rss_bytes": quantities.size,
    "cpu_s_per_1000": quantities.seconds,
    "cpu_share": "{:.0%}".format,
    "lateness_p99_ms": quantities.duration,
}
# What an acknowledgement is worth: said wherever one is shown, because times alone compare badly.
PROMISES = {
    "stored": "stored (on disk)",
    "queued": "queued (in memory)",
    "mixed": "mixed (disk or memory)",
}
# What must not happen at any speed.
FAULTS = ("lost", "doubled", "out_of_order")
# One bad round is bad news here, however good the others are.
WORST_OF_ROUNDS = (*FAULTS, "cpu_share", "lateness_p99_ms")

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
    """One column of the table: the runs of A or of B, by their path in results.json."""

    letter: str
    label: str
    colour: str
    line_style: str
    hatch: str
    runs: dict[str, Run]

    def cell(self, *keys: str) -> Cell:
        """What its runs measured under `keys`, as ("latency_ms", "p50").

        Of several rounds the median (of an even number the lower middle one, because that was
        measured), or the worst where it says what went wrong. In a list of phases a key is the
        name of one. Rounds that are void count only where none is valid.
        """
        found = self._measured(keys)
        if not found and "latency_ms" in keys and self.value("sent"):
            return Cell("none delivered", None, "")
        if not found:
            return Cell(quantities.MISSING, None, "")
        value, place, path = found[-1] if keys[-1] in WORST_OF_ROUNDS else _median(found)
        return Cell(_text(keys, value), value, f"{place}{path}")

    def median_run(self, *keys: str) -> Run | None:
        """The run whose number `cell` shows; None if none was measured."""
        found = self._measured(keys)
        return self.runs[_median(found)[1]] if found else None

    def spans(self, name: str) -> Cell:
        """Spans of that name per message: none where the server makes no such span at all."""
        cell = self.cell("spans_per_message", name)
        if cell.value is None and any(run.get("spans_per_message") for run in self.runs.values()):
            return Cell("none", 0, f"{next(iter(self.runs))}.spans_per_message")
        return cell

    def value(self, *keys: str) -> Any:
        """The value of that cell alone."""
        return self.cell(*keys).value

    def _measured(self, keys: tuple[str, ...]) -> list[tuple[Any, str, str]]:
        """Value, run and path of all that was measured under `keys`, from the least on."""
        valid = {place: run for place, run in self.runs.items() if run.get("valid") is not False}
        found = [(*_look_up(run, keys), place) for place, run in (valid or self.runs).items()]
        known = [(value, place, path) for value, path, place in found if value is not None]
        return sorted(known, key=lambda each: each[0])


def server_names(results: Results) -> dict[str, str]:
    """The servers by side, as far as they are known: of a demo only those that ran."""
    ran = {run["side"]: run["server"] for run in results["runs"]}
    return {**(results.get("servers") or {}), **ran}


def is_comparison(results: Results) -> bool:
    """Whether these are the results of a comparison, or of the demo, which has one round."""
    return "max_rounds" in (results.get("settings") or {})


def sides(results: Results) -> list[Side]:
    """A and B, as far as they are known, with their runs."""
    return _sides(results, {f"runs[{i}]": run for i, run in enumerate(results["runs"])})


def work_sides(results: Results, history: int | None = None) -> list[Side]:
    """The same sides with the runs that measured work at that history, or else at the largest.

    Where no runs were made for that, as in the demo, all runs tell of it.
    """
    sizes = histories(results)
    if not sizes:
        return sides(results)
    wanted = sizes[-1] if history is None else history
    runs = {f"work[{i}]": run for i, run in enumerate(results["work"]) if run["history"] == wanted}
    return _sides(results, runs)


def histories(results: Results) -> list[int]:
    """The sizes of the history at which work was measured, in messages, from the least on."""
    return sorted({run["history"] for run in results.get("work") or []})


def fact(results: Results, *keys: str) -> Cell:
    """A number that is not of one run, as ("verdict", "ratio")."""
    value, path = _look_up(results, keys)
    if value is None:
        return Cell(quantities.MISSING, None, "")
    return Cell(_text(keys, value), value, path.removeprefix("."))


def _sides(results: Results, runs: dict[str, Run]) -> list[Side]:
    found: list[Side] = []
    names = (results.get("servers") or {}) | {run["side"]: run["server"] for run in results["runs"]}
    for letter, name in sorted(names.items()):
        own = {place: run for place, run in runs.items() if run["side"] == letter}
        label = name if len(set(names.values())) == len(names) else f"{name} ({letter})"
        colour, line_style = colours.colour(name), colours.line_style(name)
        if any(other.colour == colour for other in found):
            colour, line_style = TWIN_COLOUR, TWIN_LINE_STYLE
        found.append(Side(letter, label, colour, line_style, HATCHES[line_style], own))
    return found


def _median(found: list[tuple[Any, str, str]]) -> tuple[Any, str, str]:
    return found[(len(found) - 1) // 2]


def _look_up(part: dict[str, Any], keys: tuple[str, ...]) -> tuple[Any, str]:
    """The value under `keys` and the path to it; None where a step is missing or null."""
    value: Any = part
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
