"""A disk that is really full, and a real limit of file sizes: the server waits, and goes on.

A child stores messages on a small disk in memory, which the parent fills (where it may mount
one), or reaches the size that the system allows it for a file. It reports every message that is
told as stored; at the moment in which the disk refuses, and at the end, all of those are there.
"""

import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from challenge.healing import damaged_files, heal
from tests.faults.outcome import Outcome
from tests.faults.storage_child import FULL, child, store_on_a_full_disk
from tests.faults.storage_servers import SERVERS, log_lines, read_back

DISK_BYTES = 512 * 1024
FREE_BYTES, FILE_LIMITS_BYTES = (8_000, 60_000), (1_000, 6_000)  # fewest and most
TROUBLE_S = (0.0, 1.2)  # so that recovery comes at every stage of the delays between tries
RECOVERED_S = 1.0  # the contract's
BALLAST = "ballast"
MOUNT_S = 10


def run(rounds: int, seed: int, folder: Path, tick: Callable[[], None]) -> Outcome:
    """Fill and free a disk, and set and lift a limit, by turns."""
    choose = random.Random(seed)
    outcome = Outcome()
    longest_s = 0.0
    with log_lines(), _small_disk(folder / "small") as disk:
        for number in range(rounds):
            server = SERVERS[number // 2 % len(SERVERS)]
            small = disk if number % 2 else None
            place = (small or folder) / f"{number}"
            place.mkdir()
            this, recovered_after_s = _round(server, place, small, choose)
            if not this.kept:
                this.broken.append(f"full disk: round {number} ({server}) of seed {seed}")
            shutil.rmtree(place)
            outcome += this
            longest_s = max(longest_s, recovered_after_s)
            tick()
    if not disk:
        outcome.notes.append("may not mount a small disk here: limits of file sizes only")
    outcome.notes.append(f"longest time from free space to a stored message {longest_s:.2f} s")
    return outcome


def _round(
    server: str, place: Path, small: Path | None, choose: random.Random
) -> tuple[Outcome, float]:
    """One trouble, on a small disk or with a limit: what broke, and the seconds of recovery."""
    outcome = Outcome(rounds=1, faults=1)
    limit_bytes = 0 if small else choose.randint(*FILE_LIMITS_BYTES)
    if small:
        ballast_bytes = shutil.disk_usage(small).free - choose.randint(*FREE_BYTES)
        (small / BALLAST).write_bytes(bytes(ballast_bytes))
    seed = choose.randrange(1 << 32)
    with child(store_on_a_full_disk, server, place, seed, limit_bytes) as storing:
        told = storing.reports_until(FULL)
        found, _ = read_back(place)
        outcome.compare(sorted(told), found)
        time.sleep(choose.uniform(*TROUBLE_S))
        if small:
            (small / BALLAST).unlink()
        storing.pipe.send_bytes(b"there is space")
        freed_s = time.monotonic()
        first = storing.next_report()
        recovered_after_s = time.monotonic() - freed_s
        *rest, sent = [first or "", *storing.last_reports()]
    if recovered_after_s > RECOVERED_S:
        outcome.broken.append(f"stored {recovered_after_s:.2f} s after there was space again")
    told += rest
    if len(told) != int(sent):
        outcome.broken.append(f"{sent} messages were accepted, {len(told)} told as stored")
    outcome += _at_the_end(place, told, acknowledged=len(rest))
    return outcome, recovered_after_s


def _at_the_end(place: Path, told: list[str], acknowledged: int) -> Outcome:
    outcome = Outcome()
    heal(place)
    found, unreadable = read_back(place)
    outcome.unreadable = len(unreadable)
    outcome.compare(sorted(told), found)
    if told != sorted(told):
        outcome.broken.append("told in another order than sent")
    if damaged_files(place):
        outcome.broken.append("a full disk left a file that had to be set aside")
    return replace(outcome, acknowledged=acknowledged)


@contextmanager
def _small_disk(place: Path) -> Iterator[Path | None]:
    """A small disk in memory, mounted there; None where the system or the user cannot."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", str(place)]
    try:
        mounted = not subprocess.run(mount, capture_output=True, timeout=MOUNT_S).returncode
    except FileNotFoundError:
        mounted = False
    try:
        yield place if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", str(place)], check=True, timeout=MOUNT_S)
