"""Wrong answers: what waits, how long, and what becomes of it."""

from tests.checklist.zoo.animal import PARTS, ROOT, Animal, Base, Edit, lent
from tests.checklist.zoo.edits import (
    ALWAYS_QUEUED,
    PATIENT,
    PROCESSOR,
    PUT,
    SMALL_BATCHES,
    SOCKETS,
)
from tests.checklist.zoo.right import NOT_DONE

# What shows nothing for seconds has nothing stored when the disk is to fail: there is no evidence.
FAR_TOO_LATE = (
    "processor.flushes_partial_batch",
    "handler.stored_is_stored",
    "load.meets_its_latency_objective",
    "errors.shows_only_what_is_stored",
    "errors.recovers",
    "errors.bounds_its_queue",
)

PROCESSING = (
    Animal(
        "functions",
        "functions that do all that is asked, and no class",
        fails=("processor.class_is_there",),
        files={"attempt/message_processor.py": PARTS / "functions_processor.py"},
        edits=(
            ALWAYS_QUEUED,
            Edit(
                SOCKETS,
                "from .message_processor import MessageProcessor\n",
                "from . import message_processor\n",
            ),
            Edit(
                SOCKETS,
                "self.processor = MessageProcessor(data, backlog, config, self.broadcast, "
                "self.tell_failed)",
                "self.processor = message_processor\n"
                "        message_processor.set_up(\n"
                "            data, backlog, config, self.broadcast, self.tell_failed\n"
                "        )",
            ),
            Edit(
                "app.py",
                "from .message_processor import MessageProcessor\n",
                "from types import ModuleType\n",
            ),
            Edit("app.py", "tuple[App, MessageProcessor]", "tuple[App, ModuleType]"),
        ),
    ),
    Animal(
        "for-show",
        "the class is there, and nobody uses it: each message is written by itself",
        Base.CHALLENGE,
        fails=("processor.is_used", *NOT_DONE),
        files={"attempt/message_processor.py": ROOT / "solution/message_processor.py"},
    ),
    Animal(
        "drops",
        "forgets what is queued while twenty others wait",
        fails=(
            "handler.keeps_its_books",
            "batch.keeps_every_message",
            "metrics.match_the_ledger",
            "errors.keeps_what_it_acknowledged",
            "errors.shuts_down_well",
        ),
        unclear=("errors.bounds_its_queue",),
        edits=(
            Edit(
                PROCESSOR,
                PUT,
                "        if self._queue.qsize() < 20:\n"
                "            self._queue.put(message)\n"
                "        else:\n"
                "            self._backlog.leave(message)\n",
            ),
            *SMALL_BATCHES,
        ),
    ),
    Animal(
        "lifo",
        "stores the messages of a batch last come first",
        fails=(
            "handler.keeps_order",
            "batch.keeps_order",
            "load.keeps_everything",
            "errors.keeps_what_it_acknowledged",
            "errors.shuts_down_well",
        ),
        edits=(lent("LIFO batch"),),
    ),
    Animal(
        "never-flushes",
        "flushes a batch when it is full, or at the end, and only then",
        fails=FAR_TOO_LATE,
        edits=(PATIENT, lent("partial batch never flushed")),
    ),
    Animal(
        "five-seconds",
        "flushes every 5 s",
        fails=FAR_TOO_LATE,
        edits=(
            PATIENT,
            Edit(
                "config.py",
                "flush_interval_ms: int = setting(50,",
                "flush_interval_ms: int = setting(5_000,",
            ),
        ),
    ),
    Animal(
        "stuck",
        "leaves its flag of a flush going on set after a batch of several, and flushes no more",
        fails=(
            "processor.coalesces_burst",
            "handler.stored_is_stored",
            "batch.keeps_every_message",
            "load.keeps_everything",
            "errors.shows_only_what_is_stored",
            "errors.recovers",
            "errors.bounds_its_queue",
            "errors.shuts_down_well",
        ),
        edits=(
            Edit(
                PROCESSOR,
                "            self.flush_messages(self._next_batch())\n",
                "            batch = self._next_batch()\n"
                "            self.flush_messages(batch)\n"
                "            if len(batch) > 1:\n"
                "                return\n",
            ),
            *SMALL_BATCHES,
        ),
    ),
    Animal(
        "all-at-once",
        "begins a flush while another goes on: one overwrites what the other has written",
        fails=(
            "handler.keeps_its_books",
            "batch.keeps_every_message",
            "errors.shows_only_what_is_stored",
            "errors.keeps_what_it_acknowledged",
            "errors.shuts_down_well",
        ),
        edits=(
            lent("two flushes at a time"),
            Edit("data_manager.py", "with self._turn, tracer", "with tracer"),
            *SMALL_BATCHES,
        ),
    ),
    Animal(
        "unbounded",
        "lets any number of messages wait",
        fails=("errors.bounds_its_queue",),
        edits=(lent("unbounded queue"), lent("queue unbounded in bytes")),
    ),
    Animal(
        "leaks",
        "keeps 200 kB of memory for each message, for ever",
        fails=("load.memory_stays",),
        edits=(
            Edit(
                PROCESSOR,
                "        self._loop: eventlet",
                "        self._kept: list[str] = []\n        self._loop: eventlet",
            ),
            Edit(PROCESSOR, PUT, PUT + '        self._kept.append("x" * 200_000)\n'),
        ),
    ),
    Animal(
        "no-drain",
        "ends at SIGTERM, and leaves what waits",
        fails=(
            "errors.shuts_down_well",
            "errors.tells_what_it_cannot_keep",
        ),
        edits=(lent("no drain"),),
    ),
)
