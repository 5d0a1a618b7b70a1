"""The page for the instructor: how a whole class did, and what needs a human's eye."""

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.checklist.figures import HIGH, LOW, RATIO
from tests.checklist.grade_file import Grade, Status
from tests.checklist.judge import Finding
from tests.checklist.pages import render, write_page
from tests.checklist.remarks import TO_BE_JUDGED, Remark, remarks
from tests.checklist.rubric import Rubric
from tests.checklist.words import RESULTS

FILE_NAME = "index.html"
BINS = 10  # of the distribution
BY_HAND = "judged by hand"


@dataclass(frozen=True)
class Bin:
    """How many submissions have so many points: from `low` on, below `high` (the last: up to)."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Hard:
    """How the class did at one check; `share` is that of its points which was earned.

    What is judged by hand asks nothing that fits in a line.
    """

    name: str
    asks: str
    share: float
    counts: Mapping[str, int]  # of submissions, by what became of it


@dataclass(frozen=True)
class Gain:
    """How many times as many messages a second as the challenge one submission delivered."""

    submission: str
    ratio: float
    low: float | None
    high: float | None
    share: float  # of the largest, as the logarithm: twice as fast is one step, wherever it starts


def write_overview(grades: Sequence[Grade], rubric: Rubric, folder: Path) -> Path:
    """Write index.html into `folder`; its path. Reports are linked as NAME/report.html."""
    path = folder / FILE_NAME
    write_page(render_overview(grades, rubric), path)
    return path


def render_overview(grades: Sequence[Grade], rubric: Rubric) -> str:
    """The page as HTML. What has no grade is listed, and is no part of the figures."""
    graded = [grade for grade in grades if grade.status is Status.GRADED]
    totals = [grade.points for grade in graded]
    return render(
        "overview.html.j2",
        grades=grades,
        graded=graded,
        rubric=rubric,
        latest=max((grade.started_at for grade in grades), default=""),
        median=statistics.median(totals) if totals else None,
        quartiles=statistics.quantiles(totals, n=4) if len(totals) > 1 else None,
        bins=distribution(totals, rubric.points),
        items=[(item, [_of_item(grade, item.id) for grade in graded]) for item in rubric.items],
        mean=lambda values: statistics.fmean(values) if values else 0.0,
        hard=hard_first(graded),
        gains=(gained := gains(graded)),
        typical_gain=statistics.median(each.ratio for each in gained) if gained else None,
        eye=eye(grades),
        isolations=sorted({grade.isolation for grade in grades if grade.isolation}),
        TO_BE_JUDGED=TO_BE_JUDGED,
        graders=sorted({grade.grader for grade in grades if grade.grader}),
    )


def distribution(totals: Sequence[float], most: float) -> list[Bin]:
    """How many submissions have how many points."""
    width = most / BINS
    places = [min(BINS - 1, int(total / width)) if width else 0 for total in totals]
    return [Bin(place * width, (place + 1) * width, places.count(place)) for place in range(BINS)]


def hard_first(grades: Sequence[Grade]) -> list[Hard]:
    """All checks, those first at which the class earned the smallest share.

    Those that nobody has judged yet are left out.
    """
    of_check: dict[str, list[tuple[Finding, float]]] = {}
    counts: dict[str, Counter[str]] = {}
    manual = {name for grade in grades for name in grade.manual}
    for grade in grades:
        for each in grade.findings:
            by_hand = each.name in grade.by_hand
            if by_hand or each.name not in grade.manual:
                of_check.setdefault(each.name, []).append((each, grade.points_of(each)))
                word = BY_HAND if by_hand else RESULTS[each.result]
                counts.setdefault(each.name, Counter())[word] += 1
    found = []
    for name, seen in of_check.items():
        most = sum(finding.max for finding, _ in seen)
        share = sum(points for _, points in seen) / most if most else 1.0
        found.append(
            Hard(
                name,
                "" if name in manual else seen[0][0].asks,
                share,
                dict(counts[name].most_common()),
            )
        )
    return sorted(found, key=lambda each: each.share)


def gains(grades: Iterable[Grade]) -> list[Gain]:
    """What was measured of each submission's speed, the fastest first."""
    known = [grade for grade in grades if grade.measured.get(RATIO, 0) > 0]
    steps = {grade.submission: max(0.0, math.log2(grade.measured[RATIO])) for grade in known}
    most = max(steps.values(), default=0) or 1.0
    found = [
        Gain(
            grade.submission, grade.measured[RATIO], grade.measured.get(LOW),
            grade.measured.get(HIGH), steps[grade.submission] / most,
        )
        for grade in known
    ]  # fmt: skip
    return sorted(found, key=lambda each: -each.ratio)


def eye(grades: Iterable[Grade]) -> list[tuple[str, list[tuple[str, list[Remark]]]]]:
    """Who needs the instructor's eye, kind by kind: what went wrong first, what waits last."""
    kinds: dict[str, dict[str, list[Remark]]] = {}
    for grade in grades:
        for each in remarks(grade):
            kinds.setdefault(each.kind, {}).setdefault(grade.submission, []).append(each)
    order = sorted(kinds, key=lambda kind: (kind == TO_BE_JUDGED, kind))
    return [(kind, list(kinds[kind].items())) for kind in order]


def _of_item(grade: Grade, item_id: str) -> float:
    return sum(grade.item_points(item) for item in grade.items if item.id == item_id)
