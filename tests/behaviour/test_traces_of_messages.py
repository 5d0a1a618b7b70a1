"""From a message in the chat to its trace in the store, as people and programs go there."""

import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from observability import names
from observability.jaeger_client import JaegerClient, TraceNotFound
from observability.spans import Span
from tests.behaviour.client import PASSWORD, Api, ChatUser
from tests.behaviour.conftest import Start, Visit
from tests.behaviour.servers import ServerProcess, wait_until
from tests.observability.store_process import RunningStore, running_store


@pytest.fixture(scope="module")
def store() -> Iterator[RunningStore]:
    """An empty trace store."""
    with running_store() as running:
        yield running


@pytest.fixture
def jaeger(store: RunningStore) -> Iterator[JaegerClient]:
    """A reader of the store."""
    with JaegerClient(store.query) as client:
        yield client


@pytest.fixture
def traced(start: Start, store: RunningStore) -> ServerProcess:
    """A server whose spans go to the store."""
    return start(
        environ={
            "OTEL_TRACES_EXPORTER": "jaeger",
            "OTEL_EXPORTER_JAEGER_ENDPOINT": f"{store.thrift}/api/traces?format=jaeger.thrift",
            "JAEGER_QUERY_URL": store.query,
        }
    )


def trace_when_it_comes(jaeger: JaegerClient, trace_id: str) -> dict[str, Span]:
    """The spans of a trace by operation; servers send them a moment after the message."""
    found: list[Span] = []

    def comes() -> bool:
        with suppress(TraceNotFound):
            found[:] = jaeger.trace(trace_id)
        return any(span.operation == names.SEND_MESSAGE for span in found)

    wait_until(comes, f"trace {trace_id} in the store")
    return {span.operation: span for span in found}


def test_a_message_leads_to_its_trace(
    traced: ServerProcess, store: RunningStore, jaeger: JaegerClient
) -> None:
    # given a server that tells where its traces are
    assert Api(traced.url).get("/ready").json()["traces"] == store.query

    # when a message is broadcast
    sent_us = time.time_ns() // 1000
    with ChatUser(traced) as user:
        room = user.room()
        user.send(room, "hello")
        (message,) = user.wait_for(1)
        (stored,) = user.history(room)

    # then its trace is that of this message, which the history does not remember
    trace = trace_when_it_comes(jaeger, message["traceId"])
    assert trace[names.SEND_MESSAGE].tags[names.MESSAGE_ID] == message["id"]
    assert "traceId" not in stored

    # and leads to the write: in it, or in the batch that links to it
    if traced.package != "solution":
        assert names.FILE_WRITE in trace
        return
    later_us = sent_us + 60_000_000
    search = ("solution", sent_us, later_us, names.FLUSH_MESSAGES)
    wait_until(
        lambda: any(
            link.trace_id == message["traceId"]
            for span in jaeger.spans(*search)
            for link in span.links
        ),
        "a batch that links to the message",
    )


def test_without_traces_nothing_is_told_of_them(server: ServerProcess, alice: ChatUser) -> None:
    alice.send(alice.room(), "hello")
    (message,) = alice.wait_for(1)
    assert "traceId" not in message
    assert Api(server.url).get("/ready").json()["traces"] is None


@pytest.mark.slow
@pytest.mark.parametrize("package", ["challenge"], indirect=True)
def test_a_click_on_a_message_shows_its_waterfall(
    visit: Visit, traced: ServerProcess, store: RunningStore, jaeger: JaegerClient
) -> None:
    # given a message on the page
    page = visit(traced)
    chat = page.browser.current_window_handle
    page.sign_up("mina", PASSWORD)
    page.make_room("Rooftop")
    page.type("hello")
    page.wait_for_rows(1)
    wait_until(lambda: page.text("#messages a.trace") == "trace", "a link to the trace")
    address = str(page.element("#messages a.trace").get_attribute("href"))
    trace_when_it_comes(jaeger, address.removeprefix(f"{store.query}/trace/"))

    # when somebody follows its link
    page.element("#messages a.trace").click()
    wait_until(lambda: page.browser.window_handles[-1] != chat, "a new tab")
    page.browser.switch_to.window(page.browser.window_handles[-1])

    # then the store's page shows what the server did with it, and cannot touch the chat's
    wait_until(lambda: names.FILE_WRITE in page.text(".waterfall"), "the waterfall")
    assert names.SEND_MESSAGE in page.text(".waterfall")
    assert page.browser.current_url == address
    assert page.run("return window.opener") is None
    assert page.complaints() == []
    page.browser.close()

    # and what the chat page takes from the history has no link
    page.browser.switch_to.window(chat)
    page.browser.refresh()
    page.wait_for_rows(1)
    assert page.text("#messages a.trace") == ""
