"""What the workshop sees: traces, metrics, logs, and the tools that read them.

- ``names``: every span, attribute and metric name, once
- ``tracing``, ``metrics``, ``logs``: set up once by each server's ``__main__``
- ``trace_store``: a small Jaeger for machines without Docker
- ``jaeger_client``, ``spans``: read traces back and count them

The servers import this package; it imports none of them.
"""
