"""Where a participant starts, and answers that are right, of one build and of others."""

from tests.checklist.zoo.animal import PARTS, Animal, Base, Edit, lent
from tests.checklist.zoo.edits import ALWAYS_QUEUED, SAYS_STORED

# What nobody who stores one message at a time can pass, nor who has not written a page.
NOT_DONE = (
    "processor.coalesces_burst",
    "batch.method_is_there",
    "batch.one_write_per_batch",
    "metrics.batches_are_traced",
    "documentation.answers_every_question",
    "documentation.numbers_match",
    "documentation.declares_its_choice",
)

RIGHT = (
    Animal(
        "unchanged",
        "the challenge as it was copied: slow and right",
        Base.CHALLENGE,
        fails=("processor.class_is_there", *NOT_DONE),
    ),
    Animal(
        "solution",
        "the reference, which imports from the challenge what it does not change",
        Base.SOLUTION,
    ),
    Animal("whole", "the reference in a copy of the challenge, complete in itself"),
    Animal(
        "deque",
        "another structure: a deque and a bell, flush_messages without an argument",
        files={"attempt/message_processor.py": PARTS / "deque_processor.py"},
        edits=(ALWAYS_QUEUED,),
    ),
    Animal(
        "as-soon-as-done",
        "flushes what is there as soon as the last flush is done, and waits for no interval",
        edits=(
            Edit(
                "message_processor.py",
                "left_s = 0 if self._backlog.closed else self._interval_s - batch[0].waited_s",
                "left_s = 0",
            ),
        ),
    ),
    Animal(
        "writer",
        "a greenlet that owns the active file, and keeps in memory what it holds",
        files={"attempt/data_manager.py": PARTS / "writer_data_manager.py"},
    ),
    Animal(
        "stored",
        "acknowledges as stored, once it is",
        edits=SAYS_STORED,
    ),
    Animal(
        "gives-up-at-once",
        "tells the senders of a batch that the disk refused, and tries no more: a promise kept",
        edits=(lent("batch given up at once"),),
    ),
)
