"""Writes about 100 MB a second into its log, and a last word that nobody would find."""

import sys
import time

PIECE = b"still alive, still alive\n" * 40_000  # 1 MB


def main() -> None:
    """Never ends by itself."""
    while True:
        sys.stdout.buffer.write(PIECE)
        sys.stdout.buffer.flush()
        time.sleep(0.01)


main()
