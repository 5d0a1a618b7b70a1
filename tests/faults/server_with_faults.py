"""A chat server whose disk is slow, or fails on request: the product, its `files` patched.

    FAULTY_SERVER=solution FAULT_FILE=FILE python -m tests.faults.server_with_faults FLAGS

As long as FILE exists, the calls of `challenge.files` that it names fail, as on a full disk. With
SYNC_S in the environment, each write takes so much longer.
"""

import errno
import os
import runpy
from collections.abc import Callable
from pathlib import Path
from time import sleep  # taken before eventlet replaces it: writes wait in threads
from typing import Any

from challenge import files

CALLS = ("sync_folder", "write_and_sync", "replace")  # after the first, who knows what is stored?


def failing_on_request(call: str, fault_file: Path) -> Callable[..., Any]:
    """A call of `challenge.files` that fails while its name is in the fault file."""
    real = getattr(files, call)
    delay_s = float(os.environ.get("SYNC_S", 0)) if call == "write_and_sync" else 0

    # It runs in eventlet's thread pool, where nothing but files may be touched.
    def called(*arguments: Any) -> Any:
        try:
            failing = fault_file.read_text().split()
        except FileNotFoundError:
            failing = []
        if call in failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sleep(delay_s)
        return real(*arguments)

    return called


if __name__ == "__main__":
    for name in CALLS:
        setattr(files, name, failing_on_request(name, Path(os.environ["FAULT_FILE"])))
    # eventlet patches the standard library in there, before all else that is imported.
    runpy.run_module(os.environ["FAULTY_SERVER"], run_name="__main__", alter_sys=True)
