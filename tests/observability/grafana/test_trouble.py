"""The row of what goes wrong."""

from tests.observability.grafana.board_files import panels


def test_refusals_are_told_apart_by_their_reason() -> None:
    (refused,) = (each for each in panels("details.json") if each["title"] == "Refused, by reason")
    (target,) = refused["targets"]
    assert target["expr"].startswith("sum by (job, reason) (rate(chat_messages_refused_total")
    assert target["expr"].endswith(" > 0")  # else there are nine lines, and all of them 0
    # the server comes first in the name, which is what its colour goes by
    assert target["legendFormat"] == "{{job}}: {{reason}}"


def test_the_books_are_held_to_balance() -> None:
    (books,) = (
        each for each in panels("details.json") if each["title"] == "Messages unaccounted for"
    )
    parts = books["targets"][0]["expr"].split(" - ")
    assert [part.split("(")[2].split("{")[0] for part in parts] == [
        "chat_messages_accepted_total",
        "chat_messages_stored_total",
        "chat_messages_failed_total",
        "chat_queue_messages",
    ]
