"""Jaeger's own exporter, Thrift over HTTP, which the client asked for; told what it would not tell,
and relieved of what it would say again and again.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.exporter.jaeger.thrift import JaegerExporter
from opentelemetry.exporter.jaeger.thrift.gen.jaeger import ttypes
from opentelemetry.exporter.jaeger.thrift.translate import OTLP_JAEGER_SPAN_KIND, ThriftTranslator
from opentelemetry.sdk.resources import SERVICE_NAME
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import StatusCode
from thrift.protocol.TBinaryProtocol import TBinaryProtocolAccelerated

# Jaeger's name for a type, and the field of a tag that holds its values. All others become text.
FIELDS = {
    bool: (ttypes.TagType.BOOL, "vBool"),
    int: (ttypes.TagType.LONG, "vLong"),
    float: (ttypes.TagType.DOUBLE, "vDouble"),
}


class OwnTags(ThriftTranslator):
    """A span with its own tags only: those of its process are sent once, with the batch.

    The original gives every span the tags of its process and of its module as well, some of them
    under two names: twelve instead of four. Encoding them is most of the price of a span.
    """

    def _extract_tags(self, span: Any) -> Sequence[ttypes.Tag]:
        told = span.attributes.copy()
        if span.status.status_code is not StatusCode.UNSET:
            told["otel.status_code"] = span.status.status_code.name
            if span.status.description is not None:
                told["otel.status_description"] = span.status.description
        told["span.kind"] = OTLP_JAEGER_SPAN_KIND[span.kind]
        if not span.status.is_ok:
            told["error"] = True
        for what in ("attributes", "events", "links"):
            if dropped := getattr(span, f"dropped_{what}"):
                told[f"otel.dropped_{what}_count"] = dropped
        return _tags(told)


def _listed(spec: Any) -> Any:
    """A Thrift spec as its C part wants them since 0.11, each class with its own spec in a list:
    the exporter was generated for a Thrift before that.
    """
    if not isinstance(spec, tuple):
        return spec
    listed = tuple(_listed(each) for each in spec)
    return list(listed) if isinstance(spec[0], type) else listed


BATCH = [ttypes.Batch, _listed(ttypes.Batch.thrift_spec)]
# None where Thrift was installed without its C part.
ENCODE_IN_C = TBinaryProtocolAccelerated(None)._fast_encode


class ThriftExporter(JaegerExporter):
    """The same, with leaner spans encoded in C, and it tells when the collector refused them.

    The original encodes byte by byte in Python, which takes three times as long, and reports
    success whatever the collector answered.
    """

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans of one process; raises what the transport raises."""
        attributes = spans[0].resource.attributes
        thrift: Any = ttypes  # generated, without types
        own = {key: value for key, value in attributes.items() if key != SERVICE_NAME}
        process = thrift.Process(str(attributes.get(SERVICE_NAME)), _tags(own))
        translator = OwnTags()
        client: Any = self._collector_http_client
        batch = thrift.Batch(process, [translator._translate_span(each) for each in spans])
        if ENCODE_IN_C:
            client.http_transport.write(ENCODE_IN_C(batch, BATCH))
            client.http_transport.flush()
        else:
            client.submit(batch)
        arrived = 200 <= client.http_transport.code < 300
        return SpanExportResult.SUCCESS if arrived else SpanExportResult.FAILURE

    def shutdown(self) -> None:
        """Close the last connection, which the original leaves open."""
        client: Any = self._collector_http_client
        transport = client.http_transport
        if transport.isOpen():
            transport.close()


def thrift_exporter(endpoint: str, timeout_s: int) -> SpanExporter:
    """An exporter to a collector's address, as ``http://127.0.0.1:14268/api/traces``."""
    with warnings.catch_warnings():
        # It says that OTLP came after it.
        warnings.simplefilter("ignore", DeprecationWarning)
        exporter: SpanExporter = ThriftExporter(collector_endpoint=endpoint, timeout=timeout_s)
    return exporter


def _tags(attributes: Mapping[str, Any]) -> list[ttypes.Tag]:
    tag: Any = ttypes.Tag  # generated, without types
    tags = []
    for key, value in attributes.items():
        if field := FIELDS.get(type(value)):
            tags.append(tag(key, field[0], **{field[1]: value}))
        else:
            tags.append(tag(key, ttypes.TagType.STRING, str(value)))
    return tags
