"""What Grafana shows: its data sources, and two dashboards as JSON, written by Python.

    provisioning/      what Grafana reads when it starts: where data and dashboards are
    queries.py         what is asked of Prometheus
    panels.py          a panel: numbers, lines or a heat map, in the colours of the servers
    board.py           what both dashboards share: which servers, midnight, the way to traces
    overview.py        the first screen: response time, memory, errors, before and after
    details.py         everything else, in rows; the last one is in trouble.py
    files.py           the JSON files in dashboards/, written and compared

`python -m observability.grafana` writes the files anew; `--check` says whether it would change one.
They are committed because Grafana reads JSON and nothing else.
"""
