"""A model of what a disk may hold after a power loss, fed with the calls that succeeded.

The rules are harsher than any one file system, so what holds here holds on all of them:

- The content of a file is certain up to its last fsync. What was written since may be there,
  absent, cut anywhere (they cut at blocks of 512 bytes; odd places are tried, too), or zeros.
- A name given, taken or removed is certain after an fsync of the folder. Until then each of these
  changes may be lost, alone or with all later ones, or kept alone; a replace counts as two.

One folder without folders in it. Not modelled: a disk that lies about fsync, or damages at rest.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.faults.storage_calls import Call

BLOCK_BYTES = 512
ODD_CUTS = 2  # at random places, beside those at the blocks

State = dict[str, bytes]  # the content of each file, by its name


@dataclass(eq=False)
class Content:
    """What one file holds, whatever its names: what was written, and what is certain of it."""

    written: bytes = b""
    certain: bytes = b""

    def after_a_loss(self, choose: random.Random) -> list[bytes]:
        """Everything that may be left of it, but all of it."""
        whole = self.written
        if whole == self.certain:
            return []
        cuts = [*range(0, len(whole), BLOCK_BYTES), len(whole) - 1]
        cuts += [choose.randrange(len(whole) or 1) for _ in range(ODD_CUTS)]
        torn = [whole[: max(cut, 0)] for cut in cuts]
        return [self.certain, *torn, *(each.ljust(len(whole), b"\0") for each in torn)]


class Disk:
    """The files of one folder: as the running system sees them, and as the disk may hold them."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._names = {name: Content(data, data) for name, data in files.items()}
        self._certain = dict(self._names)
        self._changes: list[tuple[str, Content | None]] = []  # since the folder was synced

    @classmethod
    def of(cls, folder: Path) -> "Disk":
        """A disk that holds for certain what a folder holds."""
        return cls({path.name: path.read_bytes() for path in folder.iterdir()})

    def apply(self, call: Call) -> None:
        """Take note of a call that succeeded."""
        name, target = call.path.name, call.target.name if call.target else ""
        if call.name == "open":
            if name in self._names:
                self._names[name].written = b""
            else:
                self._change(name, Content())
        elif call.name == "write":
            self._names[name].written += call.data
        elif call.name == "fsync":
            self._names[name].certain = self._names[name].written
        elif call.name in ("replace", "link"):
            self._change(target, self._names[name])
        if call.name in ("replace", "unlink") and name in self._names:
            self._change(name, None)
        if call.name == "fsync_folder":
            self._certain = dict(self._names)
            self._changes.clear()

    def certain(self) -> State:
        """What no power loss can take any more."""
        return {name: content.certain for name, content in self._certain.items()}

    def states(self, choose: random.Random) -> Iterator[State]:
        """What it may hold if the power goes now. Of the contents one at a time suffers."""
        for kept in _kept(len(self._changes)):
            names = dict(self._certain)
            for at in sorted(kept):
                name, content = self._changes[at]
                names |= {name: content} if content else {}
                if not content:
                    names.pop(name, None)
            whole = {name: content.written for name, content in names.items()}
            yield whole
            for content in set(names.values()):
                own = [name for name in names if names[name] is content]
                for left in content.after_a_loss(choose):
                    yield whole | dict.fromkeys(own, left)

    def _change(self, name: str, content: Content | None) -> None:
        self._changes.append((name, content))
        if content:
            self._names[name] = content
        else:
            del self._names[name]


def _kept(changes: int) -> set[frozenset[int]]:
    """Which of so many changes are kept: the first few, all but one, or one; of 3, every choice."""
    everything = frozenset(range(changes))
    first_few = {frozenset(range(count)) for count in range(changes + 1)}
    return (
        first_few
        | {everything - {at} for at in everything}
        | {frozenset({at}) for at in everything}
    )
