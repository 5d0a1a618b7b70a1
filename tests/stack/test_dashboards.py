"""Queries are found wherever they stand in a dashboard, and get values for their variables."""

import json
from typing import Any

import pytest

from tests.stack.dashboards import (
    BOTH,
    FOLDER,
    Query,
    UnknownVariable,
    queries_of,
    substituted,
    variables_of,
)
from tests.stack.evening import Evening

EVENING = Evening(100.0, 120.0, 160.4, {}, 0.0)


def a_panel(title: str, *expressions: str, **more: Any) -> dict[str, Any]:
    """A panel with queries."""
    return {"title": title, "targets": [{"expr": each, **more} for each in expressions]}


def test_all_queries_are_found() -> None:
    # given panels of all kinds: with two queries, in a collapsed row, for Jaeger, without any
    dashboard = {
        "title": "Evening",
        "panels": [
            a_panel("Memory", "rss", "cpu"),
            {"title": "Row", "type": "row", "panels": [a_panel("Now", "up", instant=True)]},
            {"title": "Traces", "targets": [{"query": "service=challenge"}]},
            {"title": "Text"},
        ],
        "annotations": {"list": [{"name": "Midnight", "target": {"expr": "midnight"}}]},
    }
    # then those for Prometheus are found
    assert list(queries_of(dashboard)) == [
        Query("Evening, Memory", "rss"),
        Query("Evening, Memory", "cpu"),
        Query("Evening, Now", "up", instant=True),
        Query("Evening, annotation Midnight", "midnight", may_find_nothing=True),
    ]


def test_variables_get_the_values_that_grafana_would_give() -> None:
    values = variables_of(EVENING, BOTH)
    text = 'rate(x{job=~"$job"}[$__rate_interval]) and y[${__range}] and z{j="${job:regex}"}'
    both = "(challenge|solution)"
    assert (
        substituted(text, values) == f'rate(x{{job=~"{both}"}}[8s]) and y[60s] and z{{j="{both}"}}'
    )


def test_a_variable_without_a_value_is_named() -> None:
    with pytest.raises(UnknownVariable, match=r"\$room"):
        substituted('x{room="$room"}', variables_of(EVENING, BOTH))


def test_the_queries_of_our_dashboards_have_known_variables_only() -> None:
    paths = list(FOLDER.glob("*.json"))
    assert paths
    for path in paths:
        queries = list(queries_of(json.loads(path.read_text(encoding="utf-8"))))
        assert queries, path.name
        for query in queries:
            assert "$" not in substituted(query.expression, variables_of(EVENING, BOTH))
