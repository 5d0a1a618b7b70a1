"""Prometheus' files fit the servers: addresses, bounds, metrics. promtool is not needed for this.

What promtool and a real Prometheus say of them is asked by `python -m tests.stack`.
"""

import re
from pathlib import Path

import pytest

from challenge.config import ATTEMPT_PORT, PORTS, ServerConfig
from observability.metrics import ChatMetrics

FOLDER = Path(__file__).parents[3] / "observability" / "prometheus"
CONFIG = (FOLDER / "prometheus.yml").read_text()
RULES = {path.name: path.read_text() for path in FOLDER.glob("rules/*.yml")}
OURS = re.compile(r"\bchat_\w+")
RECORDED = re.compile(r"\b(?:job|instance):\w+:\w+")


def test_the_rule_files_are_named_by_relative_paths() -> None:
    named = re.findall(r"^  - (rules/\S+)$", CONFIG, re.MULTILINE)
    assert sorted(named) == sorted(f"rules/{name}" for name in RULES)


def test_servers_are_asked_at_their_ports() -> None:
    for package, port in {**PORTS, "attempt": ATTEMPT_PORT}.items():
        assert f'["{package}:{port}"]' in CONFIG
    # Who is looked up by name is forgotten when it dies, and no alert misses it.
    assert "sd_configs:" not in CONFIG


def test_the_alert_knows_the_bounds_of_the_queue() -> None:
    config = ServerConfig(package="challenge")
    alerts = RULES["alerts.yml"]
    assert f"chat_queue_messages / {config.max_queue_messages} >" in alerts
    assert f"chat_queue_bytes / {config.max_queue_bytes} >" in alerts


def test_every_metric_in_the_rules_is_one_of_the_servers(metrics: ChatMetrics) -> None:
    metrics.stored_after(0.1)
    metrics.flushed(1, 0.01)
    exposed = set(re.findall(r"^(\w+)", metrics.exposition().decode(), re.MULTILINE))
    for name, text in RULES.items():
        asked = set(OURS.findall(RECORDED.sub("", text)))
        assert asked, name
        assert asked <= exposed, name


def test_every_recorded_figure_that_an_alert_asks_for_is_recorded() -> None:
    recorded = set(re.findall(r"record: (\S+)", RULES["recording.yml"]))
    asked = set(RECORDED.findall(RULES["alerts.yml"]))
    assert asked
    assert asked <= recorded


@pytest.mark.parametrize("part", ["summary", "description", "severity"])
def test_every_alert_says_enough(part: str) -> None:
    alerts = RULES["alerts.yml"].split("- alert: ")[1:]
    assert [alert.split()[0] for alert in alerts if f" {part}:" not in alert] == []
