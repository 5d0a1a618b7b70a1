"""One user floods the server, as fast as it reads; the others must hardly notice.

They chat at a light, steady rate in other rooms, a while without the flood and a while with it, by
turns in one session, so that whatever else the machine does hits both alike; and they say the same
at the same moments, for how many happen to speak at once decides a p99. Odd rounds flood over one
connection, even ones over as many as a user may have. Latencies count from when the burst that
everybody may send at once is spent: others wait behind it, as behind anybody's messages. Files are
small, so that what one while added to them does not slow down the next. A p99 is that of all quiet
rounds, or of all flooded ones: of one round alone it would be the slowest of a few messages.

What the challenge is flooded with stores nothing (the user joins a room again and again): of the
1,000 messages a second that a user may send it stores 200, and its one queue would be full of
them. That is what the workshop is about, and no fault.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from load_test.experiment.clients import ChatClient, frame
from load_test.experiment.counters import read_metrics
from load_test.experiment.prepared import Prepared
from tests.behaviour.servers import ServerProcess
from tests.faults.crowd_folder import prepare_folder
from tests.faults.outcome import Outcome
from tests.faults.talk import POLL_S, judge, p99_ms, talkers

EVENTS = {"solution": "send_message", "challenge": "join_room"}  # to flood with
USERS, ROOMS = 25, 5
FLOODER = 0  # in a room whose other members stay away
OTHERS = [user for user in range(USERS) if user % ROOMS != FLOODER]
RATE_PER_S = 40.0
WARM_UP_S, PHASE_S = 0.5, 2.5
BURST_S = 2.0  # to handle the 2,000 events that a user may send at once
END_S = 10.0  # for the server to notice that the flood has gone
SMALL_FILES = ("--max-messages-per-file", "1000")
MOST_CONNECTIONS = 20  # of one user
CHUNK_EVENTS = 100  # written at once
# What is under way when a flood ends is still read: large events, so that they are few.
PADDING = "x" * 1_000
MOST_RATIO = 1.5
# Fewer rounds tell no ratio: they only find a server that lets a flood keep the others out.
LEAST_ROUNDS = 6
MOST_P99_MS = 2_000.0


def run(rounds: int, seed: int, folder: Path, tick: Callable[[], None]) -> Outcome:
    """Each round is a while without and a while with the flood; half of them on each server."""
    outcome = Outcome(rounds)
    for place, package in enumerate(EVENTS):
        share = (rounds + 1 - place) // len(EVENTS)
        if share:
            outcome += asyncio.run(_flood_server(package, share, seed, folder / package, tick))
    return outcome


async def _flood_server(
    package: str, rounds: int, seed: int, folder: Path, tick: Callable[[], None]
) -> Outcome:
    outcome = Outcome()
    crowd = prepare_folder(folder / "data", USERS, ROOMS)
    all_quiet, all_flooded = [], []
    with ServerProcess(package, folder, *SMALL_FILES) as server:
        async with talkers(crowd, server.url, OTHERS, chance := random.Random(seed)) as others:
            await others.talk(RATE_PER_S, WARM_UP_S)
            for number in range(1, rounds + 1):
                where = f"{package}, round {number}, seed {seed}"
                connections = 1 if number % 2 else MOST_CONNECTIONS
                talk = chance.getstate()
                quiet = await others.talk(RATE_PER_S, PHASE_S)
                async with _flood(crowd, server.url, EVENTS[package], connections):
                    judge(outcome, await others.talk(RATE_PER_S, BURST_S), where)
                    chance.setstate(talk)
                    flooded = await others.talk(RATE_PER_S, PHASE_S)
                await _others_alone(server.url)
                outcome.faults += 1
                for ledger in (quiet, flooded):
                    judge(outcome, ledger, where)
                all_quiet.append(quiet)
                all_flooded.append(flooded)
                tick()
    which = f"{package}, {rounds} rounds, seed {seed}"
    _judge_latency(outcome, which, rounds, p99_ms(all_quiet), p99_ms(all_flooded))
    return outcome


@asynccontextmanager
async def _flood(crowd: Prepared, url: str, event: str, connections: int) -> AsyncIterator[None]:
    room_id = crowd.room_of(FLOODER).room_id
    payload = {"roomId": room_id, "content": "Happy New Year", "padding": PADDING}
    packet = json.dumps([event, payload])
    chunk = frame(f"42{packet}".encode()) * CHUNK_EVENTS
    flooders = [Flooder(url, 0, crowd.tokens[FLOODER]) for _ in range(connections)]
    try:
        for flooder in flooders:
            await flooder.connect()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(flooder.flood(chunk)) for flooder in flooders]
            yield
            for task in tasks:
                task.cancel()
    finally:
        for flooder in flooders:
            flooder.close()


async def _others_alone(url: str) -> None:
    async with asyncio.timeout(END_S):
        while (await read_metrics(url)).get("chat_clients") != len(OTHERS):
            await asyncio.sleep(POLL_S)


class Flooder(ChatClient):
    """A client that sends as much as the server reads, and looks at no answer."""

    def __init__(self, url: str, member: int, token: str) -> None:
        super().__init__(url, member, token)
        self._flooding = False
        self._may_write = asyncio.Event()

    async def flood(self, chunk: bytes) -> None:
        """Send the chunk again and again, until cancelled."""
        self._flooding = True
        self._may_write.set()
        while True:
            self.send(chunk)
            await self._may_write.wait()

    def pause_writing(self) -> None:
        """asyncio: the server is behind with reading."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """asyncio: it has read again."""
        self._may_write.set()

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came; to read each answer would cost us as much as it costs the server."""
        if not self._flooding:
            super().data_received(data)


def _judge_latency(
    outcome: Outcome, which: str, rounds: int, quiet_ms: float, flooded_ms: float
) -> None:
    ratio = flooded_ms / quiet_ms
    told = (
        f"{which}: p99 {quiet_ms:.0f} ms without a flood and {flooded_ms:.0f} with, x {ratio:.2f}"
    )
    outcome.notes.append(told)
    if flooded_ms > MOST_P99_MS or (rounds >= LEAST_ROUNDS and ratio > MOST_RATIO):
        outcome.broken.append(f"{told}; at most x {MOST_RATIO} is promised")
