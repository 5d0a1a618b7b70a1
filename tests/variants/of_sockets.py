"""Servers broken on purpose: who is told what, and when, and what an end keeps."""

from tests.variants.variant import Variant

SICK_DISK = "tests/behaviour/test_sick_disk.py::test_nothing_is_told_before_it_is_on_disk"
ORDER = "tests/behaviour/test_chat.py::test_order_is_kept_under_concurrency"
STRANGERS = "tests/behaviour/test_refusals.py::test_strangers_neither_send_nor_join_nor_hear"
AN_END = "tests/behaviour/test_life.py::test_an_end_keeps_what_was_acknowledged"
AUTH = "tests/challenge/test_auth.py::"

# Waits as long as some message and not as long as the next: they are numbered in another order.
YIELDING = (
    "given = fields.payload(payload)\n"
    '            __import__("eventlet").sleep(hash(str(payload)) % 5 / 1000)\n'
)

SOCKETS = (
    Variant(
        "challenge: broadcast before the save",
        "challenge/socket_handler.py",
        "            self._data.create_message(message)\n            self.broadcast(message)\n",
        "            self.broadcast(message)\n            self._data.create_message(message)\n",
        SICK_DISK + "[challenge-stored]",
    ),
    Variant(
        "challenge: handler that yields before it numbers",
        "challenge/socket_handler.py",
        "given = fields.payload(payload)\n",
        YIELDING,
        ORDER + "[challenge]",
    ),
    Variant(
        "challenge: broadcast to all rooms",
        "challenge/socket_handler.py",
        "message.event(), to=message.room_id",
        "message.event()",
        STRANGERS + "[challenge]",
    ),
    Variant(
        "acknowledged as stored before stored",
        "solution/socket_handler.py",
        "outcome.wait()",
        "pass",
        SICK_DISK + "[solution-stored]",
    ),
    Variant(
        "handler that yields before it numbers",
        "solution/socket_handler.py",
        "given = fields.payload(payload)\n",
        YIELDING,
        ORDER + "[solution]",
    ),
    Variant(
        "broadcast to all rooms",
        "solution/socket_handler.py",
        "message.event(), to=message.room_id",
        "message.event()",
        STRANGERS + "[solution]",
    ),
    Variant(
        "no drain",
        "challenge/server.py",
        "return drain(app)",
        "return 0",
        AN_END + "[solution-15]",
    ),
    Variant(
        "challenge: newcomers stored after SIGTERM",
        "challenge/data_manager.py",
        "if self._backlog.closed:\n                    raise ShuttingDown",
        "if False:\n                    raise ShuttingDown",
        "tests/challenge/test_data_manager_failures.py::"
        "test_what_is_being_written_when_the_server_closes_is_stored",
    ),
    Variant(
        "who is not a member reads",
        "challenge/directory.py",
        "if room is None or username not in room.participants:",
        "if room is None:",
        "tests/challenge/test_directory.py::test_strangers_cannot_tell_a_room_from_none",
    ),
    Variant(
        "users in memory before they are on disk",
        "challenge/directory.py",
        "            self._write(USERS,",
        "            self._users[user.username] = user\n            self._write(USERS,",
        "tests/challenge/test_directory.py::test_what_the_disk_refuses_is_not_in_memory_either",
    ),
    Variant(
        "token never expires",
        "challenge/auth.py",
        ", max_age=self._token_lifetime_s",
        "",
        AUTH + "test_a_token_is_good_until_it_expires",
    ),
    Variant(
        "secret for all to read",
        "challenge/auth.py",
        "mode=0o600",
        "mode=0o644",
        "tests/behaviour/test_chat.py::test_files_are_what_the_contract_says[solution]",
    ),
    Variant(
        "unbounded rate",
        "challenge/limits.py",
        "bucket.tokens -= 1",
        "pass",
        "tests/challenge/test_limits.py::test_users_do_not_share_a_limit",
    ),
)
