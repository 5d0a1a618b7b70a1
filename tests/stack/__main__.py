"""Try dashboards, rules and alerts on a real Prometheus and real servers, without Docker.

The services of docker-compose.yml start as the file says, as far as this machine has their
programs. Then Prometheus looks at challenge and solution under a short New Year's load: every query
of every panel and rule must return data, and the figures must fit what the clients counted. At last
servers get a fault each, and every alert must fire for its fault and for nothing else. It takes two
minutes, ends with a table, and with exit code 1 if anything is wrong.
"""

import argparse
import asyncio
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

# The servers tell of it where people look for it.
warnings.filterwarnings("ignore", message="\\s*Eventlet is deprecated")

from load_test.experiment.clients import CannotConnect
from load_test.experiment.processes import ProcessFailed, stop_descendants, stop_on_signals
from tests.stack import alerts, compose_services, evening, faults, image_packages
from tests.stack.checks import Check, show
from tests.stack.configuration import StaleAddress
from tests.stack.dashboards import check_dashboards
from tests.stack.fidelity import check_figures, check_refusals
from tests.stack.pictures import draw_all
from tests.stack.prometheus import PrometheusFailed
from tests.stack.promtool import ToolsMissing, check_files, find_tools
from tests.stack.rules import check_rules
from tests.stack.stage import open_stage
from tests.variants.variant import StaleVariant

FAILURES = (
    ProcessFailed, PrometheusFailed, CannotConnect, evening.NotSettled, StaleAddress, StaleVariant,
    OSError,
)  # fmt: skip


def check_live(folder: Path, pictures: Path | None, console: Console) -> list[Check]:
    """Everything that needs something to run. Raises one of FAILURES."""
    console.print("starting servers, trace store and Prometheus", style="dim")
    with open_stage([*evening.roles(), *faults.roles(folder)], folder) as stage:
        asyncio.run(faults.talk_healthily(stage))
        console.print("a New Year's Eve, a minute long", style="dim")
        seen = asyncio.run(evening.spend(stage))
        checks = [
            *check_dashboards(stage.prometheus, seen),
            *check_rules(stage.prometheus, seen),
            *check_figures(stage, seen),
        ]
        if pictures:
            draw_all(stage.prometheus, seen, pictures)
        console.print("faults in five servers, and waiting for their alerts", style="dim")
        fired = asyncio.run(alerts.break_everything(stage, seen))
        return [
            *checks,
            check_refusals(stage, faults.OVERLOADED),
            *alerts.check_alerts(stage.prometheus, fired),
        ]


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.stack", description=__doc__)
    parser.add_argument(
        "--pictures", type=_folder, metavar="FOLDER",
        help="draw what Prometheus saw of the evening into this folder, and keep its answers there",
    )  # fmt: skip
    return parser.parse_args(arguments)


def _folder(text: str) -> Path:
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is a file: name a folder for the pictures")
    return path


def main() -> int:
    """Returns the exit code: 0 if all is good, 1 if not, 2 for wrong usage or no Prometheus."""
    options = parse(sys.argv[1:])
    console = Console(width=None if sys.stdout.isatty() else 140)
    try:
        find_tools()
    except ToolsMissing as error:
        sys.stderr.write(f"tests.stack: {error}\n")
        return 2
    stop_on_signals()
    try:
        checks = [*check_files(), image_packages.check(), compose_services.check(console)]
        with tempfile.TemporaryDirectory(prefix="stack-") as folder:
            checks += check_live(Path(folder), options.pictures, console)
    except KeyboardInterrupt:
        sys.stderr.write("tests.stack: stopped; what was started is gone\n")
        return 1
    except FAILURES as error:
        sys.stderr.write(f"tests.stack: {error}\n")
        return 1
    finally:
        stop_descendants()
    show(checks, console)
    return 0 if all(check.passed for check in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
