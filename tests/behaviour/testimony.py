"""What each witness of an evening tells: how often each thing happened, by name.

They count in different places, so that a counter that is broken stands against the others.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from challenge.errors import ChatError
from load_test.experiment.ledger import Ledger
from observability import names
from observability.log_lines import Log
from observability.spans import Span
from tests.behaviour.evening import LAST, Written

SENT, ACCEPTED, STORED, FAILED = "sent", "accepted", "stored", "failed"
REFUSED, BAD_TRIES = "refused", "failed tries to write"
READS, WRITES, BYTES = "file reads", "file writes", "bytes written"

CODES = {error.__name__: error.code for error in ChatError.__subclasses__()}

Testimony = Mapping[str, float]


@dataclass(frozen=True)
class Seen:
    """All that was seen of one evening, and by whom; `records` are those of the files, in order."""

    ledger: Ledger
    records: Sequence[dict[str, Any]]
    metrics: Mapping[str, float]
    spans: Sequence[Span]
    log: Log
    written: Written | None
    exit_code: int

    def of(self, operation: str) -> list[Span]:
        """The spans of that name."""
        return [span for span in self.spans if span.operation == operation]

    def testimonies(self) -> dict[str, Testimony]:
        """What each witness tells."""
        metrics = self.metrics
        return {
            "ledger": of_the_ledger(self.ledger),
            "files": {STORED: len(self.records)},
            "metrics": of_the_metrics(metrics),
            "batches": {
                STORED: metrics[f"{names.BATCH_SIZES}_sum"],
                WRITES: metrics[f"{names.BATCH_SIZES}_count"],
            },
            "latencies": {
                STORED: metrics[f"{names.STORE_SECONDS}_count"],
                WRITES: metrics[f"{names.FLUSH_SECONDS}_count"],
            },
            "spans": of_the_spans(self),
            "log": of_the_log(self.log),
            "system": of_the_system(self.written),
        }


def contradictions(testimonies: Mapping[str, Testimony]) -> dict[str, dict[str, float]]:
    """What is not told alike by two witnesses or more, and what each of them says about it."""
    everything = {what for testimony in testimonies.values() for what in testimony}
    told = {
        what: {who: told[what] for who, told in testimonies.items() if what in told}
        for what in sorted(everything)
    }
    return {what: by for what, by in told.items() if len(by) < 2 or len(set(by.values())) > 1}


def of_the_ledger(ledger: Ledger) -> Testimony:
    """Of the last messages all were let in, and failed; of the others none did."""
    refused = Counter(filter(None, ledger.refused_as[:-LAST]))
    stored, failed = len(ledger.first_seen), sum(map(bool, ledger.refused_as[-LAST:]))
    return {
        SENT: ledger.sent,
        ACCEPTED: stored + failed,
        STORED: stored,
        FAILED: failed,
        **_refusals(refused),
    }


def of_the_metrics(metrics: Mapping[str, float]) -> Testimony:
    """What ``/metrics`` counted."""
    refused = {
        reason: metrics[f'{names.REFUSED}_total{{reason="{reason}"}}']
        for reason in names.REFUSAL_REASONS
    }
    return {
        SENT: metrics[f"{names.ACCEPTED}_total"] + sum(refused.values()),
        ACCEPTED: metrics[f"{names.ACCEPTED}_total"],
        STORED: metrics[f"{names.STORED}_total"],
        FAILED: metrics[f"{names.FAILED}_total"],
        **_refusals(refused),
        BAD_TRIES: metrics[f"{names.STORAGE_FAILURES}_total"],
        READS: metrics[f"{names.FILE_READS}_total"],
        WRITES: metrics[f"{names.FILE_WRITES}_total"],
        BYTES: metrics[f"{names.FILE_WRITTEN_BYTES}_total"],
    }


def of_the_spans(seen: Seen) -> Testimony:
    """What the trace store has; a message that was let in has its id on its span."""
    sent, batches = seen.of(names.SEND_MESSAGE), seen.of(names.CREATE_MESSAGES_BATCH)
    accepted = [span for span in sent if names.MESSAGE_ID in span.tags]
    refused = Counter(_code(span) for span in sent if names.MESSAGE_ID not in span.tags)
    writes = good(seen.of(names.FILE_WRITE))
    tries = [event for span in seen.spans for event in span.events]
    causes = Counter(
        str(event.attributes[names.FAILURE_CAUSE])
        for event in tries
        if event.name == names.STORAGE_FAILED
    )
    alone = good(seen.of(names.CREATE_MESSAGE))
    return {
        SENT: len(sent),
        ACCEPTED: len(accepted),
        STORED: len(alone) + total(good(batches), names.BATCH_SIZE),
        FAILED: len(bad(accepted)) + total(bad(batches), names.BATCH_SIZE),
        **_refusals(refused),
        **_tries(causes),
        READS: len(good(seen.of(names.FILE_READ))),
        WRITES: len(writes),
        BYTES: total(writes, names.FILE_BYTES),
    }


def of_the_log(log: Log) -> Testimony:
    """The sums of what the log told each second."""
    return {
        STORED: log.messages,
        FAILED: log.total("failed"),
        REFUSED: log.total("refused"),
        **_tries(log.causes),
        READS: log.total("reads"),
        WRITES: log.total("writes"),
        BYTES: log.total("bytes"),
    }


def of_the_system(written: Written | None) -> Testimony:
    """Each file is written by one call; what fails here fails before it is made."""
    return {WRITES: written.calls, BYTES: written.size_bytes} if written else {}


def good(spans: Iterable[Span]) -> list[Span]:
    """Those of what succeeded."""
    return [span for span in spans if not span.error]


def bad(spans: Iterable[Span]) -> list[Span]:
    """Those of what failed."""
    return [span for span in spans if span.error]


def total(spans: Iterable[Span], attribute: str) -> int:
    """The sum of an attribute that is a whole number."""
    return sum(int(str(span.tags[attribute])) for span in spans)


def _refusals(by_reason: Mapping[str, float]) -> dict[str, float]:
    """All refusals, and those of each reason, also of one that never came."""
    assert set(by_reason) <= set(names.REFUSAL_REASONS)
    each = {f"{REFUSED} as {code}": by_reason.get(code, 0) for code in names.REFUSAL_REASONS}
    return {REFUSED: sum(by_reason.values()), **each}


def _tries(by_cause: Mapping[str, int]) -> dict[str, float]:
    each = {f"{BAD_TRIES}: {cause}": count for cause, count in by_cause.items()}
    return {BAD_TRIES: sum(by_cause.values()), **each}


def _code(span: Span) -> str:
    """Why a message was refused: the status of its span begins with the error's name."""
    name = str(span.tags["otel.status_description"]).partition(":")[0]
    return CODES[name]
