"""The locustfile, as people run it: Locust as a process against a real server."""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.behaviour.servers import ROOT, ServerProcess, wait_until
from tests.load_test.locust_runs import (
    ACKNOWLEDGED,
    BROADCAST,
    END_S,
    end,
    greeted,
    headless,
    locust,
    rows_of,
    run,
)

ON_THE_WAY_IN = {"sign up", "log in", "make room", "join room"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A solution that serves."""
    with ServerProcess("solution", tmp_path_factory.mktemp("solution")) as running:
        yield running


@pytest.mark.slow
def test_it_reports_real_times_and_none_of_zero(server: ServerProcess, tmp_path: Path) -> None:
    result, log = tmp_path / "result", tmp_path / "log"
    flags = headless(server, "--users-per-room", "2", "--json-file", str(result))
    with locust(log, ROOT, *flags) as process:
        greeted(server, 30)
        process.terminate()
        end(process, log)

    rows = rows_of(result)
    assert set(rows) >= ON_THE_WAY_IN | {ACKNOWLEDGED, BROADCAST}
    assert all(row["num_failures"] == 0 for row in rows.values())
    assert [rows[name]["num_requests"] for name in ("sign up", "make room", "join room")] == [
        3,
        2,
        1,
    ]
    # then every greeting is in both rows, and took the time that the solution's batches take
    stored = server.metric("chat_messages_stored_total")
    assert rows[ACKNOWLEDGED]["num_requests"] == rows[BROADCAST]["num_requests"] == stored
    assert rows[BROADCAST]["total_response_time"] / stored > 10
    assert 0 < rows[ACKNOWLEDGED]["min_response_time"] < rows[BROADCAST]["total_response_time"]
    assert f"greetings: {stored:,.0f} sent, {stored:,.0f} delivered, 0 undel" in log.read_text()


@pytest.mark.slow
def test_refused_and_undelivered_greetings_are_failures_by_their_cause(tmp_path: Path) -> None:
    log = tmp_path / "log"
    # given a server that takes five messages and does not store them for a minute
    limits = ("--max-queue-messages", "5", "--flush-interval-ms", "60000")
    with (
        ServerProcess("solution", tmp_path / "server", *limits) as full,
        locust(log, ROOT, *headless(full)) as process,
    ):
        refused = 'chat_messages_refused_total{reason="queue_full"}'
        wait_until(lambda: full.metric(refused) >= 10, "greetings refused")
        # when it is killed with what waits in its memory
        full.process.kill()
        full.process.wait()
        process.terminate()
        process.wait(END_S)
    # then both have a line of their own in the report, with what was under way just then
    report = log.read_text().rpartition("Error report")[2]
    lines = [line.split(maxsplit=1) for line in report.splitlines() if "send to" in line]
    failures = {what.strip(): int(count) for count, what in lines}
    assert failures[f"WS {ACKNOWLEDGED}: queue_full"] >= 5
    assert failures[f"WS {BROADCAST}: undelivered when the user stopped"] >= 5


def first_words(data_dir: Path) -> list[list[str]]:
    """The first ten things that each user said, by the user's number."""
    words = defaultdict(list)
    for message in json.loads((data_dir / "messages_1.json").read_text()):
        words[message["sender"].rpartition("-")[2]].append(message["content"])
    return [words[number][:10] for number in sorted(words)]


@pytest.mark.slow
def test_the_same_seed_lets_each_user_say_the_same(tmp_path: Path) -> None:
    def said(seed: str) -> list[list[str]]:
        with ServerProcess("solution", tmp_path / f"server {seed}") as fresh:
            flags = headless(fresh, "--seed", seed.split()[0], "--message-length", "40")
            with locust(tmp_path / "log", ROOT, *flags, "Reveller") as process:
                greeted(fresh, 60)
                process.terminate()
                end(process, tmp_path / "log")
            return first_words(fresh.data_dir)

    first, again, other = said("7"), said("7 again"), said("8")
    assert [len(words) for words in first] == [10, 10, 10]
    assert first == again
    assert first != other


@pytest.mark.parametrize("flag", [("--pause", "soon"), ("--message-length", "4001")])
def test_a_wrong_argument_is_refused(flag: tuple[str, str], tmp_path: Path) -> None:
    flags = ["-f", "load_test/locustfile.py", "--headless", f"{flag[0]}={flag[1]}"]
    assert f"argument {flag[0]}: '{flag[1]}' is not" in run(tmp_path / "log", *flags, expected=2)
