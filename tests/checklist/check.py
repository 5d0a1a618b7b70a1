"""A check: one question about a submission, answered from evidence alone.

Checks look at what scenarios saw; they start nothing and wait for nothing, so the same evidence
always gives the same answer. What a check asks stands in its docstring, how much it is worth, its
thresholds and its hints in rubric.toml.
"""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import Any


class Result(StrEnum):
    """What became of a check. Every check starts as *not run*; only *passed* is sure to earn."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not_run"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class Verdict:
    """The answer of a check: what was expected, beside what was seen."""

    result: Result
    expected: str
    actual: str


def expect(good: bool, expected: str, actual: str) -> Verdict:
    """*Passed* if `good`, otherwise *failed*."""
    return Verdict(Result.PASSED if good else Result.FAILED, expected, actual)


def cannot_tell(expected: str, why: str) -> Verdict:
    """The evidence is there, and does not decide."""
    return Verdict(Result.CANNOT_TELL, expected, why)


Judge = Callable[..., Verdict]


@dataclass(frozen=True)
class Check:
    """One check, named ``item.function``.

    `judge` is called with the evidence of the scenarios in `on`, in that order, and with the
    thresholds of the rubric by name. It is called only if all checks in `needs` have passed.
    """

    name: str
    asks: str
    on: tuple[str, ...]
    needs: tuple[str, ...]
    judge: Judge

    @property
    def item(self) -> str:
        """The id of the item that it belongs to."""
        return self.name.partition(".")[0]

    @property
    def thresholds(self) -> frozenset[str]:
        """The names of the thresholds that it takes from the rubric."""
        parameters = inspect.signature(self.judge).parameters.values()
        return frozenset(each.name for each in parameters if each.kind is each.KEYWORD_ONLY)


def check(*on: str, needs: Iterable[str] = ()) -> Callable[[Judge], Judge]:
    """Make a function a check of its module's item, judging the evidence of the scenarios `on`."""

    def mark(judge: Judge) -> Judge:
        item = judge.__module__.rpartition(".")[2]
        asks = " ".join((judge.__doc__ or "").partition("\n\n")[0].split())
        found = Check(f"{item}.{judge.__name__}", asks, on, tuple(needs), judge)
        judge.check = found  # type: ignore[attr-defined]
        return judge

    return mark


def checks_of(module: ModuleType) -> list[Check]:
    """The checks of a module, in the order in which they stand there."""
    marked: list[Any] = list(vars(module).values())
    return [each.check for each in marked if isinstance(getattr(each, "check", None), Check)]
