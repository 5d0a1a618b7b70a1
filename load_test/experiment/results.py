"""The folder of an experiment's results, and results.json in it."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from load_test.experiment.processes import PROJECT

SCHEMA = 1  # of results.json; a change that readers must know of makes it 2
RESULTS = PROJECT / "results"
LATEST = "latest"
FILE_NAME = "results.json"


class FolderTaken(Exception):
    """Raised when results would go where something else is; the text says what to do."""


def make_folder(out: Path | None) -> Path:
    """The folder `out`, or a new one named by the time, with logs/ in it. Raises FolderTaken."""
    if out is None:
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
        folders = [RESULTS / stamp, *(RESULTS / f"{stamp}-{count}" for count in range(2, 100))]
        folder = next(each for each in folders if not each.exists())
    else:
        folder = out.resolve()
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FolderTaken(f"{out} is not an empty folder: name a new one with --out")
    try:
        (folder / "logs").mkdir(parents=True)
    except OSError as error:
        raise FolderTaken(f"cannot make the folder {folder}: {error.strerror}") from error
    return folder


def begin_results(
    settings: Mapping[str, Any], machine: Mapping[str, Any], versions: Mapping[str, Any]
) -> dict[str, Any]:
    """results.json before the first run."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "schema": SCHEMA,
        "started_at": now,
        "seed": settings["seed"],
        "settings": settings,
        "machine": machine,
        "versions": versions,
        "runs": [],
        "verdict": {
            "outcome": "none",
            "metric": None,
            "ratio": None,
            "low": None,
            "high": None,
            "reason": "this shows what was measured and judges nothing",
        },
    }


def write_results(results: Mapping[str, Any], folder: Path) -> Path:
    """Write results.json; one in results/ becomes results/latest, where links can be made."""
    path = folder / FILE_NAME
    temporary = path.with_suffix(".tmp")  # so that who is stopped here leaves the last one whole
    temporary.write_text(json.dumps(results, indent=1) + "\n")
    temporary.replace(path)
    if folder.parent == RESULTS:
        link = RESULTS / f"{LATEST}.new"
        with suppress(OSError):
            link.unlink(missing_ok=True)
            link.symlink_to(folder.name)
            link.replace(RESULTS / LATEST)
    return path


def what_is_kept(folder: Path) -> str:
    """One sentence on what an experiment that did not come to its end leaves behind."""
    path = folder / FILE_NAME
    runs = len(json.loads(path.read_text())["runs"]) if path.exists() else 0
    finished = f"{runs or 'no'} finished run{'' if runs == 1 else 's'}"
    return f"{folder} keeps the logs and {finished}"
