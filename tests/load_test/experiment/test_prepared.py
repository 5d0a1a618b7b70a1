"""The prepared folder has users, rooms and history, and its tokens are good for its copies."""

import json
from pathlib import Path

import pytest

from load_test.experiment.evening import Evening
from load_test.experiment.prepared import Names, Prepared, prepare
from load_test.experiment.processes import ProcessFailed
from load_test.experiment.servers import Package, Server
from tests.load_test.experiment.conftest import UNTRACED, make_package

NO_CHAT = """
import http.server
class Teapot(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"server": "teapot"}')
    def do_POST(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"tea": "green"}')
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Teapot)
print(f"teapot serves at http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
"""


def test_users_have_an_equal_share_of_rooms(prepared: Prepared, settings: Evening) -> None:
    assert len(set(prepared.tokens)) == settings.users
    assert [room.members for room in prepared.rooms] == [(0, 2), (1, 3)]
    assert prepared.room_of(3) == prepared.rooms[1]


def test_tokens_and_rooms_are_good_in_a_copy_for_the_other_server(
    prepared: Prepared, settings: Evening, tmp_path: Path
) -> None:
    package, data_dir = Package.find("solution"), prepared.copy_to(tmp_path / "data")
    room = prepared.room_of(3)
    with Server(package, data_dir, tmp_path / "log", UNTRACED) as server:
        answer = server.http.get(
            f"{server.url}/api/chatrooms",
            headers={"Authorization": f"Bearer {prepared.tokens[3]}"},
        )

    assert [each["roomId"] for each in answer.json()["rooms"]] == [room.room_id]
    assert (data_dir / "messages_1.json").read_text().count('"id"') == settings.history


@pytest.mark.slow
def test_names_may_be_given(settings: Evening, tmp_path: Path) -> None:
    names = Names(("ada", "bo", "cy", "di"), ("attic", "cellar"), "a secret of theirs")
    data, log = tmp_path / "data", tmp_path / "log"

    prepared = prepare(Package.find("challenge"), settings, data, log, names)

    assert prepared.usernames == names.users
    users = json.loads((data / "users.json").read_text())
    assert sorted(user["username"] for user in users) == sorted(names.users)
    rooms = json.loads((data / "chatrooms.json").read_text())
    assert {room["name"]: room["participants"] for room in rooms} == {
        "attic": ["ada", "cy"],
        "cellar": ["bo", "di"],
    }


def test_what_is_no_chat_server_is_told(tmp_path: Path, settings: Evening) -> None:
    teapot = make_package(tmp_path, "teapot", NO_CHAT)

    with pytest.raises(ProcessFailed, match="teapot gave no token in {'tea': 'green'}"):
        prepare(teapot, settings, tmp_path / "data", tmp_path / "log")
