"""Names that dashboards, notebooks and graders rely on."""

import re

from challenge.errors import ChatError
from observability import names

CONSTANTS = {name: value for name, value in vars(names).items() if name.isupper()}
TEXTS = {name: value for name, value in CONSTANTS.items() if isinstance(value, str)}


def test_no_name_stands_twice() -> None:
    assert len(set(TEXTS.values())) == len(TEXTS)


def test_spans_bear_the_names_of_the_original() -> None:
    assert {
        names.SEND_MESSAGE,
        names.CREATE_MESSAGE,
        names.CREATE_MESSAGES_BATCH,
        names.FLUSH_MESSAGES,
        names.FILE_READ,
        names.FILE_WRITE,
    } == {
        "socket.send_message",
        "database.create_message",
        "database.create_messages_batch",
        "message_processor.flush_messages",
        "file.read",
        "file.write",
    }


def test_metrics_read_as_prometheus_wants_them() -> None:
    metrics = [text for text in TEXTS.values() if text.startswith("chat_")]
    assert len(metrics) == 18
    for name in metrics:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)
        assert not name.endswith("_total")  # the exporter adds that to counters


def test_reasons_of_refusals_are_codes_that_clients_see() -> None:
    codes = {error.code for error in ChatError.__subclasses__()}
    assert set(names.REFUSAL_REASONS) < codes
