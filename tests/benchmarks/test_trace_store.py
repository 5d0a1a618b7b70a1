"""The benchmark's checks and table, and what it posts and writes."""

import io
import json
from itertools import islice

import pytest
from rich.console import Console

from observability.tracing import EXPORT_BATCH_SPANS
from tests.benchmarks.trace_store_checks import Check, print_checks, times_check
from tests.benchmarks.trace_store_file import SEARCHES, traces
from tests.benchmarks.trace_store_load import batches


@pytest.mark.parametrize(("measured", "holds"), [(0.4, True), (0.5, True), (0.51, False)])
def test_a_bound_is_allowed(measured: float, holds: bool) -> None:
    assert Check("processor", measured, 0.5, "cores").holds is holds


def test_the_slowest_of_twenty_may_be_an_accident_and_the_second_may_not() -> None:
    times_ms = [10.0] * 18

    assert times_check("search", [*times_ms, 10.0, 900.0], 300).holds
    assert not times_check("search", [*times_ms, 900.0, 900.0], 300).holds


def test_the_table_fits_80_columns_and_says_what_was_missed() -> None:
    names = [f"Search: {what}" for what in SEARCHES]
    checks = [times_check(name, [1234.5] * 20, 300) for name in names]
    output = io.StringIO()

    print_checks([*checks, Check("memory", 65.9, 200, "MB")], Console(file=output, width=80))

    shown = output.getvalue()
    assert all(name in shown for name in names)
    assert "\N{HORIZONTAL ELLIPSIS}" not in shown
    assert shown.count("missed") == len(names)
    assert shown.count("ok") == 1


def test_batches_are_as_large_as_the_servers_and_never_the_same() -> None:
    some = list(islice(batches(), 3))

    assert [len(batch) for batch in some] == [EXPORT_BATCH_SPANS] * 3
    contexts = [span.context for batch in some for span in batch]
    assert len({context.span_id for context in contexts if context}) == 3 * EXPORT_BATCH_SPANS


def test_the_file_has_errors_but_not_of_the_service_that_is_searched() -> None:
    spans = [span for trace in islice(traces(), 5_010) for span in trace]

    failed = {span.process.service for span in spans if '"key":"error"' in span.text}
    assert failed == {"solution"}
    assert len({json.loads(span.text)["spanID"] for span in spans}) == len(spans)
