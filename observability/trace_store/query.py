"""Searches in SQL, and answers in Jaeger's JSON, joined from texts that were made at intake.

A search walks the traces that reach into its window, latest start first, and asks the index for a
span that matches; it stops at the limit. Only a search for tags looks at the JSON of spans, and
only of those that match in everything else. That is the price of keeping no index of all tags: a
search for a tag that few of 1,000,000 spans have takes a second or two. Errors have an index.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress

from observability.trace_store.parameters import TraceQuery
from observability.trace_store.records import TagValue, tag, to_json
from observability.trace_store.schema import ERROR_TAG

NANOSECONDS_PER_MICROSECOND = 1000
# Jaeger keeps these in fields of their own, not among the attributes that it searches.
UNSEARCHABLE_TAGS = frozenset(
    {"span.kind", "otel.status_code", "otel.status_description", "w3c.tracestate"}
)


def services(db: sqlite3.Connection) -> list[str]:
    """All services that ever sent a span."""
    rows = db.execute("SELECT DISTINCT service FROM operations ORDER BY service")
    return [service for (service,) in rows]


def operations(db: sqlite3.Connection, service: str) -> list[tuple[str, str]]:
    """The operations of a service, each with its span kind."""
    return db.execute(
        "SELECT operation, kind FROM operations WHERE service = ? ORDER BY operation, kind",
        (service,),
    ).fetchall()


def find_traces(db: sqlite3.Connection, query: TraceQuery) -> list[int]:
    """The numbers of the traces that match, those that started last first."""
    named = {name for name, _ in operations(db, query.service)}
    if not named or (query.operation and query.operation not in named):
        return []  # without a look at every trace
    conditions = ["processes.service = :service", "spans.start_us BETWEEN :start AND :end"]
    values: dict[str, str | int] = {
        "service": query.service,
        "start": query.start_us,
        "end": query.end_us,
        "limit": query.limit,
        "shortest": query.min_duration_ns,
    }
    if query.operation:
        conditions.append("spans.operation = :operation")
        values["operation"] = query.operation
    if query.min_duration_ns:
        conditions.append(f"spans.duration_us * {NANOSECONDS_PER_MICROSECOND} >= :shortest")
    if query.max_duration_ns:
        conditions.append(f"spans.duration_us * {NANOSECONDS_PER_MICROSECOND} <= :longest")
        values["longest"] = query.max_duration_ns
    for number, (key, text) in enumerate(query.tags.items()):
        condition, texts = _tag_condition(f"tag_{number}", key, text)
        conditions.append(condition)
        values |= texts
    rows = db.execute(
        "SELECT number FROM traces WHERE start_us <= :end AND end_us >= :start AND EXISTS ("
        "SELECT 1 FROM spans JOIN processes ON processes.number = spans.process "
        f"WHERE spans.trace = traces.number AND {' AND '.join(conditions)}"
        # No span is longer than its trace: most traces that are too short are seen to be at once.
        f") AND (end_us - start_us) * {NANOSECONDS_PER_MICROSECOND} >= :shortest"
        " ORDER BY start_us DESC, number DESC LIMIT :limit",
        values,
    )
    return [number for (number,) in rows]


def trace_number(db: sqlite3.Connection, trace_id: str) -> int | None:
    """The number of a trace, None where there is none."""
    row = db.execute("SELECT number FROM traces WHERE trace_id = ?", (trace_id,)).fetchone()
    return row[0] if row else None


def trace_texts(db: sqlite3.Connection, numbers: Iterable[int]) -> Iterator[str]:
    """The traces as JSON, one after the other, so that a large answer is never in memory whole.

    What is dropped meanwhile is left out.
    """
    for number in numbers:
        rows = db.execute(
            "SELECT traces.trace_id, spans.json, spans.process, processes.json FROM spans "
            "JOIN traces ON traces.number = spans.trace "
            "JOIN processes ON processes.number = spans.process WHERE spans.trace = ?",
            (number,),
        ).fetchall()
        if rows:
            spans = ",".join(span for _, span, _, _ in rows)
            made_by = {f'"p{label}":{process}' for _, _, label, process in rows}
            yield (
                f'{{"traceID":"{rows[0][0]}","spans":[{spans}],'
                f'"processes":{{{",".join(made_by)}}},"warnings":null}}'
            )


def dependencies(db: sqlite3.Connection, start_us: int, end_us: int) -> list[tuple[str, str, int]]:
    """Which service called which, and how often, in traces that lie within the window."""
    return db.execute(
        "SELECT caller.service, callee.service, count(*) FROM traces "
        "JOIN spans AS child ON child.trace = traces.number "
        "JOIN spans AS parent ON parent.trace = traces.number "
        "AND parent.span_id = child.parent_id "
        "JOIN processes AS caller ON caller.number = parent.process "
        "JOIN processes AS callee ON callee.number = child.process "
        "WHERE traces.start_us > ? AND traces.end_us < ? GROUP BY 1, 2",
        (start_us, end_us),
    ).fetchall()


def _tag_condition(name: str, key: str, text: str) -> tuple[str, dict[str, str]]:
    """SQL that finds a tag or an event's field by its JSON, and the texts that it binds.

    Errors are looked for on spans only: no process is one.

    Inside JSON a quotation mark is written `\\"`, so no value can look like a tag.
    """
    if key in UNSEARCHABLE_TAGS:
        return "FALSE", {}
    texts = {
        f"{name}_{number}": to_json(tag(key, value))
        for number, value in enumerate(_values_that_read(text))
    }
    columns = ("spans.json",) if key == "error" else ("spans.json", "processes.json")
    places = [f"instr({column}, :{bound})" for bound in texts for column in columns]
    condition = f"({' OR '.join(places)})"
    if key == "error":
        condition += (
            f" AND instr(spans.json, '{ERROR_TAG}')"  # as in its index, or that is not used
        )
    return condition, texts


def _values_that_read(text: str) -> list[TagValue]:
    """Every value that Jaeger would write as `text`: tags are compared as text, of any type."""
    values: list[TagValue] = [text]
    if text in ("true", "false"):
        values.append(text == "true")
    for number_type in (int, float):
        with suppress(ValueError):
            number = number_type(text)
            if str(tag("", number)["value"]) == text:
                values.append(number)
    return values
