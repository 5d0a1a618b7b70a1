"""Our rules, as Prometheus has loaded them: what they record is there, what they ask for exists."""

import re

from tests.stack.checks import Check
from tests.stack.dashboards import STEP_S
from tests.stack.evening import PACKAGES, Evening
from tests.stack.prometheus import Prometheus

# What a metric or a recorded figure of ours is called.
METRIC = re.compile(r"\b(?:chat_\w+|process_\w+|(?:job|instance):[\w:]+|up)\b")


def check_rules(prometheus: Prometheus, evening: Evening) -> list[Check]:
    """Every recording rule gave data of both servers; every alert can be worked out."""
    recorded = Check("recording rules return data", 0)
    alerts = Check("alerts are valid, and their metrics exist", 0)
    for rule in prometheus.rules():
        check = recorded if rule["type"] == "recording" else alerts
        check.number += 1
        if rule["health"] != "ok":
            check.problems.append(f"{rule['name']}: {rule.get('lastError') or rule['health']}")
        wanted = [rule["name"]] if check is recorded else sorted(metrics_in(rule["query"]))
        for metric in wanted:
            if missing := _silent(prometheus, evening, metric):
                check.problems.append(f"{rule['name']}: {metric} has no data of {missing}")
    return [recorded, alerts]


def alert_names(prometheus: Prometheus) -> set[str]:
    """The names of all alerts."""
    return {rule["name"] for rule in prometheus.rules() if rule["type"] == "alerting"}


def metrics_in(expression: str) -> set[str]:
    """The metrics and recorded figures that an expression asks for."""
    return set(METRIC.findall(expression))


def _silent(prometheus: Prometheus, evening: Evening, metric: str) -> str:
    """The servers that have no such figure at any time of the evening."""
    found = prometheus.query_range(metric, evening.began_s, evening.ended_s, STEP_S)
    jobs = {series.labels.get("job") for series in found if series.values}
    return " and ".join(job for job in PACKAGES if job not in jobs)
