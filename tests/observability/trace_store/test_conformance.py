"""Our trace store gives the answers that a real Jaeger gave, and so does a real Jaeger.

To hold another server to them, start it fresh: make conformance JAEGER=http://localhost:16686.
Posts go to the usual ports of the same host, or to JAEGER_THRIFT_URL and JAEGER_OTLP_URL.
"""

import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.observability.store_process import running_store

FIXTURES = Path(__file__).parents[1] / "jaeger"
POSTS = json.loads((FIXTURES / "requests.json").read_text())
CASES = json.loads((FIXTURES / "cases.json").read_text())
SERVICES = {"chat-challenge", "chat-solution"}
FIRST_SPAN_S = 1_795_305_600
# How far a real Jaeger looks back when a query has no start.
JAEGER_LOOKBACK_S = 48 * 60 * 60
WAIT_S = 30.0
TIMEOUT_S = 10.0


@dataclass
class Server:
    """The server under test, which took the two good posts."""

    thrift: str
    otlp: str
    query: str
    is_ours: bool
    answers: dict[str, requests.Response] = field(default_factory=dict)

    def send(self, post: dict[str, Any]) -> requests.Response:
        """Send one of the recorded posts."""
        address = self.thrift if post["port"] == 14268 else self.otlp
        if "file" in post:
            body = (FIXTURES / post["file"]).read_bytes()
        else:
            body = post.get("body", "").encode("latin-1")
        method = post.get("method", "POST")
        headers = post.get("headers", {})
        return requests.request(
            method, address + post["path"], data=body, headers=headers, timeout=TIMEOUT_S
        )

    def get(self, path: str) -> requests.Response:
        """Ask the query API."""
        return requests.get(self.query + path, timeout=TIMEOUT_S)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that holds the recorded spans and nothing else."""
    if query := os.environ.get("JAEGER"):
        usual = f"http://{urlsplit(query).hostname}"
        thrift = os.environ.get("JAEGER_THRIFT_URL", f"{usual}:14268")
        otlp = os.environ.get("JAEGER_OTLP_URL", f"{usual}:4318")
        foreign = Server(thrift, otlp, query.rstrip("/"), is_ours=False)
        _fill(foreign)
        yield foreign
    else:
        with running_store() as store:
            ours = Server(store.thrift, store.otlp, store.query, is_ours=True)
            _fill(ours)
            yield ours


def _fill(server: Server) -> None:
    """Send the good posts, each once, and wait until their spans can be read."""
    before = set(server.get("/api/services").json()["data"] or ())
    assert before <= {"jaeger"}, f"start the server afresh: it holds spans of {before}"
    for post in POSTS:
        if "file" in post:
            server.answers[post["file"]] = server.send(post)
    deadline = time.monotonic() + WAIT_S
    while not SERVICES <= set(server.get("/api/services").json()["data"] or ()):
        assert time.monotonic() < deadline, "the posted spans did not appear"
        time.sleep(0.1)


@pytest.mark.parametrize("post", POSTS, ids=range(len(POSTS)))
def test_posts_are_answered_as_recorded(server: Server, post: dict[str, Any]) -> None:
    answer = server.answers[post["file"]] if "file" in post else server.send(post)

    assert answer.status_code == post["status"]
    assert answer.headers.get("Content-Type") == post["type"]
    if post.get("answer") is None:
        return
    if post["type"] == "application/json":
        expected, got = json.loads(post["answer"]), answer.json()
        # The words are those of Jaeger's JSON parser, and speak of its buffers.
        assert bool(got.pop("message", "")) == bool(expected.pop("message", ""))
        assert got == expected
    else:
        assert answer.text == post["answer"]


@pytest.mark.parametrize("case", CASES, ids=[case["answer"][8:10] for case in CASES])
def test_queries_are_answered_as_recorded(server: Server, case: dict[str, Any]) -> None:
    query = case["query"]
    too_old = time.time() - FIRST_SPAN_S > JAEGER_LOOKBACK_S
    if "lookback=" in query and "endTs" not in query and too_old and not server.is_ours:
        pytest.skip("the recorded spans are older than what a real Jaeger looks back")

    answer = server.get(query)

    assert (answer.status_code, answer.headers["Content-Type"]) == (case["status"], case["type"])
    if case["type"].startswith("text/html"):
        return
    got = normalised(answer.json())
    expected = normalised(json.loads((FIXTURES / case["answer"]).read_text()))
    if '"error":"true"' in query and server.is_ours:
        # The one answer of Jaeger's that is wrong: it gives the trace whose status is OK.
        expected["data"] = [trace for trace in all_traces() if has_error(trace)]
    if re.search("limit=[12]$", query):
        # Of the traces that came in one post, any will do.
        assert len(got["data"] or ()) == len(expected["data"] or ())
        assert all(trace in all_traces() for trace in got["data"] or ())
        got["data"] = expected["data"]
    assert got == expected


def test_the_trace_that_started_last_comes_first(server: Server) -> None:
    if not server.is_ours:
        pytest.skip("a real Jaeger gives what arrived last")
    found = server.get("/api/traces?service=chat-challenge").json()["data"]

    starts = [min(span["startTime"] for span in trace["spans"]) for trace in found]
    assert len(starts) == 4
    assert starts == sorted(starts, reverse=True)


def all_traces() -> list[Any]:
    """The recorded traces of the challenge."""
    recorded = normalised(json.loads((FIXTURES / "answers" / "07.json").read_text()))
    traces: list[Any] = recorded["data"]
    return traces


def has_error(trace: dict[str, Any]) -> bool:
    """Whether one of a trace's spans failed."""
    return any(tag["key"] == "error" for span in trace["spans"] for tag in span["tags"])


def normalised(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what Jaeger leaves open: order, the labels of processes, its own service,
    and whether no warnings are null or absent.
    """
    data = answer["data"]
    if isinstance(data, list):
        if "jaeger" in data:
            data.remove("jaeger")
            answer["total"] -= 1
        for item in data:
            if isinstance(item, dict) and "spans" in item:
                normalise_trace(item)
        data.sort(key=lambda item: json.dumps(item, sort_keys=True))
    return answer


def normalise_trace(trace: dict[str, Any]) -> None:
    """Put each process in the place of its label, and all that has no order in one order."""
    processes = trace.pop("processes")
    for span in trace["spans"]:
        span["process"] = processes[span.pop("processID")]
        span["process"]["tags"].sort(key=by_key)
        span["tags"].sort(key=by_key)
        for log in span["logs"]:
            log["fields"].sort(key=by_key)
        drop_null_warnings(span)
    trace["spans"].sort(key=lambda span: str(span["spanID"]))
    drop_null_warnings(trace)


def drop_null_warnings(item: dict[str, Any]) -> None:
    """No warnings may be null or absent."""
    if item.get("warnings") is None:
        item.pop("warnings", None)


def by_key(tag: dict[str, Any]) -> str:
    """The order of tags."""
    return str(tag["key"])
