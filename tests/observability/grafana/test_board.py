"""What both dashboards share, and how they lead to each other."""

import pytest

from tests.observability.grafana.board_files import NAMES, committed, panels


@pytest.mark.parametrize("name", NAMES)
def test_it_shows_the_last_quarter_of_an_hour_and_stays_fresh(name: str) -> None:
    dashboard = committed(name)
    assert dashboard["time"] == {"from": "now-15m", "to": "now"}
    assert dashboard["refresh"] == "5s"


@pytest.mark.parametrize("name", NAMES)
def test_one_chooses_among_the_servers_there_are(name: str) -> None:
    (job,) = committed(name)["templating"]["list"]
    assert (job["name"], job["multi"], job["includeAll"]) == ("job", True, True)
    assert job["current"]["value"] == ["$__all"]
    # All means those found, not everything: Prometheus and Jaeger have a process, too
    assert job["query"] == "label_values(chat_messages_accepted_total, job)"
    assert "allValue" not in job


@pytest.mark.parametrize("name", NAMES)
def test_midnight_is_drawn_where_it_struck(name: str) -> None:
    (midnight,) = committed(name)["annotations"]["list"]
    assert midnight["enable"]
    assert midnight["target"]["expr"] == "load_test_midnight_timestamp_seconds * 1000 > 0"
    assert midnight["useValueForTime"]


def test_one_dashboard_leads_to_the_other_for_the_same_time() -> None:
    ways = {name: committed(name)["links"] for name in NAMES}
    uids = {name: committed(name)["uid"] for name in NAMES}
    for name, other in zip(NAMES, reversed(NAMES), strict=True):
        (link,) = ways[name]
        assert link["url"] == f"/d/{uids[other]}"
        assert link["keepTime"]
        assert link["includeVars"]
        assert "placement" not in link  # else newer Grafanas hide it in a menu


def test_all_panels_but_those_of_one_server_follow_the_choice() -> None:
    fixed = [each["title"] for each in panels() if "$job" not in each["targets"][0]["expr"]]
    assert fixed == ["Response times of the challenge", "Response times of the solution"]
