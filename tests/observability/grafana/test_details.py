"""The second dashboard: rows of what there is to know."""

from tests.observability.grafana.board_files import Panel, committed, panels


def by_title() -> dict[str, Panel]:
    """The panels of the second dashboard."""
    return {panel["title"]: panel for panel in panels("details.json")}


def test_rows_lead_from_what_a_user_feels_to_what_goes_wrong() -> None:
    everything = committed("details.json")["panels"]
    rows = [panel["title"] for panel in everything if panel["type"] == "row"]
    assert [row.partition(",")[0].partition(":")[0] for row in rows] == [
        "Response time",
        "What comes",
        "Writes and batches",
        "Trouble",
    ]
    assert everything[0]["type"] == "row"


def test_percentiles_are_on_a_logarithmic_scale() -> None:
    for part, title in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99")):
        (panel,) = (each for name, each in by_title().items() if f"({title})" in name)
        assert f"histogram_quantile({part}," in panel["targets"][0]["expr"]
        scale = panel["fieldConfig"]["defaults"]["custom"]["scaleDistribution"]
        assert scale == {"type": "log", "log": 10}


def test_a_heat_map_is_drawn_for_each_server_chosen() -> None:
    repeated = {name: each for name, each in by_title().items() if "repeat" in each}
    assert list(repeated) == ["Response times of $job", "Batch sizes of $job"]
    for panel in repeated.values():
        assert (panel["repeat"], panel["repeatDirection"], panel["maxPerRow"]) == ("job", "h", 3)
        assert panel["gridPos"]["w"] == 24
