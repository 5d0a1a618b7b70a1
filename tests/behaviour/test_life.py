"""A server's life: wrong starts, restarts, damaged files, and an end that keeps its promises."""

import json
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.behaviour.client import ChatUser, Payload, contents
from tests.behaviour.servers import ServerProcess, wait_until

Start = Callable[..., ServerProcess]


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--port", "99999"], "--port must be a whole number from 0 to 65,535, not '99999'"),
        (["--max-messages-per-file", "0"], "--max-messages-per-file must be a whole number"),
        (["--log-format", "xml"], "--log-format must be one of text, json, not 'xml'"),
        (["--prot", "1"], "--prot"),
        (["--batch-size", "0"], "--batch-size"),  # unknown to the challenge, too small elsewhere
    ],
)
def test_a_wrong_flag_is_one_clear_line(start: Start, flags: list[str], told: str) -> None:
    server = start(*flags, serving=False)
    assert server.end() == 2
    assert told in server.log
    assert server.log.count("\n") == 1
    assert not server.data_dir.exists()


def test_a_wrong_variable_is_told_and_a_flag_wins(start: Start, tmp_path: Path) -> None:
    server = start(serving=False, environ={"CHAT_MAX_QUEUE_MESSAGES": "many"})
    assert server.end() == 2
    assert "CHAT_MAX_QUEUE_MESSAGES must be a whole number" in server.log

    environ = {"CHAT_LOG_FORMAT": "json", "CHAT_HISTORY": "30"}
    server = start("--history", "20", environ=environ, folder=tmp_path / "flag wins")
    assert json.loads(server.log.splitlines()[-1])["message"].startswith("made up 20 messages")


def test_a_fresh_copy_runs_under_its_own_name(attempt: ServerProcess) -> None:
    assert attempt.log.startswith("attempt serves at http://127.0.0.1:")
    with ChatUser(attempt) as user:
        assert user.get("/ready").json()["server"] == "attempt"
        assert user.send(user.room(), "hello")["status"] == "stored"
        user.wait_for(1)


def test_help_explains(start: Start) -> None:
    server = start("--help", serving=False)
    assert server.end() == 0
    for word in ("--data-dir", "--history", "default:", "CHAT_DATA_DIR"):
        assert word in server.log


def test_a_taken_port_is_named(start: Start, server: ServerProcess) -> None:
    second = start(serving=False, port=server.port)
    assert second.end() == 1
    assert f"port {server.port}" in second.log
    assert "--port" in second.log
    assert "Traceback" not in second.log


def test_a_data_folder_belongs_to_one_process(start: Start) -> None:
    first = start()
    second = start(serving=False)
    assert second.end() == 1
    assert "another server is using" in second.log
    with ChatUser(first) as user:
        assert user.send(user.room(), "still here")["status"] in ("stored", "queued")


