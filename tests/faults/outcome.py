"""What a fault experiment counts, and what makes it fail."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Self


@dataclass
class Outcome:
    """The books of one experiment. All but the first three, and `notes`, must stay empty."""

    rounds: int = 0
    faults: int = 0  # injected
    acknowledged: int = 0  # messages the server or the storage answered for
    lost: int = 0  # acknowledged as stored, or broadcast, and not there afterwards
    doubled: int = 0
    out_of_order: int = 0
    unreadable: int = 0  # files or records that could not be read back after healing
    broken: list[str] = field(default_factory=list)  # any other promise, a sentence each
    notes: list[str] = field(default_factory=list)  # figures worth telling; never a failure

    def __iadd__(self, other: Self) -> Self:
        """Add the books of one more round."""
        self.rounds += other.rounds
        self.faults += other.faults
        self.acknowledged += other.acknowledged
        self.lost += other.lost
        self.doubled += other.doubled
        self.out_of_order += other.out_of_order
        self.unreadable += other.unreadable
        self.broken += other.broken
        self.notes += other.notes
        return self

    def compare(self, promised: Sequence[str], found: Sequence[str]) -> None:
        """Hold the ids (or contents) that were promised, in order, against what is there.

        What is there beyond the promised is no fault: its outcome was unknown.
        """
        times = Counter(found)
        self.acknowledged += len(promised)
        self.lost += sum(each not in times for each in promised)
        self.doubled += sum(count - 1 for count in times.values())
        place = {each: at for at, each in enumerate(found)}
        places = [place[each] for each in promised if each in place]
        self.out_of_order += sum(after < before for before, after in pairwise(places))

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        return not (
            self.lost or self.doubled or self.out_of_order or self.unreadable or self.broken
        )
