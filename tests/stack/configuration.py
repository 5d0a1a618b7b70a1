"""Our prometheus.yml with other addresses: whatever else it says is what is tried.

The rules are copied as they are. Jaeger, Locust and the attempt stay under the names that they have
in Docker's network: nobody answers there, as in a workshop where they do not run, and nobody is to
be missed.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.stack.promtool import FOLDER

SHIPPED = {
    "challenge": "challenge:4001",
    "solution": "solution:4002",
    "prometheus": "localhost:9090",
}
MORE_JOB = """
  - job_name: {job}
    static_configs:
      - targets: ["{address}"]
"""


class StaleAddress(Exception):
    """Raised when prometheus.yml does not have the addresses any more that we replace."""


def write_configuration(addresses: Mapping[str, str], folder: Path) -> Path:
    """Copy our configuration into a folder, with these addresses by job; the path of the copy."""
    copy = folder / "prometheus"
    shutil.copytree(FOLDER, copy)
    path = copy / "prometheus.yml"
    path.write_text(with_addresses(path.read_text(), addresses))
    return path


def with_addresses(text: str, addresses: Mapping[str, str]) -> str:
    """Replace the addresses of the jobs that there are, and add the other jobs at the end.

    Raises StaleAddress.
    """
    for job, address in addresses.items():
        if job not in SHIPPED:
            text += MORE_JOB.format(job=job, address=address)
            continue
        quoted = f'"{SHIPPED[job]}"'
        if text.count(quoted) != 1:
            raise StaleAddress(
                f"prometheus.yml must have {quoted} once, and has it {text.count(quoted)} times: "
                "adapt SHIPPED in tests/stack/configuration.py"
            )
        text = text.replace(quoted, f'"{address}"')
    return text
