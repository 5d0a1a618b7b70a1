"""Does each alert fire when its fault is there, and only then?

Prometheus tells what fires now at /api/v1/alerts, and keeps what fired when as the series ALERTS.
The rules are the shipped ones, to the letter: their windows are short enough to wait for.
"""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from tests.stack.checks import Check
from tests.stack.evening import LOOKED_TWICE_S, Evening
from tests.stack.faults import FAULTS, LATE
from tests.stack.prometheus import Prometheus
from tests.stack.rules import alert_names
from tests.stack.stage import Stage

FIRING = 'ALERTS{alertstate="firing"}'
WITHIN_S = 60.0
LOOK_S = 0.5
ALL_TIME_S = 900  # longer than all of this takes
STEP_S = 1  # half the time between two evaluations: nothing is missed
# What Go's templates leave where a value is missing or of the wrong kind.
BAD_WORDING = re.compile(r"<error|<no value>|%!|NaN|\+Inf|\{\{")

# By job, and nothing else: whether the challenge is late in the evening depends on the machine.
MAY_FIRE: dict[str, Sequence[str]] = {
    "challenge": LATE,
    "solution": (),
    **{fault.job: fault.alerts for fault in FAULTS},
}

Alert = tuple[str, str]  # job, name


@dataclass
class Fired:
    """Which alerts fired first when, and what they said; in seconds since 1970."""

    moments: Mapping[Alert, float]
    wording: Mapping[Alert, str] = field(default_factory=dict)
    faulty_since: Mapping[str, float] = field(default_factory=dict)  # by job


async def break_everything(stage: Stage, evening: Evening) -> Fired:
    """Bring all faults about, and wait for their alerts, for a minute at most."""
    faulty_since = {"challenge": evening.began_s}
    wording: dict[Alert, str] = {}
    wanted = {(fault.job, name) for fault in FAULTS for name in fault.alerts}
    try:
        for fault in FAULTS:
            await stage.guests[fault.job].connect(stage.servers[fault.job].url)
            faulty_since[fault.job] = time.time()
        await asyncio.gather(*(fault.inject(stage, fault.job) for fault in FAULTS))
        deadline_s = perf_counter() + WITHIN_S
        while not wanted <= wording.keys() and perf_counter() < deadline_s:
            await asyncio.sleep(LOOK_S)
            wording |= firing(stage.prometheus)
        await asyncio.sleep(LOOKED_TWICE_S)  # so that one too many would be seen, too
    finally:
        for fault in FAULTS:
            await stage.guests[fault.job].close()
    return Fired(first_moments(stage.prometheus), wording, faulty_since)


def firing(prometheus: Prometheus) -> dict[Alert, str]:
    """What fires now, with all that it says."""
    return {
        (alert["labels"]["job"], alert["labels"]["alertname"]): "\n".join(
            alert["annotations"][part] for part in ("summary", "description")
        )
        for alert in prometheus.alerts()
        if alert["state"] == "firing"
    }


def first_moments(prometheus: Prometheus) -> dict[Alert, float]:
    """What has fired since Prometheus was started, and when first."""
    now_s = time.time()
    moments: dict[Alert, float] = {}
    for series in prometheus.query_range(FIRING, now_s - ALL_TIME_S, now_s, STEP_S):
        alert = series.labels["job"], series.labels["alertname"]
        first_s = series.points[0][0]
        moments[alert] = min(first_s, moments.get(alert, first_s))
    return moments


def check_alerts(prometheus: Prometheus, fired: Fired) -> list[Check]:
    """Each fires for its fault; none before it, and none beside it; and all say something."""
    wanted = {(fault.job, name) for fault in FAULTS for name in fault.alerts}
    covered = {name for _, name in wanted}
    forgotten = [f"{name} has no fault here" for name in alert_names(prometheus) - covered]
    spoken = {name for _, name in fired.wording}
    missing = [f"{name} did not fire for {job}" for job, name in wanted - fired.moments.keys()]
    return [
        Check("alerts fire when their fault is there", len(wanted), forgotten + missing),
        Check("servers without an alert that is not theirs", len(MAY_FIRE), false_alarms(fired)),
        Check("alerts say what and what to do", len(spoken), bad_wording(fired.wording)),
    ]


def false_alarms(fired: Fired) -> list[str]:
    """What fired without its fault, or before it."""
    problems = []
    for (job, name), moment_s in fired.moments.items():
        if name not in MAY_FIRE.get(job, ()):
            problems.append(f"{name} fired for {job}")
        elif moment_s < fired.faulty_since[job]:
            early_s = fired.faulty_since[job] - moment_s
            problems.append(f"{name} fired for {job}, {early_s:.0f} s before there was a fault")
    return problems


def bad_wording(wording: Mapping[Alert, str]) -> list[str]:
    """Alerts without their server's name or any number, or with what a template could not fill."""
    return [
        f"{name} for {job} says: {text}"
        for (job, name), text in wording.items()
        if job not in text or not re.search(r"\d", text) or BAD_WORDING.search(text)
    ]
