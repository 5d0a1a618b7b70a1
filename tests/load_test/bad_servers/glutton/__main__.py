"""Eats memory as fast as it can, in a child if it is told so by --child."""

import subprocess
import sys
import time

MEAL_BYTES = 5_000_000


def main() -> None:
    """Never ends by itself."""
    if "--child" in sys.argv:
        subprocess.run([sys.executable, "-m", "glutton"], check=False)
    eaten = []
    while True:
        eaten.append(b"x" * MEAL_BYTES)  # written to, so that it is really taken
        time.sleep(0.01)


main()
