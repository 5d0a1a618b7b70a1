"""What Grafana reads when it starts fits to the dashboards and to Prometheus' settings."""

import re
from pathlib import Path

GRAFANA = Path(__file__).parents[3] / "observability" / "grafana"


def found(pattern: str, *path: str) -> list[str]:
    """What a pattern finds in a settings file."""
    text = GRAFANA.joinpath(*path).read_text(encoding="utf-8")
    return re.findall(pattern, text, flags=re.MULTILINE)


def test_the_data_sources_are_those_that_the_panels_ask() -> None:
    source = ("provisioning", "datasources", "datasources.yml")
    assert found(r"^ +uid: (\S+)$", *source) == ["prometheus", "jaeger"]
    assert found(r"^ +url: (\S+)$", *source) == ["http://prometheus:9090", "http://jaeger:16686"]


def test_grafana_knows_how_often_prometheus_looks() -> None:
    known = found(r"timeInterval: (\S+)", "provisioning", "datasources", "datasources.yml")
    assert known == found(r"scrape_interval: (\S+)", "..", "prometheus", "prometheus.yml")[:1]


def test_one_provider_reads_the_folder_of_the_dashboards() -> None:
    provider = ("provisioning", "dashboards", "dashboards.yml")
    assert found(r"path: (\S+)", *provider) == ["/etc/grafana/dashboards"]
    assert found(r"allowUiUpdates: (\S+)", *provider) == ["false"]
