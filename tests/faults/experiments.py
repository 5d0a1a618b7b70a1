"""All fault experiments, and how often each is repeated in which form."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.faults import (
    call_faults,
    collector_trouble,
    damage,
    drains,
    flooding,
    full_disk,
    model,
    order,
    overload,
    power_loss,
    server_kills,
    slow_readers,
    storage_kills,
)
from tests.faults.outcome import Outcome

# run(rounds, seed, folder, tick): repeats the fault `rounds` times in an empty folder of its own,
# calls tick() after each round, and returns what it counted. The seed decides all randomness.
Run = Callable[[int, int, Path, Callable[[], None]], Outcome]


@dataclass(frozen=True)
class Experiment:
    """One kind of fault. `short` rounds run in `make test`, `longer` in .ci/run, `full` in
    `make faults`; 0 leaves it out. `alone`: it measures time, or must
    outrun a server, so nothing may run beside it.
    """

    name: str
    title: str
    run: Run
    short: int
    longer: int
    full: int
    alone: bool = False

    def rounds(self, form: str) -> int:
        """How often it is repeated in a form."""
        return {"short": self.short, "longer": self.longer, "full": self.full}[form]


FORMS = ("short", "longer", "full")
# The longest first: they run two at a time.
EXPERIMENTS = (
    Experiment("server_kills", "kill -9 of whole servers", server_kills.run, 3, 28, 231),
    Experiment("order", "order of 200 senders", order.run, 1, 4, 50),
    Experiment("call_faults", "every file call fails", call_faults.run, 40, 400, 2_100),
    Experiment("storage_kills", "kill -9 of the storage", storage_kills.run, 20, 250, 1_000),
    Experiment("model", "random lives of a storage", model.run, 20, 150, 750),
    Experiment("power_loss", "what was not synced is lost", power_loss.run, 2_000, 10_000, 25_000),
    Experiment("damage", "damaged files", damage.run, 40, 384, 384),
    Experiment("full_disk", "a disk that is really full", full_disk.run, 2, 8, 20),
    Experiment("drains", "SIGTERM at a full queue", drains.run, 2, 15, 100, alone=True),
    Experiment("overload", "ten times too much", overload.run, 0, 15, 60, alone=True),
    Experiment("slow_readers", "readers that do not read", slow_readers.run, 0, 1, 6, alone=True),
    Experiment("flooding", "one user floods", flooding.run, 0, 4, 12, alone=True),
    Experiment(
        "collector_trouble", "a collector in trouble", collector_trouble.run, 0, 5, 15, alone=True
    ),
)
