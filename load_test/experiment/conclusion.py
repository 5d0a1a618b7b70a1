"""From the rounds of results.json to its verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

from load_test.experiment import remarks, verdict
from load_test.experiment.explanation import sentence, why_cannot_tell

METRIC = "delivered_per_s"
INVALID, CANNOT_TELL = "invalid", "cannot_tell"

Results = dict[str, Any]


def conclude(results: Results, stopped: bool = False) -> dict[str, Any]:
    """The verdict as it is after the rounds so far; `stopped` if by hand there were no more."""
    for broken in remarks.broken(results):
        return _verdict(INVALID, f"{broken} A server that does has no speed worth telling.")
    ratios = list(_ratios(results))
    found = verdict.outcome(ratios)
    if found == CANNOT_TELL and stopped:
        reason = f"It was stopped by hand, after {len(ratios)} rounds that count."
    elif found == CANNOT_TELL:
        void = [run["invalid_because"] for run in results["runs"] if not run["valid"]]
        limit_s = results["settings"]["time_limit"]
        reason = why_cannot_tell(ratios, void, results["machine"], limit_s)
    else:
        names = {run["side"]: run["server"] for run in results["runs"]}
        seen = replace(verdict.interval(ratios), ratio=median(ratios))
        reason = sentence(found, seen, len(ratios), names)
    return _verdict(found, reason, ratios)


def failed(results: Results, reason: str) -> dict[str, Any]:
    """The verdict where a server did not do what every server must."""
    return _verdict(INVALID, reason, list(_ratios(results)))


def more_pairs(results: Results) -> int:
    """About how many rounds it still takes."""
    ratios = list(_ratios(results))
    return max(1, (verdict.pairs_needed(ratios) or verdict.LEAST_PAIRS) - len(ratios))


def _ratios(results: Results) -> Iterator[float]:
    """B against A in each round of which both runs count."""
    for round_number in sorted({run["round"] for run in results["runs"]}):
        pair = {run["side"]: run for run in results["runs"] if run["round"] == round_number}
        if len(pair) == 2 and all(run["valid"] and run[METRIC] for run in pair.values()):
            yield pair["B"][METRIC] / pair["A"][METRIC]


def _verdict(outcome: str, reason: str, ratios: Sequence[float] = ()) -> dict[str, Any]:
    looks = [_look(ratios[:count]) for count in range(1, len(ratios) + 1)]
    last = looks[-1] if looks else {"ratio": None, "low": None, "high": None}
    return {
        "outcome": outcome,
        "metric": METRIC,
        **{key: last[key] for key in ("ratio", "low", "high")},
        "reason": reason,
        "pairs": len(ratios),
        "ratios": list(ratios),
        "looks": looks,
    }


def _look(ratios: Sequence[float]) -> dict[str, Any]:
    """What was seen after so many pairs: their median, which one outlier does not move, and the
    interval, which is about their geometric mean.
    """
    seen = verdict.interval(ratios)
    high = seen.high if seen.high < float("inf") else None
    return {"pairs": len(ratios), "ratio": median(ratios), "low": seen.low or None, "high": high}
