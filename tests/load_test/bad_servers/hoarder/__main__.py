"""Fills its data folder, with large files, or with empty ones without number by --empty."""

import sys
import time
from itertools import count
from pathlib import Path

PIECE = b"\0" * 100_000


def main() -> None:
    """Never ends by itself."""
    folder = Path(sys.argv[sys.argv.index("--data-dir") + 1])
    folder.mkdir()
    for number in count():
        (folder / str(number)).write_bytes(b"" if "--empty" in sys.argv else PIECE)
        time.sleep(0.002)


main()
