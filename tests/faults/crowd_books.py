"""What clients saw, held against the files: the promises of the contract, message by message."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from challenge.healing import damaged_files, heal
from load_test.experiment.ledger import Ledger
from tests.faults.crowd_guests import number_of
from tests.faults.outcome import Outcome


def stored_numbers(data_dir: Path, outcome: Outcome) -> list[int]:
    """The numbers of all messages in a folder that its server has left, healed, in file order."""
    healed = heal(data_dir)
    outcome.unreadable += len(damaged_files(data_dir))
    messages = (records for name, records in healed.items() if name.startswith("messages_"))
    return [number_of(record) for records in messages for record in records]


def audit(outcome: Outcome, ledger: Ledger, stored: Sequence[int], where: str) -> set[int]:
    """Count what was lost, doubled, or told in another order than the file's.

    What comes back was acknowledged as queued, and is neither stored nor ended in an error: only a
    server that is killed may leave such messages.
    """
    place = {number: at for at, number in enumerate(stored)}
    answers = [(number, answer) for number, answer in enumerate(ledger.acknowledged_as) if answer]
    queued = {number for number, answer in answers if answer == "queued"}
    promised = {number for number, answer in answers if answer == "stored"}
    refused = {number for number, code in enumerate(ledger.refused_as) if code}
    by_sender: defaultdict[int, list[int]] = defaultdict(list)
    for number in stored:
        by_sender[ledger.senders[number]].append(number)

    outcome.acknowledged += len(answers)
    outcome.lost += len(promised.union(ledger.first_seen) - place.keys())
    outcome.doubled += len(stored) - len(place)
    outcome.out_of_order += sum(_inversions(numbers) for numbers in by_sender.values())
    for received in ledger.received:
        outcome.doubled += len(received) - len(set(received))
        places = [place[number] for number in received if number in place]
        outcome.out_of_order += _inversions(places)
    if kept := refused & place.keys():
        outcome.broken.append(f"{where}: {len(kept)} messages were refused, and stored")
    if ledger.twice:
        outcome.broken.append(f"{where}: {len(ledger.twice)} messages were answered twice")
    if ledger.unreadable:
        outcome.broken.append(f"{where}: {ledger.unreadable} packets made no sense")
    return queued - place.keys() - refused


def missed(ledger: Ledger, stored: Sequence[int]) -> int:
    """How many deliveries there should have been, of what is stored, to members who had none."""
    in_room: defaultdict[int, set[int]] = defaultdict(set)
    for number in stored:
        in_room[ledger.rooms[ledger.senders[number]]].add(number)
    return sum(
        len(in_room[ledger.rooms[member]].difference(received))
        for member, received in enumerate(ledger.received)
    )


def never_answered(ledger: Ledger) -> list[int]:
    """The numbers of what was sent, and neither acknowledged nor refused."""
    fates = zip(ledger.sent_s, ledger.acknowledged_as, ledger.refused_as, strict=True)
    return [
        number
        for number, (sent_s, acknowledged, refused) in enumerate(fates)
        if sent_s is not None and not acknowledged and not refused
    ]


def _inversions(places: Iterable[int]) -> int:
    """How often something comes right before what should have come before it."""
    return sum(after < before for before, after in pairwise(places))
