"""kill -9 of the storage at a random moment: nothing that was acknowledged is lost.

A child stores messages and reports each one that is stored; it is killed while it does so, or
while it heals. Then the folder is healed and compared with the reports. Both servers take turns
over the same folder, so each also starts with what the other left behind.
"""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from challenge.healing import damaged_files, heal
from challenge.models import encode
from tests.faults.outcome import Outcome
from tests.faults.storage_child import HEALING, STORING, child, store_until_killed
from tests.faults.storage_servers import SERVERS, log_lines, read_back

ROUNDS_IN_A_FOLDER = 6  # then a new one: a long history would make rounds slow
KILLED_WHILE_HEALING = 0.25  # the share of rounds
LONGEST_HEALING_S, LONGEST_STORING_S = 0.008, 0.12
TAIL = b"\0" * 512  # what a disk may leave behind the last byte of a file; costs no message


def run(rounds: int, seed: int, folder: Path, tick: Callable[[], None]) -> Outcome:
    """Kill and heal `rounds` times."""
    choose = random.Random(seed)
    outcome = Outcome()
    killed_healing = 0
    place, promised = folder, list[str]()
    with log_lines():
        for number in range(rounds):
            if number % ROUNDS_IN_A_FOLDER == 0:
                place, promised = folder / f"from_{number}", []
                place.mkdir()
            healing = bool(promised) and choose.random() < KILLED_WHILE_HEALING
            if healing:
                _damage(place)
            server = SERVERS[number % len(SERVERS)]
            told = _told_before_the_kill(server, place, choose, healing)
            promised += told
            killed_healing += healing
            this = _check(place, promised, torn=healing)
            if not this.kept:
                this.broken.append(f"kills: round {number} ({server}) of seed {seed} broke this")
                place, promised = folder / f"after_{number}", []  # not to be counted again
                place.mkdir()
            outcome += replace(this, acknowledged=len(told))
            tick()
    outcome.notes.append(f"{killed_healing} of {rounds} kills came while healing")
    return outcome


def _told_before_the_kill(
    server: str, place: Path, choose: random.Random, healing: bool
) -> list[str]:
    """Start a child, kill it at a random moment; the marks of what it reported until then."""
    with child(store_until_killed, server, place, choose.randrange(1 << 32)) as storing:
        storing.reports_until(HEALING if healing else STORING)
        time.sleep(choose.uniform(0, LONGEST_HEALING_S if healing else LONGEST_STORING_S))
        storing.process.kill()
        told = storing.last_reports()
    return [each for each in told if each != STORING]


def _damage(place: Path) -> None:
    for path in place.glob("messages_*.json"):
        path.write_bytes(path.read_bytes() + TAIL)


def _check(place: Path, promised: list[str], torn: bool) -> Outcome:
    """Heal a folder and hold it against what was promised. A kill alone tears no file."""
    outcome = Outcome(rounds=1, faults=1)
    aside = damaged_files(place)
    healed = heal(place)
    if not torn and damaged_files(place) != aside:
        outcome.broken.append("a kill alone left a file that had to be set aside")
    found, unreadable = read_back(place)
    outcome.unreadable = len(unreadable)
    outcome.compare(sorted(promised), found)
    if promised != sorted(promised):
        outcome.broken.append("told in another order than sent")
    if [path.name for path in place.glob("messages_*.json") if path.name not in healed]:
        outcome.broken.append("healing did not give the records of all files")
    if any(encode(healed[name]) != (place / name).read_bytes() for name in healed):
        outcome.broken.append("healing gave other records than stand in the files")
    return outcome
