"""Look whether this machine can run the workshop: a line for each thing, and what to do.

Run it before the workshop, and whenever something does not work: with the trace store and the
servers running it also sends a span and a message through them.
"""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.text import Text

from observability.doctor import machine
from observability.doctor.finding import Finding, Level
from observability.doctor.ports import PORTS, check_port
from observability.doctor.servers import SERVERS, check_server
from observability.doctor.traces import check_traces

STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "bold red"}
Check = Callable[[], Finding | None]

LABEL_WIDTH = max(len(level.value) for level in Level)


def checks(folder: Path) -> dict[str, list[Check]]:
    """All that can be looked at, in groups."""
    return {
        "machine": [
            machine.check_python,
            partial(machine.check_disk, folder),
            partial(machine.check_drive, folder),
            machine.check_memory,
            machine.check_open_files,
            machine.check_docker,
        ],
        "ports": [partial(check_port, port) for port in PORTS],
        "traces": [check_traces],
        "servers": [
            partial(check_server, package, f"http://127.0.0.1:{port}")
            for package, port in SERVERS.items()
        ],
    }


def show(finding: Finding, console: Console) -> None:
    """One line, and below it what to do."""
    line = Text(f"{finding.level.value:{LABEL_WIDTH}}  ", style=STYLES[finding.level])
    line.append(f"{finding.what}: {finding.found}", style="default")
    console.print(line, highlight=False, soft_wrap=True)
    if finding.advice:
        console.print(f"{'':{LABEL_WIDTH}}  -> {finding.advice}", highlight=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0, 1 if there is a problem, 2 for a group that is none."""
    parser = argparse.ArgumentParser(prog="python -m observability.doctor", description=__doc__)
    groups = checks(Path.cwd())
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"{', '.join(groups)}; or all")
    chosen = parser.parse_args(arguments).groups or list(groups)
    if unknown := [name for name in chosen if name not in groups]:
        parser.error(f"there is no group {unknown[0]}; there is {', '.join(groups)}")
    logging.getLogger().addHandler(logging.NullHandler())  # what goes wrong is said here
    console = Console()
    found = []
    for check in (check for name in chosen for check in groups[name]):
        if finding := check():
            show(finding, console)
            found.append(finding.level)
    problems, warnings = found.count(Level.PROBLEM), found.count(Level.WARNING)
    console.print(f"{len(found)} things looked at: {problems} problems, {warnings} warnings")
    return 1 if problems else 0


if __name__ == "__main__":
    exit_code = main()
    sys.stdout.flush()
    os._exit(exit_code)  # a thread that still exports a span must not hold it up
