"""Tracing, set up once by each server: spans are made anywhere and leave in small batches.

Standard ``OTEL_*`` variables choose where to: ``OTEL_TRACES_EXPORTER`` is ``jaeger`` (Thrift over
HTTP to a collector, the default), ``otlp`` (protobuf over HTTP) or ``none``. Which traces are kept
is told in ``sampling``.

The price: a span costs about 27 microseconds to make and 16 more to export with Thrift, 36 with
OTLP, on the processor that serves the chat (8,000 spans, one after the other, in batches of 64,
Python 3.11). Between other work, with cold caches, it is twice to three times that.
"""

import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence

from opentelemetry import trace
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from observability.sampling import choose_sampler

log = logging.getLogger(__name__)

# An export of 512 spans, the SDK's default, stops the server for 6 ms (Thrift) or 12 ms (OTLP) at
# best, of 64 for 1 or 2; and each post has a price.
EXPORT_BATCH_SPANS = 64
# Midnight makes thousands of spans at once; about 2 kB each while they wait.
QUEUE_SPANS = 16_384
EXPORT_INTERVAL_MS = 500
EXPORT_TIMEOUT_S = 2
# A batch links to each of its messages, and those of a server that ends are large. The SDK's own
# limit is 128.
MAX_LINKS = 3_000
JAEGER_ENDPOINT = "http://127.0.0.1:14268/api/traces?format=jaeger.thrift"
OTLP_ENDPOINT = "http://127.0.0.1:4318"
QUERY_URL = "http://127.0.0.1:16686"  # where people look at traces
EXPORTERS = ("jaeger", "otlp", "none")


