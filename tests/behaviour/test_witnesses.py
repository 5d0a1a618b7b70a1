"""Ledger, files, metrics, spans, log and operating system agree on 10,000 messages, to the message.

One evening at each server: talk, a burst beyond the queue, wrong messages, a disk that refuses for
a while, histories read meanwhile; then SIGTERM while the disk refuses again. All that happens is
counted in several places that know nothing of each other.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import time_ns

import pytest

from challenge.healing import heal, message_files
from observability import names
from observability.jaeger_client import JaegerClient
from observability.log_lines import read_log
from tests.behaviour.evening import LAST, MAX_QUEUE, MESSAGES, ROOMS, USERS, Company, Evening
from tests.behaviour.servers import ServerProcess
from tests.behaviour.testimony import FAILED, SENT, Seen, contradictions, good
from tests.faults.crowd_folder import prepare_folder
from tests.faults.crowd_guests import number_of
from tests.observability.store_process import RunningStore, running_store

# An evening takes up to 40 s, and the first test that asks for it waits for it.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

# Small files make the challenge fast, and the solution's batches of 100 cross from one to the next.
SMALL = ("--max-messages-per-file", "130", "--max-queue-messages", str(MAX_QUEUE))
REASONS = {"bad_json", "bad_field", "room_not_found", "queue_full", "storage_unavailable"}

# Which span stands under which. A history that is read over HTTP has no trace of its own.
CHALLENGE = {
    (names.SEND_MESSAGE, None),
    (names.CREATE_MESSAGE, names.SEND_MESSAGE),
    (names.FILE_READ, names.CREATE_MESSAGE),
    (names.FILE_WRITE, names.CREATE_MESSAGE),
    (names.FILE_READ, None),
}
SOLUTION = {
    (names.SEND_MESSAGE, None),
    (names.FLUSH_MESSAGES, None),
    (names.CREATE_MESSAGES_BATCH, names.FLUSH_MESSAGES),
    (names.FILE_READ, names.CREATE_MESSAGES_BATCH),
    (names.FILE_WRITE, names.CREATE_MESSAGES_BATCH),
    (names.FILE_READ, None),
}
TREES = {"challenge": CHALLENGE, "solution": SOLUTION}
LOG_FORMATS = {"challenge": "text", "solution": "json"}


@pytest.fixture(scope="module", params=TREES)
def package(request: pytest.FixtureRequest) -> str:
    """The server under test."""
    return str(request.param)


@pytest.fixture(scope="module")
def seen(package: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """One evening, for all cases; what is left of it is read when the server has gone."""
    folder = tmp_path_factory.mktemp(package)
    with running_store() as store:
        yield spend_an_evening(package, folder, store)


def spend_an_evening(package: str, folder: Path, store: RunningStore) -> Seen:
    """Run a server from its start to its end, and hear all who saw it."""
    guests = Company(prepare_folder(folder / "data", USERS, ROOMS), MESSAGES)
    fault_file = folder / "fault"
    environ = {
        "FAULTY_SERVER": package,
        "FAULT_FILE": str(fault_file),
        "OTEL_TRACES_SAMPLER": "always_on",
        "OTEL_TRACES_EXPORTER": "jaeger",
        "OTEL_EXPORTER_JAEGER_ENDPOINT": f"{store.thrift}/api/traces?format=jaeger.thrift",
    }
    flags = (*SMALL, "--log-format", LOG_FORMATS[package])
    module = "tests.faults.server_with_faults"
    started_us = time_ns() // 1_000
    with ServerProcess(module, folder, *flags, environ=environ) as server:
        evening = Evening(server, guests, fault_file)
        asyncio.run(evening.spend())
        exit_code = server.end()
    with JaegerClient(store.query) as jaeger:
        spans = list(jaeger.spans(package, started_us, time_ns() // 1_000))
    healed = heal(server.data_dir)
    return Seen(
        guests.ledger,
        [record for name in message_files(server.data_dir) for record in healed[name]],
        evening.metrics,
        spans,
        read_log(folder / "err.log"),
        evening.written,
        exit_code,
    )


def test_all_witnesses_agree(seen: Seen) -> None:
    # given an evening with all that was planned
    told = seen.testimonies()
    assert told["ledger"][SENT] == MESSAGES
    assert told["ledger"][FAILED] == LAST
    assert {code for code in seen.ledger.refused_as[:-LAST] if code} == REASONS
    assert seen.log.causes.total() > 0
    assert seen.written or not sys.platform.startswith("linux")  # only Linux counts writes

    # then whatever is counted is counted alike by all who count it, and nothing is left over
    assert contradictions(told) == {}
    assert seen.metrics[names.QUEUE_MESSAGES] == seen.metrics[names.QUEUE_BYTES] == 0
    assert seen.metrics[f"{names.SPANS_DROPPED}_total"] == 0
    assert seen.log.skipped == 0
    assert seen.exit_code == 1  # as it must be when messages are left that cannot be stored


def test_every_stored_message_is_everywhere_once(seen: Seen) -> None:
    # given the messages in the files
    numbers = [number_of(record) for record in seen.records]
    ids = [str(record["id"]) for record in seen.records]
    assert len(set(numbers)) == len(set(ids)) == len(ids)

    # then each member of a room got its messages once each, in the order of the files
    ledger = seen.ledger
    for member, received in enumerate(ledger.received):
        room = ledger.rooms[member]
        assert received == [n for n in numbers if ledger.rooms[ledger.senders[n]] == room]
    books = ledger.books()
    assert (books.lost, books.answered_twice, books.unreadable) == (0, 0, 0)

    # and each has a span, and the only others are of those that failed
    accepted = Counter(str(span.tags.get(names.MESSAGE_ID)) for span in seen.of(names.SEND_MESSAGE))
    del accepted["None"]  # what was refused
    assert set(accepted.values()) == {1}
    assert ids == sorted(accepted)[: len(ids)]
    assert len(accepted) == len(ids) + LAST


def test_no_span_is_an_orphan(seen: Seen, package: str) -> None:
    by_id = {(span.trace_id, span.span_id): span for span in seen.spans}
    assert len(by_id) == len(seen.spans)
    tree = set()
    for span in seen.spans:
        parent = by_id.get((span.trace_id, span.parent_id)) if span.parent_id else None
        assert parent or not span.parent_id, f"the parent of {span} is missing"
        tree.add((span.operation, parent.operation if parent else None))
    assert tree == TREES[package]


def test_batches_lead_to_their_messages_and_back(seen: Seen, package: str) -> None:
    # given the spans of the messages that were let in
    messages = [span for span in seen.of(names.SEND_MESSAGE) if names.MESSAGE_ID in span.tags]
    links = [(link.trace_id, link.span_id) for span in seen.spans for link in span.links]

    # then in the challenge each that is stored has its write in its own trace, and nothing links
    if package == "challenge":
        writes = Counter(span.trace_id for span in good(seen.of(names.FILE_WRITE)))
        assert writes == Counter(span.trace_id for span in good(messages))
        assert links == []
        return

    # and in the solution each is linked to by one batch, which links to as many as are in it
    assert sorted(links) == sorted((span.trace_id, span.span_id) for span in messages)
    flushes = seen.of(names.FLUSH_MESSAGES)
    assert all(len(span.links) == span.tags[names.BATCH_SIZE] for span in flushes)