def test_a_folder_that_cannot_be_written_is_named(start: Start, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    server = start(serving=False)
    assert server.end() == 1
    assert "cannot use" in server.log
    assert "Traceback" not in server.log


def test_an_unknown_trace_exporter_is_named(start: Start) -> None:
    server = start(serving=False, environ={"OTEL_TRACES_EXPORTER": "zipkin"})
    assert server.end() == 2
    assert "OTEL_TRACES_EXPORTER must be one of jaeger, otlp, none" in server.log


def test_without_a_collector_it_warns_once_and_goes_on(start: Start) -> None:
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{nobody_listens.getsockname()[1]}/api/traces"
        server = start(
            environ={"OTEL_TRACES_EXPORTER": "jaeger", "OTEL_EXPORTER_JAEGER_ENDPOINT": endpoint}
        )
        with ChatUser(server) as user:
            room = user.room()
            for number in range(5):
                user.send(room, f"number {number}")
            user.wait_for(5)
            wait_until(lambda: server.metric("chat_spans_dropped_total") > 0, "spans dropped")
        assert server.stop() == 0
    assert server.log.count("no spans arrive at") == 1
    assert "make traces" in server.log
    assert "spans were dropped" in server.log
    assert "Traceback" not in server.log


@pytest.mark.slow
def test_beyond_a_rate_traces_are_skipped_and_counted(start: Start) -> None:
    server = start(environ={"OTEL_TRACES_EXPORTER": "otlp", "OTEL_TRACES_SAMPLER_ARG": "5"})
    with ChatUser(server) as user:
        room = user.room()
        for number in range(30):
            user.send(room, f"number {number}")
        user.wait_for(30)
    assert server.metric("chat_traces_skipped_total") > 0
    assert server.log.count("more than 5 traces a second of socket.send_message") == 1
    assert server.stop() == 0


def test_an_unknown_sampler_is_named(start: Start) -> None:
    server = start(serving=False, environ={"OTEL_TRACES_SAMPLER": "sometimes"})
    assert server.end() == 2
    assert "OTEL_TRACES_SAMPLER must be one of ratelimiting, always_on" in server.log
    assert "Traceback" not in server.log


@pytest.mark.slow
def test_history_is_made_up_once(start: Start) -> None:
    server = start("--history", "25", "--max-messages-per-file", "10")
    sizes = [len(json.loads(path.read_text())) for path in files_of(server)]
    assert sizes == [10, 10, 5]
    assert server.stop() == 0
    server = start("--history", "99")
    assert "holds messages already" in server.log
    assert len(files_of(server)) == 3


def test_a_restart_keeps_users_rooms_messages_and_tokens(start: Start) -> None:
    # given a server with a room of two, and messages in several files
    server = start("--max-messages-per-file", "3")
    with ChatUser(server) as user:
        room = user.room(friend := ChatUser(server))
        user.start_sending(room, [f"before {number}" for number in range(7)], [])
        user.wait_for(7)
        before = user.whole_history(room)
    assert server.stop() == 0

    # when it starts again, on the same port
    server = start("--max-messages-per-file", "3", port=server.port)

    # then the old tokens open the old rooms, and new messages follow the old
    assert friend.whole_history(room) == before
    with friend:
        friend.send(room, "after")
        friend.wait_for(1)
    after = friend.whole_history(room)
    assert after[:-1] == before
    assert after[-1]["content"] == "after"
    assert after[-1]["id"] > before[-1]["id"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_end_keeps_what_was_acknowledged(start: Start, number: int) -> None:
    # given a server with more to write than it can in time
    server = start("--history", "9000")
    user = ChatUser(server).connect()
    room = user.room()
    acks: list[Payload] = []
    user.start_sending(room, [f"number {each}" for each in range(150)], acks)
    wait_until(lambda: server.metric("chat_messages_accepted_total") >= 100, "100 accepted")

    # when it is told to end
    started = time.monotonic()
    assert server.stop(number) == 0
    assert time.monotonic() - started < 5

    # then every message has one outcome: broadcast, or refused with the reason
    wait_until(lambda: not user.socket.connected, "the connection closed")
    user.hang_up()
    kept = {ack["id"] for ack in acks if ack["status"] != "refused"}
    codes = {ack["error"]["code"] for ack in acks if ack["status"] == "refused"}
    assert codes <= {"shutting_down"}
    assert kept == {message["id"] for message in user.messages}
    assert user.errors == []

    # and what was kept is in the files, in order
    records = [each for path in files_of(server) for each in json.loads(path.read_text())]
    stored = [record for record in records if record["roomId"] == room]
    assert contents(stored) == contents(user.messages)
    assert "Traceback" not in server.log


def test_a_damaged_file_is_set_aside_and_the_rest_kept(start: Start) -> None:
    # given three files of messages, one of them torn, and a leftover of a crash
    server = start("--max-messages-per-file", "3")
    with ChatUser(server) as user:
        room = user.room()
        user.start_sending(room, [f"number {each}" for each in range(8)], [])
        user.wait_for(8)
    assert server.stop() == 0
    torn = files_of(server)[1]
    torn.write_bytes(torn.read_bytes()[:-40])
    (server.data_dir / "messages_3.json.tmp").write_bytes(b"[{")

    # when the server starts
    server = start("--max-messages-per-file", "3", port=server.port)

    # then it keeps every whole record, says so, and goes on
    assert contents(user.whole_history(room)) == [
        f"number {each}" for each in (0, 1, 2, 3, 4, 6, 7)
    ]
    health = user.get("/health").json()
    assert health["status"] == "degraded"
    (damaged,) = health["damaged_files"]
    assert damaged.startswith("messages_2.json.damaged-")
    assert (server.data_dir / damaged).exists()
    assert "messages_2.json is damaged" in server.log
    assert not list(server.data_dir.glob("*.tmp"))
    with user:
        user.messages.clear()
        user.send(room, "after")
        assert contents(user.wait_for(1)) == ["after"]


def files_of(server: ServerProcess) -> list[Path]:
    """A server's message files, in order; fewer than ten of them."""
    return sorted(server.data_dir.glob("messages_*.json"))
