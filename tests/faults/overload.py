"""Ten times as many messages as a server stores: books, bounds, memory, and how fast it refuses.

The disk is made slow, as a spinning one is. With a fast disk, ten times what the solution stores
is more than one processor can read, let alone refuse: 35,000 messages a second, of some 10,000.
Message files are small, so that memory tells of what waits and not of the file that is rewritten.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from observability.spans import percentile
from tests.behaviour.servers import ServerProcess
from tests.faults.crowd_books import audit, missed, never_answered, stored_numbers
from tests.faults.crowd_folder import prepare_folder
from tests.faults.crowd_guests import Guests
from tests.faults.outcome import Outcome
from tests.faults.server_samples import Sample, Sampler, full_sizes, problems

USERS, ROOMS = 40, 10
SMALL_FILES = ("--max-messages-per-file", "1000")
SYNC_S = 0.04  # of the slow disk
OVERLOAD = 10
PROBE_S, END_S = 2.0, 8.0
CALM_MESSAGES = 10
TURN_S = 0.002
REFUSED_WITHIN_MS = 100
NORMAL_WITHIN_S = 5.0
# The file has grown meanwhile, so a calm message may take longer; a queue makes it 30 times.
NORMAL_FACTOR = 3
MOST_MESSAGES_PER_S = 6_000
# A generator that is later than this, or busier, cannot tell who was slow.
LATE_MS, BUSY = 20, 0.7


@dataclass(frozen=True)
class Kind:
    """One of the servers, with a queue that it can empty in the time that it has to recover."""

    package: str
    max_queue: int
    flags: tuple[str, ...] = ()


SOLUTION = Kind("solution", 500, ("--batch-size", "10"))
CHALLENGE = Kind("challenge", 50)


def run(rounds: int, seed: int, folder: Path, tick: Callable[[], None]) -> Outcome:
    """Overload the solution for `rounds` seconds, and the challenge for half as long.

    Nothing is left to chance, so the seed changes nothing.
    """
    outcome = Outcome(rounds=rounds)
    for kind, seconds in ((SOLUTION, rounds), (CHALLENGE, rounds // 2)):
        if seconds:
            _one_server(kind, seconds, folder / kind.package, tick, outcome)
            outcome.faults += 1
    return outcome


def _one_server(
    kind: Kind, seconds: int, folder: Path, tick: Callable[[], None], outcome: Outcome
) -> None:
    prepared = prepare_folder(folder / "data", USERS, ROOMS)
    guests = Guests(prepared, MOST_MESSAGES_PER_S * (seconds + 5))
    slow_disk = {
        "FAULTY_SERVER": kind.package,
        "FAULT_FILE": str(folder / "failing"),
        "SYNC_S": str(SYNC_S),
    }
    flags = (*kind.flags, "--max-queue-messages", str(kind.max_queue), *SMALL_FILES)
    with ServerProcess(
        "tests.faults.server_with_faults", folder, *flags, environ=slow_disk
    ) as server:
        evening = Evening(server, guests, kind, outcome)
        asyncio.run(evening.spend(seconds, tick if kind is SOLUTION else lambda: None))
    ledger, stored = guests.ledger, stored_numbers(folder / "data", outcome)
    open_still = len(audit(outcome, ledger, stored, kind.package))
    open_still += len(never_answered(ledger)) + missed(ledger, stored)
    if open_still:
        outcome.broken.append(f"{kind.package}: {open_still} messages have no outcome for someone")


class Evening:
    """A calm time, the overload, and a calm time again; what was wrong goes into the outcome."""

    def __init__(self, server: ServerProcess, guests: Guests, kind: Kind, outcome: Outcome) -> None:
        self._server = server
        self._guests = guests
        self._ledger = guests.ledger
        self._kind = kind
        self._outcome = outcome

    async def spend(self, seconds: int, tick: Callable[[], None]) -> None:
        """All of it, and then SIGTERM."""
        guests, url = self._guests, self._server.url
        try:
            await guests.connect(url)
            stored_per_s = await self._probe()
            before_ms = await self._calm()
            with Sampler(url) as sampler:
                overloaded = await self._overload(OVERLOAD * stored_per_s, seconds, tick)
                normal_after_s = await self._settle()
                after_ms = await self._calm()
            self._server.process.terminate()
            await guests.all_gone(END_S)
        finally:
            await guests.close()
        self._note(f"{stored_per_s:,.0f} stored/s, {len(overloaded) / seconds:,.0f} offered")
        self._judge_refusals(self._latencies_ms(overloaded, self._ledger.refused_s))
        self._judge_samples(sampler.samples)
        if normal_after_s > NORMAL_WITHIN_S or after_ms > NORMAL_FACTOR * before_ms:
            self._break("latency was not back to normal in time")
        self._note(
            f"latency {before_ms:.0f} ms before, {after_ms:.0f} when the queue was empty, "
            f"{normal_after_s:.1f} s after the peak"
        )

    def _judge_refusals(self, times_ms: Sequence[float]) -> None:
        if not times_ms:
            self._break("nothing was refused")
            return
        p99_ms = percentile(times_ms, 99)
        if p99_ms > REFUSED_WITHIN_MS:
            self._break(f"the p99 of refusals was {p99_ms:.0f} ms")
        longest_ms = max(times_ms)
        self._note(f"{len(times_ms):,} refused, p99 {p99_ms:.0f} ms, at most {longest_ms:.0f} ms")

    def _judge_samples(self, samples: Sequence[Sample]) -> None:
        for problem in problems(samples, self._kind.max_queue):
            self._break(problem)
        sizes_mb = [size / 1e6 for size in full_sizes(samples, self._kind.max_queue)]
        if sizes_mb:
            self._note(
                f"{len(samples)} samples, memory {min(sizes_mb):.0f} to {max(sizes_mb):.0f} MB "
                "while the queue was full"
            )

    async def _probe(self) -> float:
        """Messages that are stored in a second while enough wait."""
        until_s = perf_counter() + PROBE_S
        await self._guests.flood(self._kind.max_queue // 2, lambda: perf_counter() > until_s)
        stored_per_s = self._ledger.delivered / PROBE_S
        await self._settle()
        return stored_per_s

    async def _calm(self) -> float:
        """Send one message after the other; the median of their latencies, in milliseconds."""
        first = self._guests.next_number
        for _ in range(CALM_MESSAGES):
            self._guests.send_next()
            await self._settle()
        numbers = range(first, self._guests.next_number)
        return percentile(self._latencies_ms(numbers, self._ledger.delivered_s), 50)

    async def _overload(self, per_s: float, seconds: int, tick: Callable[[], None]) -> range:
        """Offer so many messages a second, whatever the server does; the numbers of them."""
        guests, first, gaps_ms = self._guests, self._guests.next_number, [0.0]
        cpu_s, started_s = time.process_time(), perf_counter()
        for second in range(1, seconds + 1):
            while (passed_s := perf_counter() - started_s) < second:
                while guests.next_number - first < passed_s * per_s:
                    guests.send_next()
                await asyncio.sleep(TURN_S)
                gaps_ms.append((perf_counter() - started_s - passed_s) * 1000)
            tick()
        busy, late_ms = (time.process_time() - cpu_s) / seconds, percentile(gaps_ms, 99)
        if busy > BUSY or late_ms > LATE_MS:
            self._break(f"the generator was too slow: {busy:.0%} busy, {late_ms:.0f} ms late")
        return range(first, guests.next_number)

    async def _settle(self) -> float:
        """Wait until everything is delivered or refused, with a bound; the seconds that took."""
        started_s = perf_counter()
        while self._ledger.waiting and perf_counter() < started_s + 2 * NORMAL_WITHIN_S:
            await asyncio.sleep(TURN_S)
        return perf_counter() - started_s

    def _latencies_ms(self, numbers: range, moments_s: Sequence[float | None]) -> list[float]:
        """From the sending of messages to the moments given, where there is one."""
        both = ((self._ledger.sent_s[number], moments_s[number]) for number in numbers)
        return [(at_s - sent_s) * 1000 for sent_s, at_s in both if sent_s and at_s]

    def _break(self, problem: str) -> None:
        self._outcome.broken.append(f"{self._kind.package}: {problem}")

    def _note(self, figures: str) -> None:
        self._outcome.notes.append(f"{self._kind.package}: {figures}")
