"""What became of every message of a scenario: what clients saw, held against what the files hold.

The promises of the contract are counted here, message by message; how many may be broken, and
whose fault that is, is for the checks to say.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from load_test.experiment.ledger import Ledger
from tests.faults.crowd_books import missed, never_answered

# What must not have happened to a message, as people read it.
FAULTS = {
    "lost": "shown or said to be stored, and not in the files",
    "open": "acknowledged, and neither stored nor answered by an error",
    "untold": "deliveries missing of what is stored",
    "doubled": "twice in the files or on a screen",
    "out_of_order": "out of order",
    "kept_though_refused": "refused or answered by an error, and kept all the same",
    "answered_twice": "answered twice",
    "unanswered": "neither acknowledged nor refused",
}


@dataclass(frozen=True)
class Account:
    """The sums over all messages, after the server has gone. All but the first three are faults.

    lost: acknowledged as stored, or shown to anybody, and not in the files.
    open: acknowledged as queued, and neither in the files nor answered by an `error`.
    untold: in the files, and some member of the room never got it; deliveries, not messages.
    doubled: more than once in the files, or delivered twice to somebody.
    out_of_order: a sender's message in the files, or anybody's on somebody's screen, that comes
        before one that should be before it.
    kept_though_refused: refused, or answered by an `error`, and stored or shown nevertheless.
    answered_twice: acknowledged or refused a second time.
    unanswered: sent, and neither acknowledged nor refused.
    unreadable: packets that are no answer to anything.
    """

    sent: int
    acknowledged: int
    stored: int
    lost: int
    open: int
    untold: int
    doubled: int
    out_of_order: int
    kept_though_refused: int
    answered_twice: int
    unanswered: int
    unreadable: int

    def faults(self, kinds: Iterable[str] = tuple(FAULTS)) -> list[str]:
        """The faults of these kinds that there are, in words."""
        return [f"{count:,} {FAULTS[kind]}" for kind in kinds if (count := getattr(self, kind))]


def account(ledger: Ledger, stored: Sequence[int]) -> Account:
    """The sums of a ledger; `stored` are the numbers of the messages in the files, in order."""
    place = {number: at for at, number in enumerate(stored)}
    refused = {number for number, code in enumerate(ledger.refused_as) if code}
    shown = set(ledger.first_seen)
    promised = shown | _acknowledged(ledger, "stored")
    seen_twice = sum(len(numbers) - len(set(numbers)) for numbers in ledger.received)
    return Account(
        sent=ledger.sent,
        acknowledged=sum(map(bool, ledger.acknowledged_as)),
        stored=len(place),
        lost=len(promised - place.keys()),
        open=len(still_open(ledger, stored)),
        untold=missed(ledger, list(place)),
        doubled=len(stored) - len(place) + seen_twice,
        out_of_order=_out_of_order(ledger, stored),
        kept_though_refused=len(refused & (place.keys() | shown)),
        answered_twice=len(ledger.twice),
        unanswered=len(never_answered(ledger)),
        unreadable=ledger.unreadable,
    )


def still_open(ledger: Ledger, stored: Iterable[int]) -> set[int]:
    """What was acknowledged as queued, and neither stored, shown nor answered by an `error`."""
    ended = {number for number, code in enumerate(ledger.refused_as) if code}
    return _acknowledged(ledger, "queued").difference(ended, stored, ledger.first_seen)


def _acknowledged(ledger: Ledger, status: str) -> set[int]:
    return {number for number, said in enumerate(ledger.acknowledged_as) if said == status}


def _out_of_order(ledger: Ledger, stored: Sequence[int]) -> int:
    """Each sender's messages in the files, and what each member saw, by the order of the files.

    What is there a second time counts as doubled only.
    """
    by_sender: defaultdict[int, list[int]] = defaultdict(list)
    place: dict[int, int] = {}
    for at, number in enumerate(stored):
        if number not in place:
            place[number] = at
            by_sender[ledger.senders[number]].append(number)
    seen = (
        [place[each] for each in dict.fromkeys(numbers) if each in place]
        for numbers in ledger.received
    )
    return sum(map(_inversions, by_sender.values())) + sum(map(_inversions, seen))


def _inversions(places: Iterable[int]) -> int:
    """How often something comes right before what should have come before it."""
    return sum(after < before for before, after in pairwise(places))
