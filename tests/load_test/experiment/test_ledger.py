"""What the ledger makes of deliveries: loss, doubles, order, and who missed what."""

import dataclasses

import pytest

from load_test.experiment.ledger import Books, Ledger

GOOD = Books(lost=0, doubled=0, out_of_order=0, missing=0, strangers=0)


def two_rooms() -> Ledger:
    """Members 0 and 2 in one room, 1 and 3 in the other; messages 0 to 5, of users 0 0 2 1 1 3."""
    return Ledger([0, 0, 2, 1, 1, 3], [0, 1, 0, 1])


def deliver(ledger: Ledger, member: int, *numbers: int) -> None:
    for number in numbers:
        ledger.receive(member, number, 1.0)


def test_everything_once_and_in_order_is_good() -> None:
    ledger = two_rooms()
    for number in range(6):
        ledger.send(number, 0.5)
        ledger.acknowledge(number, "stored", 0.9)

    # The rooms' own orders, which need not be the order of the numbers.
    for member in (0, 2):
        deliver(ledger, member, 2, 0, 1)
    for member in (1, 3):
        deliver(ledger, member, 3, 5, 4)

    assert ledger.books() == GOOD
    assert (ledger.sent, ledger.delivered, ledger.waiting) == (6, 6, 0)


def test_delivered_means_that_the_sender_saw_it() -> None:
    ledger = two_rooms()
    ledger.send(0, 0.5)

    deliver(ledger, 2, 0)
    assert (ledger.delivered, ledger.waiting) == (0, 1)
    assert ledger.books().missing == 1

    deliver(ledger, 0, 0)
    assert (ledger.delivered, ledger.waiting) == (1, 0)
    assert ledger.books() == GOOD


def test_acknowledged_and_never_seen_is_lost() -> None:
    ledger = two_rooms()
    for number in (0, 1, 2):
        ledger.acknowledge(number, "queued", 0.9)

    deliver(ledger, 2, 0)  # its sender has gone, but it was broadcast
    ledger.fail(1, "storage_unavailable", 2.0)  # an error came after the acknowledgement

    assert ledger.books().lost == 1
    assert ledger.books().answered_twice == 0


def test_a_second_delivery_is_doubled_and_counts_once() -> None:
    ledger = two_rooms()
    ledger.send(0, 0.5)

    deliver(ledger, 0, 0, 0)
    deliver(ledger, 2, 0)

    assert ledger.books() == Books(lost=0, doubled=1, out_of_order=0, missing=0, strangers=0)
    assert ledger.delivered == 1


def test_a_senders_order_turned_round_for_all_is_out_of_order() -> None:
    ledger = two_rooms()

    deliver(ledger, 0, 1, 0)
    deliver(ledger, 2, 1, 0)

    assert ledger.books().out_of_order == 2


def test_members_who_contradict_each_other_are_out_of_order() -> None:
    ledger = two_rooms()

    deliver(ledger, 0, 0, 2)
    deliver(ledger, 2, 2, 0)  # of two senders, so only the other member tells

    assert ledger.books().out_of_order == 1


def test_a_message_of_another_room_is_counted() -> None:
    ledger = two_rooms()

    deliver(ledger, 0, 0)
    deliver(ledger, 2, 0)
    deliver(ledger, 1, 0)

    assert ledger.books().strangers == 1


def test_a_refusal_settles_a_message_once() -> None:
    ledger = two_rooms()
    ledger.send(0, 0.5)

    ledger.refuse(0, "queue_full", 0.6)
    ledger.refuse(0, "shutting_down", 0.7)

    assert ledger.waiting == 0
    assert ledger.refused_as[0] == "queue_full"
    assert ledger.books().answered_twice == 1


def test_refused_and_delivered_all_the_same_settles_once() -> None:
    ledger = two_rooms()
    ledger.send(0, 0.5)

    ledger.refuse(0, "queue_full", 0.6)
    deliver(ledger, 0, 0)

    assert ledger.waiting == 0
    assert ledger.books().answered_twice == 1


def test_two_acknowledgements_are_one_too_many() -> None:
    ledger = two_rooms()
    for number in (0, 0, 1):
        ledger.acknowledge(number, "queued", 0.9)
        ledger.receive(0, number, 1.0)

    ledger.acknowledge(0, "queued", 1.1)

    assert ledger.books().answered_twice == 1
    assert ledger.acknowledged_s[0] == 0.9


def test_an_error_after_the_broadcast_is_a_second_outcome() -> None:
    ledger = two_rooms()
    ledger.acknowledge(0, "queued", 0.9)
    deliver(ledger, 2, 0)  # whoever got it

    ledger.fail(0, "storage_unavailable", 1.1)

    assert ledger.books().answered_twice == 1


def test_a_refusal_and_an_error_are_two_answers() -> None:
    ledger = two_rooms()

    ledger.refuse(0, "queue_full", 0.9)
    ledger.fail(0, "queue_full", 1.0)

    assert ledger.books().answered_twice == 1


def test_nobody_answers_a_message_that_is_not_ours() -> None:
    ledger = two_rooms()

    for answer in (ledger.refuse, ledger.fail, ledger.acknowledge):
        for _ in range(2):
            with pytest.raises(IndexError):
                answer(6, "queued", 1.0)

    assert ledger.books() == GOOD


def test_what_makes_no_sense_is_in_the_books() -> None:
    ledger = two_rooms()
    ledger.unreadable += 3

    assert ledger.books() == dataclasses.replace(GOOD, unreadable=3)
