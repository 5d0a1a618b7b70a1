"""argparse as our commands use it."""

import argparse
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """argparse, with its errors on one line, and without guessing abbreviated flags."""

    def __init__(self, prog: str, description: str | None) -> None:
        super().__init__(prog=prog, description=description, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and exit with code 2."""
        self.exit(2, f"{self.prog}: {message}; --help tells how it is used\n")
