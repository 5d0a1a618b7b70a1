"""Abuse below the events: foreign pages, wrong lengths, endless messages, and forged log lines."""

import re
import socket
from contextlib import suppress
from urllib.parse import quote

import pytest
import requests
import websocket

from challenge.auth import SECRET_FILE
from tests.behaviour.client import PASSWORD, Api, ChatUser
from tests.behaviour.conftest import Start
from tests.behaviour.raw_client import RawClient
from tests.behaviour.servers import ServerProcess

ELSEWHERE = "http://elsewhere.example"
POLLING = "/socket.io/?EIO=4&transport=polling"
MOST_MESSAGE_BYTES = 49_152
ANSWER_S = 5
FORGED = "2026-12-31T23:59:59.123Z ERROR challenge.server: all is lost"
# A line of ours, a line of a traceback below it, or where the server serves.
LOG_LINE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z [A-Z]+ [\w.]+: |    |\w+ serves at ")


def told(server: ServerProcess, request: bytes) -> bytes:
    """What a server answers to bytes on the wire, until it hangs up or says no more."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=ANSWER_S) as connection:
        connection.sendall(request)
        with suppress(OSError):  # it has answered, and hung up
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while more := connection.recv(65_536):
            answer += more
        return answer


def test_pages_of_others_may_not_use_it(server: ServerProcess, someone: ChatUser) -> None:
    for path in (POLLING, "/api/chatrooms", "/api/auth/login", "/metrics", "/"):
        for method in ("GET", "OPTIONS"):
            headers = {**someone.headers, "Origin": ELSEWHERE}
            answer = requests.request(method, server.url + path, headers=headers, timeout=ANSWER_S)
            assert "Access-Control-Allow-Origin" not in answer.headers, path
            assert path != POLLING or answer.status_code == 400

    address = server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    with pytest.raises(websocket.WebSocketBadStatusException, match="400"):
        websocket.create_connection(address, origin=ELSEWHERE, timeout=ANSWER_S)
    own = websocket.create_connection(address, origin=server.url, timeout=ANSWER_S)
    assert str(own.recv()).startswith("0")
    own.close()


def test_it_binds_to_this_machine_unless_told_otherwise(
    server: ServerProcess, start: Start
) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    assert "whoever reaches this machine" not in server.log
    everywhere = start("--host", "0.0.0.0")
    assert everywhere.url.startswith("http://0.0.0.0:")
    assert re.search(r"WARNING \S+: whoever reaches this machine .*0\.0\.0\.0", everywhere.log)


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "99999999999999999999", "\xb2"])
def test_a_length_that_is_none_is_refused(server: ServerProcess, length: str) -> None:
    for path in ("/api/auth/login", POLLING + "&sid=none"):
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}"
        status = told(server, head.encode("latin-1") + b"\r\n\r\n{}").split(b" ")[1]
        assert status in (b"400", b"413"), status


def test_a_body_in_chunks_is_bounded_too(server: ServerProcess) -> None:
    head = "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    head += "Transfer-Encoding: chunked\r\n\r\n"
    chunk = b"2710\r\n" + b" " * 10_000 + b"\r\n"
    answer = told(server, head.encode() + chunk * 6 + b"0\r\n\r\n")
    assert answer.split(b" ")[1] in (b"400", b"413")


def test_a_message_in_fragments_is_bounded_as_a_whole(
    server: ServerProcess, someone: ChatUser
) -> None:
    text, more = websocket.ABNF.OPCODE_TEXT, websocket.ABNF.OPCODE_CONT

    def send(raw: RawClient, *pieces: bytes) -> None:
        for place, piece in enumerate(pieces):
            last = place == len(pieces) - 1
            opcode = more if place else text
            raw.socket.send_frame(websocket.ABNF.create_frame(piece, opcode, fin=int(last)))

    room = someone.room()
    with RawClient(someone) as raw:
        # One that fits is a message like any other.
        send(raw, b'421["send_mes', b'sage", {"roomId": "', room.encode(), b'", "content": "x"}]')
        assert "refused" not in raw.expect("431")

        # One that does not is the connection's last, long before all of it has come.
        send(raw, b'42["send_message", "', *[b"x" * 10_000] * (MOST_MESSAGE_BYTES // 10_000 + 1))
        frame = raw.socket.recv_frame()  # type: ignore[no-untyped-call]
        while frame.opcode != websocket.ABNF.OPCODE_CLOSE:
            frame = raw.socket.recv_frame()  # type: ignore[no-untyped-call]
    assert int.from_bytes(frame.data[:2]) == websocket.STATUS_MESSAGE_TOO_BIG
    assert someone.get("/ready").status_code == 200


def test_nobody_forges_a_line_of_the_log_or_finds_a_secret_in_it(start: Start) -> None:
    # given a server that logs all it can
    server = start("--log-level", "debug")
    user, nobody = ChatUser(server), Api(server.url)
    room = user.room()

    # when line breaks come wherever a client may put something
    line = f"x\r\n{FORGED}\n\x1b[2K{FORGED}"
    quoted = quote(line, safe="")
    credentials = {"username": line, "password": PASSWORD}
    nobody.post("/api/auth/signup", credentials)
    nobody.post("/api/auth/login", credentials)
    nobody.get(f"/{quoted}", x=line)
    user.get(f"/api/chatrooms/{quoted}/messages", after=line)
    user.post("/api/chatrooms", {"name": line, "participants": [line]})
    Api(server.url, quoted).get("/api/chatrooms")
    told(server, f"GET /{FORGED} HTTP/1.1\r\nHost: {FORGED}\r\n{FORGED}\r\n\r\n".encode())
    told(server, f"{FORGED}\n{FORGED}\r\n\r\n".encode())
    Api(server.url).get(f"/socket.io/?EIO=4&transport=polling&sid={quoted}")
    with user:
        user.send(room, line, clientId=line[:100])
        user.ask(line, line)
        user.ask("join_room", {"roomId": line})
        user.wait_for(1)
    with RawClient(user) as raw:
        for packet in (f"42[{line}", f"4{line}", f"9{line}", f'40/{line},{{"token": "{line}"}}'):
            raw.socket.send(packet)
        raw.socket.send(f'421["join_room", {{"roomId": "{room}"}}]')
        raw.expect("431")
    assert server.stop() == 0

    # then every line of the log is the server's, and no secret is in it
    strange = [each for each in server.log.splitlines() if not LOG_LINE.match(each)]
    assert strange == []
    assert not any(each.startswith(FORGED) for each in server.log.splitlines())
    for secret in ((server.data_dir / SECRET_FILE).read_text(), user.token, PASSWORD):
        assert secret not in server.log
