"""A closed load: a fixed number of messages is always under way.

When one is shown the next is sent, so any server is loaded fully and none is overwhelmed. That is
right for telling how fast a server is, or what it keeps in memory, and wrong for latency: this
load waits for the server, as people do not.
"""

import asyncio
from collections.abc import Callable
from time import perf_counter

from load_test.experiment.ledger import Ledger
from load_test.experiment.servers import Server
from tests.checklist.scenarios.crowd import LOOK_S, Crowd

# Three full batches of the answer, so that one can be written while the next one gathers.
UNDER_WAY = 300
MOST_MESSAGES = 100_000  # more than any server here delivers in some seconds

Enough = Callable[[Ledger, float], bool]


def keep_busy(server: Server, crowd: Crowd, enough: Enough) -> None:
    """Connect a crowd to a server and load it until it is `enough`.

    That is asked every 10 ms, with the ledger and the seconds since the first message. Raises
    ProcessFailed.
    """
    asyncio.run(_keep_busy(server, crowd, enough))


async def _keep_busy(server: Server, crowd: Crowd, enough: Enough) -> None:
    try:
        await crowd.connect(server)
        started_s = perf_counter()
        while not enough(crowd.ledger, perf_counter() - started_s):
            crowd.send(max(0, UNDER_WAY - crowd.ledger.waiting))
            await crowd.until(lambda: False, within_s=LOOK_S)
    finally:
        await crowd.close()
