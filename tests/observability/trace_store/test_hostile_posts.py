"""Hostile posts are refused, cost the store's process little, and hold up nobody else."""

import select
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from tests.observability.store_process import RunningStore, running_store
from tests.observability.trace_store.hostile_bodies import (
    CASES,
    JSON_TYPE,
    LARGE_CASES,
    OTLP,
    PROTOBUF_TYPE,
    THRIFT,
    THRIFT_TYPE,
    Case,
)

MOST_BYTES = 50_000_000
MOST_S = 10.0  # of a machine that has other things to do; alone it takes 0.3 s at most
SAMPLE_S = 0.002
TIMEOUT_S = 20.0
THREADS = 8  # of the store
GOOD_THRIFT = Case("good", THRIFT_TYPE, lambda: THRIFT, status=202)
GOOD_OTLP = Case("good", PROTOBUF_TYPE, lambda: OTLP, status=200)


@pytest.fixture(scope="module")
def store() -> Iterator[RunningStore]:
    """A store whose threads have all been at work: from here on memory is what a post costs."""
    with running_store() as started:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda _: assert_serving(started), range(2 * THREADS)))
        yield started


def assert_serving(store: RunningStore) -> None:
    """The store takes good posts."""
    assert post(store, GOOD_THRIFT, THRIFT) == 202
    assert post(store, GOOD_OTLP, OTLP) == 200


def connect(url: str) -> socket.socket:
    """A connection to an address."""
    address = urlsplit(url)
    assert address.hostname
    assert address.port
    return socket.create_connection((address.hostname, address.port), timeout=TIMEOUT_S)


def post(store: RunningStore, case: Case, body: bytes) -> int:
    """Post the body of a case; the status of the answer."""
    is_thrift = case.kind == THRIFT_TYPE
    url = f"{store.thrift}/api/traces" if is_thrift else f"{store.otlp}/v1/traces"
    headers = {"Content-Type": case.kind, "Content-Encoding": case.encoding}
    return requests.post(url, body, headers=headers, timeout=TIMEOUT_S).status_code


@contextmanager
def costs_little(store: RunningStore) -> Iterator[None]:
    """Fail if the store takes more than MOST_BYTES beyond what it has now."""
    process = psutil.Process(store.process.pid)
    before: int = process.memory_info().rss
    over = threading.Event()
    peaks = [before]

    def watch() -> None:
        while not over.wait(SAMPLE_S):
            peaks.append(process.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
    assert max(peaks) - before < MOST_BYTES


@pytest.mark.parametrize(
    "case",
    [*CASES, *(pytest.param(case, marks=pytest.mark.slow) for case in LARGE_CASES)],
    ids=lambda case: f"{case.kind}: {case.name}",
)
def test_a_hostile_post_costs_little(store: RunningStore, case: Case) -> None:
    body = case.make()

    with costs_little(store):
        started_s = time.monotonic()
        status = post(store, case, body)
        took_s = time.monotonic() - started_s

    assert status == case.status
    assert took_s < MOST_S
    assert_serving(store)


POST = b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"100000\r\n" + bytes(0x100000) + b"\r\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ([POST + b"Content-Length: 100000000\r\n\r\n"], 400),
        ([POST + b"Content-Length: 99999999999999999999\r\n\r\n"], 400),
        ([CHUNKED, *[CHUNK] * 100], 400),
        ([CHUNKED + b"f" * 100 + b"\r\n", *[CHUNK] * 100], 400),
        pytest.param([CHUNKED, *[b"0" * 100_000] * 100], 400, marks=pytest.mark.slow),
        ([CHUNKED + b"no number\r\n"], 400),
        ([POST + b"Content-Length: -1\r\n\r\n"], 400),
        ([POST, b"X: y\r\n" * 50_000, b"\r\n"], 431),
        ([POST, *(b"X-%d: y\r\n" % n for n in range(10_000)), b"\r\n"], 431),
        ([b"G" * 1_000_000], 431),
    ],
    ids=[
        "100 MB", "10**20 bytes", "100 MB in chunks", "a chunk of 16**100 bytes",
        "a chunk's length without end", "a chunk without length", "-1 bytes",
        "50,000 times a field", "10,000 fields", "a method without end",
    ],
)  # fmt: skip
def test_what_is_too_large_is_refused_before_it_is_read(
    store: RunningStore, sent: list[bytes], status: int
) -> None:
    with costs_little(store), connect(store.otlp) as poster:
        with suppress(ConnectionError):  # the store hangs up: who reads on gets its answer
            for piece in sent:
                poster.sendall(piece)
                if select.select([poster], [], [], 0)[0]:
                    break
        answer = poster.recv(64)

    assert answer.startswith(b"HTTP/1.%d %d" % (int(answer[7:8]), status))
    assert_serving(store)


@pytest.mark.slow
def test_who_sends_slowly_or_never_ends_holds_up_nobody(store: RunningStore) -> None:
    with ExitStack() as slow:
        # given more posters than there are threads: some in the middle of a head, some of a body
        posters = [slow.enter_context(connect(store.otlp)) for _ in range(100)]
        for number, poster in enumerate(posters):
            poster.sendall(POST + b"Content-Length: 1000\r\n\r\nx" if number % 2 else POST)

        # when each sends a byte more, then everybody else is served
        for poster in posters:
            poster.sendall(b"x")
        started_s = time.monotonic()
        assert_serving(store)
        assert time.monotonic() - started_s < MOST_S


@pytest.mark.slow
def test_many_hostile_posts_at_once_cost_no_more_than_one(store: RunningStore) -> None:
    heavy = [case for case in CASES if case.name in ("a name of 7 MB", "empty tags")]
    bodies = [(case, case.make()) for case in heavy if case.kind != JSON_TYPE] * THREADS

    with costs_little(store), ThreadPoolExecutor(len(bodies)) as pool:
        answers = list(pool.map(lambda each: post(store, *each), bodies))

    assert set(answers) == {400}
    assert_serving(store)


def test_what_was_refused_is_counted(store: RunningStore) -> None:
    def refused() -> int:
        counts = requests.get(f"{store.query}/health", timeout=TIMEOUT_S).json()
        return int(counts["refused_posts"])

    already = refused()
    for case in (GOOD_THRIFT, GOOD_OTLP):
        post(store, case, b"not what it says")

    assert refused() == already + 2
