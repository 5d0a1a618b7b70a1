"""Posts over HTTP beyond the recorded ones: packed bodies, wrong ones, a store that fails."""

import gzip
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from google.rpc.status_pb2 import Status

from observability.trace_store.intake_app import (
    MAX_BODY_BYTES,
    create_otlp_app,
    create_thrift_app,
)
from observability.trace_store.store import Store

POSTED = Path(__file__).parents[1] / "jaeger" / "requests"
THRIFT = (POSTED / "0-thrift.bin").read_bytes()
OTLP = (POSTED / "1-otlp.bin").read_bytes()
THRIFT_TYPE = "application/x-thrift"
OTLP_TYPE = "application/x-protobuf"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with closing(Store(tmp_path / "traces.db", max_traces=100, max_megabytes=100)) as opened:
        yield opened


def post(app: Flask, path: str, body: bytes, kind: str, encoding: str) -> tuple[int, bytes]:
    """Status and body of the answer to a post."""
    answer = app.test_client().post(
        path, data=body, content_type=kind, headers={"Content-Encoding": encoding}
    )
    return answer.status_code, answer.data


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_packed_bodies_are_taken(
    store: Store, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    status, _ = post(create_otlp_app(store), "/v1/traces", pack(OTLP), OTLP_TYPE, encoding)
    assert status == 200
    status, _ = post(create_thrift_app(store), "/api/traces", pack(THRIFT), THRIFT_TYPE, encoding)
    assert status == 202

    assert store.counts().spans == 28


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"not packed", b"not gzip"),
        (gzip.compress(OTLP)[:-9], b"cut off"),
        (gzip.compress(OTLP) * 2, b"something follows"),
        (gzip.compress(bytes(MAX_BODY_BYTES + 1)), b"http: request body too large"),
    ],
    ids=["not packed", "cut off", "two in one", "too large"],
)
def test_badly_packed_bodies_are_refused(store: Store, body: bytes, reason: bytes) -> None:
    status, said = post(create_otlp_app(store), "/v1/traces", body, OTLP_TYPE, "gzip")
    assert status == 400
    assert reason in Status.FromString(said).message.encode()

    # Jaeger has another status for a Thrift body that is too large.
    status, said = post(create_thrift_app(store), "/api/traces", body, THRIFT_TYPE, "gzip")
    assert status == (500 if b"too large" in reason else 400)
    assert reason in said


def test_a_store_that_cannot_write_says_so_to_the_poster(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # given a database whose tables are gone, as after a disk fault
    with closing(sqlite3.connect(tmp_path / "traces.db")) as db:
        db.execute("DROP TABLE spans")

    # when spans are posted, then no road says that they were taken
    status, said = post(create_otlp_app(store), "/v1/traces", OTLP, OTLP_TYPE, "identity")
    assert (status, Status.FromString(said).message) == (500, "no such table: spans")
    status, said = post(create_thrift_app(store), "/api/traces", THRIFT, THRIFT_TYPE, "identity")
    assert (status, said) == (500, b"Cannot submit Jaeger batch: no such table: spans\n")
    assert caplog.messages == ["a post is lost: no such table: spans"] * 2


def test_other_paths_are_not_found(store: Store) -> None:
    assert create_otlp_app(store).test_client().post("/v1/metrics").status_code == 404
    assert create_thrift_app(store).test_client().get("/").status_code == 404
