"""The storage of either server over a folder, without the server around it, and a look at what
stands in the folder that shares no code with it.
"""

import json
import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import eventlet

from challenge.backlog import Backlog
from challenge.config import ServerConfig as ChallengeConfig
from challenge.data_manager import DataManager as ChallengeData
from challenge.directory import ROOMS, USERS, Directory
from challenge.healing import MESSAGE_FILE, heal
from challenge.history import History
from challenge.models import Message, MessageIds
from challenge.storage import JsonFiles
from observability.metrics import ChatMetrics
from solution.config import ServerConfig
from solution.data_manager import DataManager
from solution.message_processor import MessageProcessor

SERVERS = ("challenge", "solution")
ROOM, SENDER = "room", "minji"
MAX_PER_FILE = 7  # so few that most runs begin a new file
BATCH_SIZE, FLUSH_INTERVAL_MS = 4, 1
MAX_WAITING, MAX_WAITING_BYTES = 100_000, 1 << 30  # more than any experiment sends
POLL_S = 0.001
MEMORY_DISK = Path("/dev/shm")  # Linux has it


def no_matter(message: Message) -> None:
    """Nobody wants to know."""


class Storage:
    """What a server stores with, put together and healed as at its start.

    `on_stored` is called when a message would be broadcast and acknowledged as stored. It stands
    in `stored` then, and what was refused in `failed`, both in the order of their outcomes.
    """

    def __init__(
        self,
        server: str,
        folder: Path,
        on_stored: Callable[[Message], None] = no_matter,
        max_per_file: int = MAX_PER_FILE,
    ) -> None:
        healed = heal(folder)
        config = ServerConfig(
            package=server,
            max_messages_per_file=max_per_file,
            batch_size=BATCH_SIZE,
            flush_interval_ms=FLUSH_INTERVAL_MS,
        )
        self.metrics = ChatMetrics()
        self.backlog = Backlog(MAX_WAITING, MAX_WAITING_BYTES, self.metrics)
        self.stored: list[Message] = []
        self.failed: list[tuple[Message, Exception]] = []
        self._on_stored = on_stored
        self._processor: MessageProcessor | None = None
        self._files = JsonFiles(folder, self.metrics)
        self.history = self._challenge(config) if server == "challenge" else self._solution(config)
        for name, records in healed.items():
            if found := MESSAGE_FILE.fullmatch(name):
                self.history.load(int(found[1]), records)
        users, rooms = healed.get(USERS, []), healed.get(ROOMS, [])
        self.directory = Directory(self._files, users, rooms, config.max_rooms_per_user)
        self._ids = MessageIds(self.history.last_id)

    def _challenge(self, config: ServerConfig) -> History:
        settings = ChallengeConfig(
            package=config.package, max_messages_per_file=config.max_messages_per_file
        )
        data = ChallengeData(self._files, self.backlog, self.metrics, settings)

        def create(message: Message) -> None:
            try:
                data.create_message(message)
            except Exception as error:
                self._note_failed(message, error)
            else:
                self._note_stored(message)

        self._queue: Callable[[Message], object] = lambda message: eventlet.spawn(create, message)
        return data.history

    def _solution(self, config: ServerConfig) -> History:
        data = DataManager(self._files, self.backlog, self.metrics, config)
        self._processor = MessageProcessor(
            data, self.backlog, config, self._note_stored, self._note_failed
        )
        self._queue = self._processor.queue_message
        self._processor.start()
        return data.history

    def send(self, content: str) -> Message:
        """Let a message in, as the socket handler does; raises what the backlog refuses with."""
        message = Message(id=self._ids.next(), room_id=ROOM, sender=SENDER, content=content)
        self.backlog.enter(message)
        self._queue(message)
        return message

    def settled(self, within_s: float) -> bool:
        """Let the greenlets run until every message has its outcome, if it has in time."""
        with eventlet.Timeout(within_s, False):
            while self.metrics.accepted > len(self.stored) + len(self.failed):
                eventlet.sleep(POLL_S)
            return True
        return False

    def _note_stored(self, message: Message) -> None:
        self.stored.append(message)
        self._on_stored(message)

    def _note_failed(self, message: Message, error: Exception) -> None:
        self.failed.append((message, error))

    def __enter__(self) -> Self:
        """Nothing to do: it works from the start."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and leave the process-wide registry of metrics."""
        if self._processor:
            self._processor.stop()
        self.metrics.close()


def mark(message_id: str, content: str) -> str:
    """What a message is told apart by; marks sort as their messages were sent."""
    return f"{message_id} {content}"


def messages_in(files: Mapping[str, bytes]) -> tuple[list[str], list[str]]:
    """The marks of the messages in files given by name, oldest first, and the unreadable files."""
    marks, unreadable = [], []
    names = [name for name in files if MESSAGE_FILE.fullmatch(name)]
    for name in sorted(names, key=lambda name: int(Path(name).stem.removeprefix("messages_"))):
        try:
            records = json.loads(files[name])
            marks += [mark(record["id"], record["content"]) for record in records]
        except (ValueError, LookupError, TypeError):
            unreadable.append(name)
    return marks, unreadable


def read_back(folder: Path) -> tuple[list[str], list[str]]:
    """The same, of the files in a folder; nothing of the product is asked."""
    files = {}
    for path in folder.iterdir():
        if path.is_file():
            with path.open("rb") as file:
                files[path.name] = file.read()
    return messages_in(files)


@contextmanager
def quick_folder(folder: Path) -> Iterator[Path]:
    """An empty folder in memory where there is one, else in this one: for experiments in which
    the faults are ours, and the disk below does not matter.
    """
    home = MEMORY_DISK if MEMORY_DISK.is_dir() else folder
    with tempfile.TemporaryDirectory(dir=home) as place:
        yield Path(place)


@contextmanager
def log_lines() -> Iterator[list[str]]:
    """Collects what the servers log, and keeps thousands of provoked errors off the screen."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in SERVERS]
    for logger in loggers:
        logger.addHandler(handler)
        logger.propagate = False
    try:
        yield lines
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
            logger.propagate = True
