"""The command: ``python -m observability.stack up``, ``down`` or ``status``."""

import sys

from observability.stack.command import main

if __name__ == "__main__":
    sys.exit(main())
