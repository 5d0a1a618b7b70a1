"""Message files that are full after a few messages, so that batches cross from one to the next.

Messages of two rooms, in every script; bursts that need several files, some that end where a file
does or just before, and single ones. The histories are read over HTTP, again after a restart, and
by the instructor's challenge, which must be able to serve the same files.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from load_test.experiment.prepared import UNTRACED
from load_test.experiment.processes import ProcessFailed
from load_test.experiment.servers import Package, Server
from tests.checklist.scenario import Stage, scenario
from tests.checklist.scenarios.account import Account, account
from tests.checklist.scenarios.file_watch import FileWatch, watch_files
from tests.checklist.scenarios.history import Reading, read_room
from tests.checklist.scenarios.patience import wait_patiently
from tests.checklist.scenarios.stored import (
    Stored,
    copy_messages,
    of_room,
    open_regular,
    read_stored,
)
from tests.checklist.scenarios.writers import Sent, Writers

FEWEST_PER_FILE, MOST_PER_FILE = 20, 30
PER_PAGE = 13  # no divisor of anything here
FIRST = 3  # messages, so that there is a file
BEYOND = 5  # messages more than files hold, where a burst is not to end where a file does
MOST_FILES = 10
STOPPED_WITHIN_S = 4.0
BY_THE_CHALLENGE = "by the challenge"  # when a history was read


@dataclass(frozen=True)
class Rotation:
    """All that was seen of it.

    `sent` by number; `stored` is the folder in the end, and `numbers` are those of its records, in
    order, None for one that is none of ours. `torn` are files that somebody found unreadable
    meanwhile, each with why. Changes of files are None where `unavailable` says why.
    `changed_under_reader`: who had opened a file before a write saw it change; None if there was no
    file to open.
    """

    per_file: int
    sent: Sequence[Sent]
    stored: Stored
    numbers: Sequence[int | None]
    account: Account
    readings: Sequence[Reading]
    torn: Sequence[str]
    unavailable: str
    replaced: int | None
    written_in_place: int | None
    removed: int | None
    changed_under_reader: bool | None


def run(stage: Stage) -> Rotation:
    """Let a server fill some files, start it again, and let the challenge read them."""
    data_dir = _without_messages(stage, "data")
    with watch_files(data_dir) as files:
        life = _Life(stage, data_dir, files)
        life.serve(stage.submission, data_dir, "while it served", life.fill_files)
        with suppress(ProcessFailed):  # then there is a reading that says so
            life.serve(stage.submission, data_dir, "after a restart", life.begin_another_file)
        files.settle()
    copy = _without_messages(stage, "copy")
    copy_messages(data_dir, copy)
    with suppress(ProcessFailed):
        life.serve(stage.challenge, copy, BY_THE_CHALLENGE)
    return life.seen()


def _without_messages(stage: Stage, name: str) -> Path:
    """A data folder with users and rooms only."""
    folder = stage.prepared.copy_to(stage.folder / name)
    for path in folder.glob("messages_*.json"):
        path.unlink()
    return folder


class _Life:
    """What happens to one data folder, and what is noted meanwhile."""

    def __init__(self, stage: Stage, data_dir: Path, files: FileWatch) -> None:
        self._prepared, self._stage = stage.prepared, stage
        self._data_dir = data_dir
        self._per_file = stage.chance.randint(FEWEST_PER_FILE, MOST_PER_FILE)
        self._crowd = Writers(stage, MOST_FILES * self._per_file)
        self._files, self._goes_on = files, True
        self._readings: list[Reading] = []
        self._torn: dict[str, None] = {}
        self._changed_under_reader: bool | None = None

    def serve(
        self,
        package: Package,
        folder: Path,
        when: str,
        live: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Serve a folder, let something happen, and read all rooms. Raises ProcessFailed."""
        log = self._stage.log(when.replace(" ", "-"))
        flags = ("--max-messages-per-file", str(self._per_file))
        try:
            with Server(package, folder, log, UNTRACED, flags) as server:
                if live:
                    asyncio.run(self._live(server, live))
                self._read_rooms(server, folder, when)
                with suppress(ProcessFailed):  # how it ends is not the question here
                    server.stop(STOPPED_WITHIN_S)
        except ProcessFailed as error:
            self._readings.append(Reading(when, (), (), (), error.problem))
            raise

    async def fill_files(self) -> None:
        """Bursts that need several files, and batches that begin when a file has room for one more
        message, and for none.
        """
        crowd, per_file = self._crowd, self._per_file
        await self._talk(FIRST)
        with self._reader():
            await self._talk(2 * per_file + BEYOND)
        await self._talk(3 * per_file - 1 - crowd.next_number)
        await self._talk(2)
        await self._talk(4 * per_file - crowd.next_number)
        await self._talk(1)
        await self._talk(BEYOND)

    async def begin_another_file(self) -> None:
        """As many as a file holds, so that the last one is filled and a new one begun."""
        await self._talk(self._per_file)

    def seen(self) -> Rotation:
        """All that was noted, and the files as they are now."""
        files, ledger, stored = self._files, self._crowd.ledger, read_stored(self._data_dir)
        numbers = self._crowd.recognise(stored.records)
        return Rotation(
            per_file=self._per_file,
            sent=self._crowd.sent(),
            stored=stored,
            numbers=numbers,
            account=account(ledger, [number for number in numbers if number is not None]),
            readings=self._readings,
            torn=tuple(self._torn),
            unavailable=files.unavailable,
            replaced=_count(files.replaced),
            written_in_place=_count(files.written_in_place),
            removed=_count(files.removed),
            changed_under_reader=self._changed_under_reader,
        )

    async def _live(self, server: Server, live: Callable[[], Awaitable[None]]) -> None:
        try:
            await self._crowd.connect(server)
            await live()
        finally:
            await self._crowd.close()

    async def _talk(self, count: int) -> None:
        """Send so many at once, look at the files meanwhile, and wait until all are shown.

        Once that did not come about, nothing more is sent: each wait would cost as much again.
        """
        if self._goes_on:
            numbers = self._crowd.write(count)
            self._goes_on = await wait_patiently(self._crowd, self._files, numbers, self._look)

    async def _look(self) -> None:
        self._torn.update(dict.fromkeys(read_stored(self._data_dir).problems))

    @contextmanager
    def _reader(self) -> Iterator[None]:
        """Open the first file, read it before and after, and compare: a file that was replaced
        meanwhile stays as it was for who has opened it.
        """
        try:
            file = open_regular(self._data_dir / "messages_1.json")
        except (OSError, ValueError):
            yield
            return
        with file:
            before = file.read()
            yield
            file.seek(0)
            self._changed_under_reader = file.read() != before

    def _read_rooms(self, server: Server, folder: Path, when: str) -> None:
        for room in self._prepared.rooms:
            stored = list(of_room(read_stored(folder).records, room.room_id))
            token = self._prepared.tokens[room.members[0]]
            reading = read_room(server, token, room.room_id, stored, when, PER_PAGE)
            self._readings.append(reading)


def _count(changes: Sequence[object] | None) -> int | None:
    return None if changes is None else len(changes)


SCENARIO = scenario("Files that are full after a few messages", lasts_s=4)(run)
