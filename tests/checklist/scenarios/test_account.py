"""Tests of the account: every broken promise is counted, and only where it is."""

from dataclasses import asdict

import pytest

from load_test.experiment.ledger import Ledger
from tests.checklist.scenarios.account import Account, account, still_open

# Two users who share a room, and one alone in another; message n is sent by user n % 3.
ROOMS = (0, 0, 1)
MESSAGES = 9
WHOLE = list(range(MESSAGES))


def talk(status: str = "stored") -> Ledger:
    """A ledger in which all went well."""
    ledger = Ledger([number % len(ROOMS) for number in WHOLE], ROOMS)
    for number in WHOLE:
        ledger.send(number, 1.0)
        ledger.acknowledge(number, status, 2.0)
        show(ledger, number)
    return ledger


def show(ledger: Ledger, number: int) -> None:
    """Everybody in its room gets a message."""
    for member, room in enumerate(ROOMS):
        if room == ROOMS[ledger.senders[number]]:
            ledger.receive(member, number, 3.0)


def nearly_whole(missing: int) -> Ledger:
    """A ledger in which one message was sent and nothing is known of it."""
    ledger = Ledger([number % len(ROOMS) for number in WHOLE], ROOMS)
    for number in WHOLE:
        ledger.send(number, 1.0)
        if number != missing:
            ledger.acknowledge(number, "queued", 2.0)
            show(ledger, number)
    return ledger


def faults(found: Account) -> dict[str, int]:
    """What is not as it should be."""
    counted = asdict(found)
    for name in ("sent", "acknowledged", "stored"):
        del counted[name]
    return {name: count for name, count in counted.items() if count}


@pytest.mark.parametrize("status", ["stored", "queued"])
def test_nothing_is_wrong_when_all_went_well(status: str) -> None:
    found = account(talk(status), WHOLE)

    assert (found.sent, found.acknowledged, found.stored) == (9, 9, 9)
    assert faults(found) == {}


def test_what_was_shown_and_is_not_in_the_files_is_lost() -> None:
    assert faults(account(talk("queued"), WHOLE[:-2])) == {"lost": 2}


def test_what_was_called_stored_and_is_not_in_the_files_is_lost() -> None:
    ledger = nearly_whole(missing=4)
    ledger.acknowledge(4, "stored", 2.0)

    assert faults(account(ledger, [n for n in WHOLE if n != 4])) == {"lost": 1}


def test_what_was_called_queued_and_ended_nowhere_is_open() -> None:
    ledger = nearly_whole(missing=4)
    ledger.acknowledge(4, "queued", 2.0)
    others = [n for n in WHOLE if n != 4]

    assert still_open(ledger, others) == {4}
    assert faults(account(ledger, others)) == {"open": 1}

    ledger.fail(4, "storage_unavailable", 3.0)
    assert faults(account(ledger, others)) == {}


def test_what_was_stored_and_not_shown_to_its_room_is_untold() -> None:
    ledger = nearly_whole(missing=4)
    ledger.acknowledge(4, "queued", 2.0)

    assert faults(account(ledger, WHOLE)) == {"untold": 2}


def test_what_is_there_twice_is_doubled_and_not_out_of_order() -> None:
    ledger = talk()
    ledger.receive(1, 0, 4.0)

    assert faults(account(ledger, [*WHOLE, 1, 2])) == {"doubled": 3}


def test_a_sender_whose_messages_changed_places_is_noticed_in_the_files() -> None:
    # the others of the room saw them as they were sent, and so against the files, too
    assert faults(account(talk(), [3, 1, 2, 0, 4, 5, 6, 7, 8])) == {"out_of_order": 5}
    # without the same sender it is an order that only the screens contradict
    assert faults(account(talk(), [1, 0, *WHOLE[2:]])) == {"out_of_order": 2}
    # and what other rooms did at the same time is no matter
    assert faults(account(talk(), [2, 0, 1, *WHOLE[3:]])) == {}


def test_what_was_refused_and_kept_is_noticed() -> None:
    ledger = nearly_whole(missing=4)
    ledger.refuse(4, "queue_full", 2.0)

    assert faults(account(ledger, [n for n in WHOLE if n != 4])) == {}
    assert account(ledger, WHOLE).kept_though_refused == 1


def test_no_answer_and_two_answers_are_noticed() -> None:
    ledger = nearly_whole(missing=4)
    ledger.acknowledge(5, "queued", 2.5)

    found = account(ledger, [n for n in WHOLE if n != 4])

    assert faults(found) == {"unanswered": 1, "answered_twice": 1}
