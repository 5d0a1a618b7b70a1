"""Starts a child, one that leaves the session, and one whose parent ends, so that init takes it.

None of them cares for SIGTERM. Told --leave, it ends at once itself.
"""

import subprocess
import sys
import time

SLEEPS = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
SLEEPER = [sys.executable, "-c", SLEEPS]
PARENT = f"import subprocess; subprocess.Popen({SLEEPER}, start_new_session=True)"


def main() -> None:
    """Have a family, and tell so."""
    subprocess.Popen(SLEEPER)
    subprocess.Popen(SLEEPER, start_new_session=True)
    subprocess.run([sys.executable, "-c", PARENT], check=True)
    sys.stdout.write("all born\n")
    sys.stdout.flush()
    if "--leave" not in sys.argv:
        time.sleep(60)


main()
