"""One life of a server's storage, from its start to its end or its death, and what it told."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import eventlet
from eventlet.greenthread import GreenThread

import challenge.config
import challenge.data_manager
import solution.config
import solution.data_manager
from challenge.backlog import Backlog
from challenge.errors import ChatError
from challenge.healing import MESSAGE_FILE, heal
from challenge.models import Message, MessageIds, Record
from challenge.storage import JsonFiles
from observability.metrics import ChatMetrics
from solution.message_processor import MessageProcessor
from tests.faults.model_disk import Disk

MAX_PER_FILE = 7
BATCH_SIZE = 4  # no divisor of the above: some batches go over the end of a file
MAX_QUEUED = 12
MAX_QUEUED_BYTES = 1_000_000
SETTINGS: dict[str, Any] = {"package": "test", "max_messages_per_file": MAX_PER_FILE}


class Life(ABC):
    """The storage of one server, put together as its ``app`` does it.

    `found` are the ids that its start found, `accepted` the messages that came then, in order;
    the ids of `told` were reported as stored, those of `failed` as impossible to keep.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.disk = Disk(folder)
        self.metrics = ChatMetrics()
        self.backlog = Backlog(MAX_QUEUED, MAX_QUEUED_BYTES, self.metrics)
        self.found: list[str] = []
        self.accepted: list[Message] = []
        self.told: list[str] = []
        self.failed: list[str] = []
        self._data = self._begin(JsonFiles(folder, self.metrics))
        for name, records in heal(folder).items():
            if found := MESSAGE_FILE.fullmatch(name):
                self._data.history.load(int(found[1]), records)
                self.found += [record["id"] for record in records]
        self._ids = MessageIds(self._data.history.last_id)

    @abstractmethod
    def _begin(self, files: JsonFiles) -> Any:
        """Start what stores; the data manager."""

    @abstractmethod
    def _store(self, message: Message) -> None:
        """Do what the socket handler does with a message that has entered the backlog."""

    @abstractmethod
    def _kill(self) -> None:
        """Stop all greenlets where they are."""

    def put(self, room_id: str, sender: str) -> str:
        """Accept a message; its id. Raises what the backlog raises."""
        number = self._ids.next()
        message = Message(id=number, room_id=room_id, sender=sender, content=f"number {number}")
        self.backlog.enter(message)
        self.accepted.append(message)
        self._store(message)
        return number

    def page(self, room_id: str, limit: int, **where: str) -> list[Record]:
        """A page of a room's history."""
        page: list[Record] = self._data.history.page(room_id, limit, **where)
        return page

    @property
    def readable(self) -> list[str]:
        """The ids that readers should see: those found, and those that know they are stored."""
        return self.found + [message.id for message in self.accepted if message.created_at]

    def end(self) -> None:
        """Drop all that is in memory. Whatever its threads still do, nobody looks at."""
        eventlet.sleep()  # to kill a greenlet that has not started does not keep it from starting
        self._kill()
        self.disk.close()
        self.metrics.close()


class SolutionLife(Life):
    """The solution's: a processor that stores batches."""

    def _begin(self, files: JsonFiles) -> solution.data_manager.DataManager:
        # The interval is over before anybody waits: a batch is what is there, in every replay.
        config = solution.config.ServerConfig(
            **SETTINGS, batch_size=BATCH_SIZE, flush_interval_ms=1
        )
        data = solution.data_manager.DataManager(files, self.backlog, self.metrics, config)
        self._processor = MessageProcessor(
            data, self.backlog, config, self._on_stored, self._on_failed
        )
        self._processor.start()
        return data

    def _store(self, message: Message) -> None:
        self._processor.queue_message(message)

    def _kill(self) -> None:
        self._processor.stop()

    def _on_stored(self, message: Message) -> None:
        self.told.append(message.id)

    def _on_failed(self, message: Message, error: ChatError) -> None:
        self.failed.append(message.id)


class ChallengeLife(Life):
    """The challenge's: a greenlet for each message, which waits for its turn."""

    def _begin(self, files: JsonFiles) -> challenge.data_manager.DataManager:
        self._sending: list[GreenThread] = []
        config = challenge.config.ServerConfig(**SETTINGS)
        return challenge.data_manager.DataManager(files, self.backlog, self.metrics, config)

    def _store(self, message: Message) -> None:
        self._sending.append(eventlet.spawn(self._create, message))

    def _kill(self) -> None:
        for each in reversed(self._sending):  # the last first, or they would take their turn
            each.kill()

    def _create(self, message: Message) -> None:
        try:
            self._data.create_message(message)
        except Exception:
            self.failed.append(message.id)
        else:
            self.told.append(message.id)
