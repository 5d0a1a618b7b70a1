"""How long to wait for a server that is slow: as long as it gets on, however busy the machine is.

A fixed time would be too short on a slow machine, and a wrong answer there a matter of luck.
"""

from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter

from tests.checklist.scenarios.crowd import Crowd
from tests.checklist.scenarios.file_watch import FileWatch

STALLED_S = 2.0  # without a delivery or a write: some hundred times what a write takes
MOST_S = 12.0  # whatever it does
LOOK_S = 0.05


async def wait_patiently(
    crowd: Crowd,
    files: FileWatch,
    numbers: Iterable[int],
    meanwhile: Callable[[], Awaitable[None]] | None = None,
) -> bool:
    """Wait until these messages are refused or shown to everybody in their room, or until nothing
    happens any more; do something meanwhile, every 50 ms or so. Whether they were.

    Raises ProcessFailed if the server ends.
    """
    numbers = list(numbers)

    def is_over() -> bool:
        return crowd.settled(numbers) and crowd.told()

    happened = _happened(crowd, files)
    began_s = last_s = perf_counter()
    while not is_over() and perf_counter() < min(last_s + STALLED_S, began_s + MOST_S):
        if meanwhile:
            await meanwhile()
        await crowd.until(is_over, LOOK_S)
        if happened != (happened := _happened(crowd, files)):
            last_s = perf_counter()
    return is_over()


def _happened(crowd: Crowd, files: FileWatch) -> int:
    """How many deliveries, refusals and changes of files there were so far."""
    ledger = crowd.ledger
    refused = sum(map(bool, ledger.refused_as))
    return sum(map(len, ledger.received)) + refused + files.reports
