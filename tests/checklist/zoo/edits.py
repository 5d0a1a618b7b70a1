"""Edits that several animals share."""

from tests.checklist.zoo.animal import Edit

PROCESSOR, SOCKETS = "message_processor.py", "socket_handler.py"
PUT = "        self._queue.put(message)\n"

# Whoever has no `--ack stored` to offer needs no outcome of a message in the handler.
ALWAYS_QUEUED = Edit(
    SOCKETS,
    """            outcome = self.processor.queue_message(message)
            if self._ack == "queued":
                return {"status": "queued", "id": message.id}
            outcome.wait()
            return {"status": "stored", "id": message.id}
""",
    """            self.processor.queue_message(message)
            return {"status": "queued", "id": message.id}
""",
)

# The acknowledgement, and the page that tells what it means.
SAYS_STORED = (
    Edit("config.py", 'ack: str = setting("queued"', 'ack: str = setting("stored"'),
    Edit("ANSWER.md", "- acknowledgement: queued", "- acknowledgement: stored"),
)

# Looks every 20 ms whether the server ends, so that a long interval costs nothing then.
PATIENT = Edit(
    PROCESSOR,
    "timeout=left_s))\n            except Empty:\n                break",
    "timeout=0.02))\n            except Empty:\n"
    "                if left_s <= 0:\n                    break",
)

# What goes wrong from one batch to the next goes wrong at every end, too, if batches are small.
SMALL_BATCHES = (
    Edit("config.py", "batch_size: int = setting(100", "batch_size: int = setting(10"),
    Edit(PROCESSOR, "DRAIN_BATCH_SIZE = 2_500", "DRAIN_BATCH_SIZE = 10"),
    Edit("ANSWER.md", "| 1.00 | 0.010 |", "| 1.00 | 0.1 |"),
)
