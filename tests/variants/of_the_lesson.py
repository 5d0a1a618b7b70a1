"""Storing broken on purpose: one message at a time in the challenge, batches in the solution."""

from tests.variants.variant import Variant

CHALLENGE_FAILURES = "tests/challenge/test_data_manager_failures.py::"
ONE_FILE = "tests/challenge/test_data_manager.py::test_first_come_first_stored"
BATCHES = "tests/solution/test_data_manager.py::"
PROCESSOR = "tests/solution/test_message_processor.py::"
PROCESSOR_FAILURES = "tests/solution/test_message_processor_failures.py::"
RECOVERS = "test_a_disk_that_recovers_has_each_message_once_and_in_order"
SPOILED = PROCESSOR_FAILURES + "test_a_message_that_spoils_the_batch_costs_only_itself"

LESSON = (
    Variant(
        "challenge: no turns",
        "challenge/data_manager.py",
        "with self._turn:",
        "with Semaphore(1):",
        ONE_FILE,
    ),
    Variant(
        "challenge: duplicate on retry",
        "challenge/history.py",
        "self._read(entry.name)[: entry.count]",
        "self._read(entry.name)",
        CHALLENGE_FAILURES + RECOVERS,
    ),
    Variant(
        "challenge: failed message dropped",
        "challenge/data_manager.py",
        "eventlet.sleep(delay_s)",
        "return",
        CHALLENGE_FAILURES + RECOVERS,
    ),
    Variant(
        "challenge: stored only in part of the books",
        "challenge/data_manager.py",
        "self._backlog.leave(message)",
        "pass",
        ONE_FILE,
    ),
    Variant(
        "duplicate on retry",
        "challenge/history.py",
        "self._read(entry.name)[: entry.count]",
        "self._read(entry.name)",
        "tests/solution/test_data_manager_retry.py::"
        "test_what_may_be_in_the_file_already_is_there_once",
    ),
    Variant(
        "one message per write",
        "solution/data_manager.py",
        "added = [message.record(created_at) for message in fitting]",
        "fitting = fitting[:1]\n"
        "        added = [message.record(created_at) for message in fitting]",
        BATCHES + "test_a_batch_is_one_read_and_one_write",
    ),
    Variant(
        "batch one over the end of a file",
        "solution/data_manager.py",
        "self.history.max_per_file - len(records)",
        "self.history.max_per_file + 1 - len(records)",
        BATCHES + "test_a_batch_across_a_rotation_is_a_write_for_each_file",
    ),
    Variant(
        "batch stored from its end",
        "solution/data_manager.py",
        "for message in messages if not message.created_at]",
        "for message in reversed(messages) if not message.created_at]",
        BATCHES + "test_batches_wait_for_their_turn",
    ),
    Variant(
        "batch given up at once",
        "solution/data_manager.py",
        "if self._backlog.closed:",
        "if True:",
        PROCESSOR_FAILURES + "test_a_disk_that_recovers_loses_nothing",
    ),
    Variant(
        "broadcast before the save",
        "solution/message_processor.py",
        "        self._queue.put(message)\n",
        "        self._queue.put(message)\n        self._on_stored(message)\n",
        "tests/behaviour/test_sick_disk.py::"
        "test_nothing_is_told_before_it_is_on_disk[solution-queued]",
    ),
    Variant(
        "failed batch dropped",
        "solution/message_processor.py",
        "self._store_one_by_one(batch)",
        "pass",
        SPOILED,
    ),
    Variant(
        "all refused when one is bad",
        "solution/message_processor.py",
        "self._store_one_by_one(batch)",
        "self._settle(batch)",
        SPOILED,
    ),
    Variant(
        "LIFO retry",
        "solution/message_processor.py",
        'keep the others."""\n        for message in batch:',
        'keep the others."""\n        for message in reversed(batch):',
        SPOILED,
    ),
    Variant(
        "LIFO batch",
        "solution/message_processor.py",
        "batch.append(self._queue.get(block=left_s > 0, timeout=left_s))",
        "batch.insert(0, self._queue.get(block=left_s > 0, timeout=left_s))",
        PROCESSOR + "test_a_batch_is_flushed_when_it_is_full",
    ),
    Variant(
        "processing flag left set",  # nothing is flushed after the first batch
        "solution/message_processor.py",
        "        while True:\n            self.flush_messages",
        "        if True:\n            self.flush_messages",
        PROCESSOR + "test_what_does_not_fit_waits_for_the_next_batch",
    ),
    Variant(
        "loop dies of an error",
        "solution/message_processor.py",
        "except Exception:  # one that cannot be told",
        "except KeyError:  # one that cannot be told",
        PROCESSOR_FAILURES + "test_a_broadcast_that_fails_costs_only_itself",
    ),
    Variant(
        "partial batch never flushed",
        "solution/message_processor.py",
        "self._interval_s - batch[0].waited_s",
        "self._interval_s + 3600",
        PROCESSOR + "test_a_lone_message_is_flushed_when_the_interval_is_over",
    ),
    Variant(
        "interval counted from the last message",
        "solution/message_processor.py",
        "batch[0].waited_s",
        "batch[-1].waited_s",
        PROCESSOR + "test_the_interval_counts_from_the_first_of_the_batch",
    ),
    Variant(
        "two flushes at a time",
        "solution/message_processor.py",
        "self.flush_messages(self._next_batch())",
        "eventlet.spawn(self.flush_messages, self._next_batch())",
        "tests/solution/test_one_flush_at_a_time.py::"
        "test_what_comes_during_a_flush_is_the_next_batch",
    ),
    Variant(
        "outcome told twice",
        "solution/message_processor.py",
        "                    self._on_stored(message)\n",
        "                    self._on_stored(message)\n"
        "                    self._on_stored(message)\n",
        PROCESSOR + "test_a_batch_is_flushed_when_it_is_full",
    ),
)
