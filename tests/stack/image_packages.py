"""The Dockerfile's `uv pip install` commands, word for word: does uv accept them?

With --dry-run uv reads the lock, looks everything up and installs nothing. It is asked for the
Python of the image and for both kinds of processors that people build on.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence

from tests.stack.checks import Check, untried
from tests.structure.source import ROOT

TITLE = "packages of the images, looked up"
MACHINES = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28")  # Debian 12 runs these wheels
NO_NETWORK = "error sending request"  # as uv says it
LOCK = "/requirements.lock"  # where the Dockerfile copies it
LOOK_UP_S = 120.0


def check() -> Check:
    """One for each command and processor; not tried without a network."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    found = Check(TITLE, 0)
    with tempfile.TemporaryDirectory(prefix="packages-") as folder:
        venv.create(folder)
        for command in commands_of(text):
            for machine in MACHINES:
                target = ("--python-version", python_of(text), "--python-platform", machine)
                said = _refusal([*command, "--dry-run", *target], folder)
                if NO_NETWORK in said:
                    return untried(TITLE, "it needs a network")
                found.number += 1
                found.problems += [f"{shlex.join(command)}, on {machine}: {said}"] if said else []
    return found


def commands_of(dockerfile: str) -> list[list[str]]:
    """The commands that install from the lock, with its path here; each as its words."""
    joined = dockerfile.replace("\\\n", " ")
    commands = re.findall(r"^RUN (uv pip install .*)$", joined, re.MULTILINE)
    return [
        [str(ROOT / "requirements.lock") if word == LOCK else word for word in shlex.split(command)]
        for command in commands
    ]


def python_of(dockerfile: str) -> str:
    """The Python that the images are made from, such as 3.13."""
    (version,) = re.findall(r"^FROM python:(\d+\.\d+)", dockerfile, re.MULTILINE)
    return str(version)


def _refusal(command: Sequence[str], folder: str) -> str:
    """What uv says if it refuses, or an empty text."""
    ended = subprocess.run(
        [sys.executable, "-m", *command],
        env={**os.environ, "VIRTUAL_ENV": folder},
        capture_output=True,
        text=True,
        timeout=LOOK_UP_S,
    )
    return ended.stderr.strip() if ended.returncode else ""
