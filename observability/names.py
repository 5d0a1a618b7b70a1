"""Names of spans, attributes and metrics, once: dashboards, notebooks and graders rely on them.

The spans bear the names of the workshop's original. Metrics are named as they read in Prometheus,
without the ``_total`` that the exporter adds to counters.
"""

# Spans. In the challenge each message is one trace: send_message > create_message > read, write.
# In the solution send_message ends when the message is queued; each batch is a trace of its own
# (flush_messages > create_messages_batch > read, write) that links to its messages.
SEND_MESSAGE = "socket.send_message"
CREATE_MESSAGE = "database.create_message"
CREATE_MESSAGES_BATCH = "database.create_messages_batch"
FLUSH_MESSAGES = "message_processor.flush_messages"
FILE_READ = "file.read"  # with parsing
FILE_WRITE = "file.write"  # with encoding

# Attributes
QUEUE_WAIT_MS = (
    "queue.wait_ms"  # from accepted until its write began; of a batch: its oldest message
)
JSON_MS = "json.ms"  # encoding or parsing: processor time, during which nothing else runs
FSYNC_MS = "fsync.ms"  # waiting for the disk
BATCH_SIZE = "batch.size"
FILE_BYTES = "file.bytes"
FILE_NAME = "file.name"
MESSAGE_ID = "message.id"
ROOM_ID = "room.id"
# On the first span of a trace that was kept: how many of its name were not, since the one before.
SAMPLING_SKIPPED = "sampling.skipped"

# An event on the span of what was tried, and what only it has.
STORAGE_FAILED = "storage.failed"
FAILURE_CAUSE = "failure.cause"
MESSAGE_IDS = "message.ids"

# Metrics
ACCEPTED = "chat_messages_accepted"
STORED = "chat_messages_stored"
FAILED = "chat_messages_failed"
REFUSED = "chat_messages_refused"
QUEUE_MESSAGES = "chat_queue_messages"
QUEUE_BYTES = "chat_queue_bytes"
BATCH_SIZES = "chat_batch_size"
FLUSH_SECONDS = "chat_flush_seconds"
STORE_SECONDS = "chat_store_seconds"
FILE_READS = "chat_file_reads"
FILE_WRITES = "chat_file_writes"
FILE_WRITTEN_BYTES = "chat_file_written_bytes"
CLIENTS = "chat_clients"
SLOW_CLIENTS_CUT = "chat_slow_clients_cut"
STORAGE_FAILURES = "chat_storage_failures"
DAMAGED_FILES = "chat_damaged_files"
SPANS_DROPPED = "chat_spans_dropped"
TRACES_SKIPPED = "chat_traces_skipped"

# Of the load test, not of a server: Unix time of the latest midnight, 0 before the first.
MIDNIGHT = "load_test_midnight_timestamp_seconds"

# Why a message was refused: the values of `reason`, each present from the start.
REFUSAL_REASONS = (
    "bad_json",
    "bad_field",
    "bad_token",
    "room_not_found",
    "rate_limited",
    "queue_full",
    "storage_unavailable",
    "shutting_down",
)
