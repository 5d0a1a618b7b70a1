"""What is asked of Prometheus: of metrics that there are, and without nonsense where nothing is."""

import re
from pathlib import Path

import requests

from observability import names
from observability.grafana import queries
from tests.behaviour.client import ChatUser
from tests.behaviour.servers import ServerProcess
from tests.observability.grafana.board_files import expressions

METRIC = re.compile(r"\b(?:chat|process|load_test)_\w+")


def test_every_metric_that_is_asked_for_is_one_of_a_servers(tmp_path: Path) -> None:
    # given a server that has stored a message, for histograms come with their first value
    with ServerProcess("challenge", tmp_path) as server, ChatUser(server) as user:
        user.send(user.room(), "hello")
        told = requests.get(f"{server.url}/metrics", timeout=5).text
    there = {re.split(r"[{ ]", line)[0] for line in told.splitlines() if not line.startswith("#")}
    # then it tells all that the dashboards ask, but for the midnight, which the load test tells
    asked = {name for each in expressions() for name in METRIC.findall(each)}
    assert asked - there == {names.MIDNIGHT}
    assert len(asked) > 20


def test_all_that_a_server_counts_is_on_a_dashboard() -> None:
    counted = {
        value
        for value in vars(names).values()
        if isinstance(value, str) and value.startswith("chat_")
    }
    asked = " ".join(expressions())
    assert {name for name in counted if name not in asked} == set()


def test_rates_are_taken_over_what_grafana_finds_right() -> None:
    for each in expressions():
        windows = set(re.findall(r"\[(.+?)\]", each))
        assert windows <= {"$__rate_interval", "$__range"}, each


def test_a_ratio_of_nothing_is_no_figure() -> None:
    rate = 'sum by (job) (rate({}_total{{job=~"$job"}}[$__rate_interval]))'
    writes, stored = rate.format(names.FILE_WRITES), rate.format(names.STORED)
    assert queries.per_message(names.FILE_WRITES) == f"{writes} / ({stored} > 0)"
    assert queries.quantile(0.95, names.STORE_SECONDS).endswith(" >= 0")


def test_the_share_lost_counts_what_never_entered_too() -> None:
    lost, sent = queries.share_lost().split(" / ")
    assert {*METRIC.findall(lost)} == {"chat_messages_failed_total", "chat_messages_refused_total"}
    assert {*METRIC.findall(sent)} == {
        "chat_messages_accepted_total",
        "chat_messages_refused_total",
    }
