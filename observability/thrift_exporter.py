"""Jaeger's own exporter, Thrift over HTTP, which the client asked for."""

import warnings
from collections.abc import Sequence

from opentelemetry.exporter.jaeger.thrift import JaegerExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult


class ThriftExporter(JaegerExporter):
    """The same, except that it tells when the collector refused the spans.

    The original reports success whatever the collector answered.
    """

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans; raises what the transport raises."""
        super().export(spans)
        client = self._collector_http_client
        arrived = client is not None and 200 <= client.http_transport.code < 300
        return SpanExportResult.SUCCESS if arrived else SpanExportResult.FAILURE


def thrift_exporter(endpoint: str, timeout_s: int) -> SpanExporter:
    """An exporter to a collector's address, as ``http://127.0.0.1:14268/api/traces``."""
    with warnings.catch_warnings():
        # It says that OTLP came after it.
        warnings.simplefilter("ignore", DeprecationWarning)
        exporter: SpanExporter = ThriftExporter(collector_endpoint=endpoint, timeout=timeout_s)
    return exporter
