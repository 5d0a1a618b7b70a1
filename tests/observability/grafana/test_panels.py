"""Panels wear the colours of their servers, and lead to the traces of the time shown."""

from typing import Any

from observability.colours import COLOURS, OTHER_COLOUR
from observability.grafana.files import as_text
from observability.grafana.panels import traces
from tests.observability.grafana.board_files import Panel, panels


def colours_of(panel: Panel) -> dict[str, str]:
    """The colour of each server's marks, by the pattern that its name fits."""
    return {
        override["matcher"]["options"]: prop["value"]["fixedColor"]
        for override in panel["fieldConfig"]["overrides"]
        for prop in override["properties"]
        if prop["id"] == "color"
    }


def test_numbers_and_lines_have_the_colours_of_every_other_chart() -> None:
    drawn = [panel for panel in panels() if panel["type"] in ("stat", "timeseries")]
    assert len(drawn) > 20
    for panel in drawn:
        expected = {f"/^{server}\\b/": colour for server, colour in COLOURS.items()}
        assert colours_of(panel) == expected, panel["title"]
        # and an attempt has the colour of those that are neither
        assert panel["fieldConfig"]["defaults"]["color"]["fixedColor"] == OTHER_COLOUR


def test_a_server_is_told_apart_without_colours_too() -> None:
    def fill(panel: Panel) -> list[Any]:
        overrides = panel["fieldConfig"]["overrides"]
        own = [each["properties"][1]["value"]["fill"] for each in overrides]
        return [*own, panel["fieldConfig"]["defaults"]["custom"]["lineStyle"]["fill"]]

    for panel in panels():
        if panel["type"] == "timeseries":
            assert fill(panel) == ["dash", "solid", "dot"], panel["title"]


def test_a_legend_says_which_line_is_whose() -> None:
    for panel in panels():
        if panel["type"] == "timeseries":
            legend = panel["options"]["legend"]
            told = legend["showLegend"], legend["displayMode"], legend["placement"]
            assert told == (True, "list", "bottom"), panel["title"]


def test_a_servers_own_heat_map_has_its_colour() -> None:
    own = {
        panel["options"]["color"]["fill"]: panel["title"]
        for panel in panels("overview.json")
        if panel["type"] == "heatmap"
    }
    assert own == {
        COLOURS["challenge"]: "Response times of the challenge",
        COLOURS["solution"]: "Response times of the solution",
    }


def test_a_link_asks_jaeger_for_the_time_shown() -> None:
    # Grafana's milliseconds with three more digits are Jaeger's microseconds
    address = traces("solution").build().url
    assert address == (
        "http://localhost:16686/search?service=solution&operation=file.write"
        "&start=${__from}000&end=${__to}000&lookback=custom&limit=20"
    )
    assert '"targetBlank": true' in as_text(traces("solution").build())
