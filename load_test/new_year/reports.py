"""Locust's own report of a run: its page and its tables, as its web interface offers them."""

import csv
from pathlib import Path

from locust.env import Environment
from locust.html import get_html_report
from locust.stats import PERCENTILES_TO_REPORT, StatsCSV


def write_reports(environment: Environment, folder: Path) -> list[Path]:
    """Write the page and the tables of all rows and of all failures; their paths."""
    page, rows, failures = (
        folder / name for name in ("report.html", "requests.csv", "failures.csv")
    )
    page.write_text(get_html_report(environment, show_download_link=False), encoding="utf-8")
    tables = StatsCSV(environment, PERCENTILES_TO_REPORT)
    with rows.open("w", encoding="utf-8", newline="") as file:
        tables.requests_csv(csv.writer(file))
    with failures.open("w", encoding="utf-8", newline="") as file:
        tables.failures_csv(csv.writer(file))
    return [page, rows, failures]
