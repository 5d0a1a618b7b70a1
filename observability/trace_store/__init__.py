"""A small trace store that stands where Jaeger stands, for machines without Docker.

It takes spans as the Jaeger exporter (Thrift) and the OTLP exporter post them, keeps them in one
SQLite file and answers Jaeger's query API in the same JSON. Start it with
`python -m observability.trace_store`.

Read in this order:

    records.py          one span as it is stored: Jaeger's JSON text and what a search looks at
    thrift_reader.py    Thrift's binary protocol, read from memory within bounds
    thrift_intake.py    what the Jaeger exporter posts, as records
    otlp_parts.py       an OTLP request, span by span
    otlp_intake.py      what the OTLP exporter posts, as records
    schema.py           the tables, and opening a file
    store.py            the SQLite file: adding, bounding, counting
    parameters.py       the parameters of a query, and what is wrong with them
    query.py            searches in SQL, answers in Jaeger's JSON
    intake_app.py       the two addresses that take posts
    store_metrics.py    what there is and what was dropped, for Prometheus
    query_app.py        the address that answers
    arguments.py        the command line
    __main__.py         sockets, start and stop
"""
