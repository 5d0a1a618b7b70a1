"""Write Grafana's dashboards from overview.py and details.py, or check that they are so."""

import argparse
import sys
from pathlib import Path

from observability.grafana.files import DASHBOARDS, differing, write


def main() -> int:
    """Returns the exit code: 0, 1 if a file differs or cannot be written, 2 if used wrongly."""
    parser = argparse.ArgumentParser("python -m observability.grafana", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing, say which file differs"
    )
    parser.add_argument(
        "--folder", type=Path, default=DASHBOARDS, help="where the files are (%(default)s)"
    )
    arguments = parser.parse_args()
    if not arguments.folder.is_dir():
        parser.error(f"there is no folder {arguments.folder}")
    if arguments.check:
        wrong = differing(arguments.folder)
        for name in wrong:
            sys.stdout.write(f"{name} differs: run python -m observability.grafana\n")
        return 1 if wrong else 0
    try:
        for path in write(arguments.folder):
            sys.stdout.write(f"{path}\n")
    except OSError as error:
        sys.stderr.write(f"cannot write {error.filename}: {error.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