class CountedExporter(SpanExporter):
    """Knows how many spans were made and arrived, and says once, not for ever, when they do not."""

    def __init__(self, exporter: SpanExporter, endpoint: str) -> None:
        self.made = self.arrived = self.dropped = 0
        self._exporter = exporter
        self.endpoint = endpoint
        self._failing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send the spans on; a failure is counted, never raised and never tried again."""
        reason = "the collector refused them"
        try:
            result = self._exporter.export(spans)
        except Exception as error:  # whatever the exporter's transport raises: chat goes on
            result, reason = SpanExportResult.FAILURE, str(error)
        if result is SpanExportResult.SUCCESS:
            self.arrived += len(spans)
            if self._failing:
                log.info("spans arrive again at %s", self.endpoint)
        else:
            self.dropped += len(spans)
        if result is SpanExportResult.FAILURE and not self._failing:
            log.warning(
                "no spans arrive at %s (%s): start the trace store with `make traces`, or set "
                "OTEL_TRACES_EXPORTER=none. The server goes on; spans are dropped and counted.",
                self.endpoint,
                reason,
            )
        self._failing = result is not SpanExportResult.SUCCESS
        return result

    def shutdown(self) -> None:
        """Stop the exporter behind."""
        self._exporter.shutdown()


class CountedBatches(BatchSpanProcessor):
    """Batches of spans on their way to the exporter; counts them, and what leaves a full queue."""

    def __init__(self, exporter: CountedExporter, **limits: float) -> None:
        super().__init__(exporter, **limits)  # type: ignore[arg-type]
        self._counted = exporter

    def on_end(self, span: ReadableSpan) -> None:
        """Queue a span; the SDK drops the oldest for it, without a word, if there is no room."""
        self._counted.made += 1
        queue = self._batch_processor._queue
        if len(queue) == queue.maxlen:
            self._counted.dropped += 1
        super().on_end(span)


class Tracing:
    """The spans of this process: how many were made and arrived, and an end in bounded time."""

    def __init__(
        self,
        provider: TracerProvider,
        exporter: CountedExporter | None,
        skipped: Callable[[], int],
        query_url: str,
    ) -> None:
        self.query_url = query_url if exporter else None  # where a browser finds the traces
        self.skipped = skipped  # traces that the sampler did not keep
        self._provider = provider
        self._exporter = exporter

    @property
    def made(self) -> int:
        """Spans that ended, to be exported if there was room."""
        return self._exporter.made if self._exporter else 0

    @property
    def endpoint(self) -> str:
        """Where spans go, or an empty text."""
        return self._exporter.endpoint if self._exporter else ""

    def tracer(self, name: str) -> trace.Tracer:
        """A tracer of this provider, for who does not want that of the process."""
        return self._provider.get_tracer(name)

    def dropped(self) -> int:
        """Spans that the collector did not take, or that had to leave a full queue."""
        return self._exporter.dropped if self._exporter else 0

    def close(self, timeout_s: float) -> int:
        """Send what waits, for `timeout_s` at most. Returns how many spans never arrived."""
        if self._exporter is None:
            return 0
        # The SDK would wait for 30 s; a collector that hangs must not hold up the exit.
        closing = threading.Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(timeout_s)
        missing = self.made - self._exporter.arrived
        if missing:
            log.warning("%d of %d spans were dropped", missing, self.made)
        return missing


def set_up_tracing(service: str, environ: Mapping[str, str] = os.environ) -> Tracing:
    """Make this process's tracer provider, named `service` unless ``OTEL_SERVICE_NAME`` is set.

    Raises ValueError, with a sentence for the user, if one of the variables is wrong.
    """
    exporter = _exporter(environ)
    sampler, skipped = choose_sampler(environ)
    provider = TracerProvider(
        sampler=sampler,
        resource=Resource.create({SERVICE_NAME: environ.get("OTEL_SERVICE_NAME", service)}),
        span_limits=SpanLimits(max_links=MAX_LINKS, max_span_attributes=64),
        shutdown_on_exit=False,
    )
    tracing = Tracing(provider, exporter, skipped, _query_url(environ))
    if exporter:
        provider.add_span_processor(_batches(exporter, environ))
        trace.set_tracer_provider(provider)
    return tracing


def _query_url(environ: Mapping[str, str]) -> str:
    url = environ.get("JAEGER_QUERY_URL", QUERY_URL)
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"JAEGER_QUERY_URL must begin with http:// or https://, not {url!r}")
    return url


def _exporter(environ: Mapping[str, str]) -> CountedExporter | None:
    kind = environ.get("OTEL_TRACES_EXPORTER", EXPORTERS[0])
    if kind not in EXPORTERS:
        raise ValueError(
            f"OTEL_TRACES_EXPORTER must be one of {', '.join(EXPORTERS)}, not {kind!r}"
        )
    # We count and warn ourselves, once.
    logging.getLogger("opentelemetry.exporter").setLevel(logging.CRITICAL)
    if kind == "none":
        return None
    # Only the chosen exporter is imported: each adds a sixth to the time a server takes to start.
    exporter: SpanExporter
    if kind == "otlp":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        base = environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", OTLP_ENDPOINT)
        endpoint = environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{base}/v1/traces")
        exporter = OTLPSpanExporter(endpoint, timeout=EXPORT_TIMEOUT_S)
    else:
        from observability.thrift_exporter import thrift_exporter

        endpoint = environ.get("OTEL_EXPORTER_JAEGER_ENDPOINT", JAEGER_ENDPOINT)
        exporter = thrift_exporter(endpoint, EXPORT_TIMEOUT_S)
    return CountedExporter(exporter, endpoint)


def _batches(exporter: CountedExporter, environ: Mapping[str, str]) -> BatchSpanProcessor:
    def limit(name: str, default: int) -> int:
        text = environ.get(f"OTEL_BSP_{name}", str(default))
        if not (text.isascii() and text.isdigit() and int(text) > 0):
            raise ValueError(f"OTEL_BSP_{name} must be a whole number above 0, not {text!r}")
        return int(text)

    return CountedBatches(
        exporter,
        max_queue_size=limit("MAX_QUEUE_SIZE", QUEUE_SPANS),
        schedule_delay_millis=limit("SCHEDULE_DELAY", EXPORT_INTERVAL_MS),
        max_export_batch_size=limit("MAX_EXPORT_BATCH_SIZE", EXPORT_BATCH_SPANS),
    )
