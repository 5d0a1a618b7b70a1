"""The trace collector is down, refuses, fails, hangs or is slow: the chat must not notice.

People chat while the collector is healthy and in trouble by turns, in one session: no message is
lost, none costs more, and every span that did not arrive is counted as dropped. At the end the
server is stopped while its collector hangs.

One-sided on purpose: a collector in trouble saves the server the work of sending spans, so a
message may well cost less.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import psutil

from load_test.experiment.counters import FILE_WRITES, SPANS_DROPPED, read_metrics
from load_test.experiment.ledger import Ledger
from observability import names
from tests.behaviour.servers import ServerProcess
from tests.faults.crowd_folder import prepare_folder
from tests.faults.outcome import Outcome
from tests.faults.talk import POLL_S, Talkers, judge, p99_ms, talkers
from tests.faults.troubled_collector import Trouble, TroubledCollector

RATES_PER_S = {"solution": 100.0, "challenge": 40.0}  # of messages: half of what it could store
# Around each write of a file: the challenge's create_message, the solution's flush and batch.
SPANS_AROUND_A_WRITE = {"solution": 2, "challenge": 1}
TROUBLES = [trouble for trouble in Trouble if trouble is not Trouble.NONE]
USERS, ROOMS = 20, 4
WARM_UP_S, PHASE_S = 0.5, 1.5
COUNTED_S = 15.0  # within which every span has arrived or was dropped
LONGEST_EXIT_S = 5.0
MOST_CPU_RATIO, MOST_LATENCY_RATIO = 1.1, 1.5
LEAST_PAIRS = 4  # fewer, of one trouble on one server, tell no ratio
ACCEPTED, FILE_READS = f"{names.ACCEPTED}_total", f"{names.FILE_READS}_total"
QUEUE_SPANS = "128"  # so that a collector that hangs fills the queue of spans


PACKAGES = tuple(RATES_PER_S)
# Of CPU per message and of p99, in trouble against healthy, by package and trouble.
Ratios = defaultdict[tuple[str, Trouble], list[tuple[float, float]]]


@dataclass(frozen=True)
class Phase:
    """People talked for a while: what became of it, and what a message cost the server."""

    ledger: Ledger
    cpu_s: float

    @property
    def cpu_ms_per_message(self) -> float:
        """Processor time, in milliseconds."""
        return self.cpu_s * 1000 / max(1, self.ledger.delivered)


def run(rounds: int, seed: int, folder: Path, tick: Callable[[], None]) -> Outcome:
    """Each round is one trouble between two times of health. A session has one round of each
    trouble, so that its files stay short; the servers take turns.
    """
    outcome = Outcome(rounds)
    ratios: Ratios = defaultdict(list)
    for number, start in enumerate(range(0, rounds, len(TROUBLES))):
        package = PACKAGES[number % len(PACKAGES)]
        session = Session(package, seed + number, folder / f"session-{number}", ratios)
        troubles = TROUBLES[: rounds - start]
        outcome += asyncio.run(session.play(troubles, tick))
    _judge_ratios(outcome, f"seed {seed}", ratios)
    return outcome


class Session:
    """One server and its collector."""

    def __init__(self, package: str, seed: int, folder: Path, ratios: Ratios) -> None:
        self._name = f"{package}, seed {seed}"
        self._package, self._folder = package, folder
        self._rate_per_s = RATES_PER_S[package]
        self._chance = random.Random(seed)
        self._ratios = ratios
        self._outcome = Outcome()

    async def play(self, troubles: Sequence[Trouble], tick: Callable[[], None]) -> Outcome:
        """One trouble after the other, and an end while the collector hangs."""
        crowd = prepare_folder(self._folder / "data", USERS, ROOMS)
        async with TroubledCollector() as collector:
            environ = {
                "OTEL_TRACES_EXPORTER": "jaeger",
                "OTEL_TRACES_SAMPLER": "always_on",  # its spans are counted
                "OTEL_EXPORTER_JAEGER_ENDPOINT": collector.url,
                "OTEL_BSP_MAX_QUEUE_SIZE": QUEUE_SPANS,
            }
            with ServerProcess(self._package, self._folder, environ=environ) as server:
                async with talkers(crowd, server.url, range(USERS), self._chance) as people:
                    await people.talk(self._rate_per_s, WARM_UP_S)
                    before = await self._phase(server, people)
                    for trouble in troubles:
                        await collector.get_into(trouble)
                        troubled = await self._phase(server, people, trouble)
                        await collector.get_into(Trouble.NONE)
                        await self._all_counted(server, collector, trouble)
                        after = await self._phase(server, people)
                        self._ratios[self._package, trouble].append(
                            compare(before, troubled, after)
                        )
                        self._outcome.faults += 1
                        before = after
                        tick()
                    await collector.get_into(Trouble.HANGING)
                    await people.talk(self._rate_per_s, WARM_UP_S)
                    await self._stop(server)
        return self._outcome

    async def _phase(
        self, server: ServerProcess, people: Talkers, trouble: Trouble = Trouble.NONE
    ) -> Phase:
        process = psutil.Process(server.process.pid)
        before = process.cpu_times()
        ledger = await people.talk(self._rate_per_s, PHASE_S)
        after = process.cpu_times()
        judge(self._outcome, ledger, f"{self._name}, collector {trouble}")
        return Phase(ledger, after.user + after.system - before.user - before.system)

    async def _all_counted(
        self, server: ServerProcess, collector: TroubledCollector, trouble: Trouble
    ) -> None:
        """Wait until every span that was made has arrived, or was counted as dropped."""
        deadline_s = perf_counter() + COUNTED_S
        while perf_counter() < deadline_s:
            metrics = await read_metrics(server.url)
            made, dropped, arrived = self._made(metrics), metrics[SPANS_DROPPED], collector.count()
            if dropped + arrived == made:
                return
            await asyncio.sleep(POLL_S)
        self._outcome.broken.append(
            f"{self._name}, collector {trouble}: of {made:.0f} spans {arrived} arrived and "
            f"{dropped:.0f} were counted as dropped"
        )

    def _made(self, metrics: Mapping[str, float]) -> float:
        """How many spans the server has made, by its books: no message was refused, no file full.

        One to send each message, one to read and one to write a file, and those around a write.
        """
        writes = metrics[FILE_WRITES]
        around = SPANS_AROUND_A_WRITE[self._package] * writes
        return metrics[ACCEPTED] + metrics[FILE_READS] + writes + around

    async def _stop(self, server: ServerProcess) -> None:
        started_s = perf_counter()
        code = await asyncio.to_thread(server.stop)
        took_s = perf_counter() - started_s
        if code or took_s > LONGEST_EXIT_S:
            self._outcome.broken.append(
                f"{self._name}: exit {code} after {took_s:.1f} s, with a collector that hangs"
            )


def compare(before: Phase, troubled: Phase, after: Phase) -> tuple[float, float]:
    """How much more CPU a message took in trouble, and how much longer the slowest 1 % did."""
    healthy_ms = (before.cpu_ms_per_message + after.cpu_ms_per_message) / 2
    healthy_p99_ms = (p99_ms([before.ledger]) + p99_ms([after.ledger])) / 2
    return troubled.cpu_ms_per_message / healthy_ms, p99_ms([troubled.ledger]) / healthy_p99_ms


def _judge_ratios(outcome: Outcome, which: str, ratios: Ratios) -> None:
    for (package, trouble), pairs in ratios.items():
        cpu, latency = (median(values) for values in zip(*pairs, strict=True))
        told = f"{package}, {which}, collector {trouble}: CPU x {cpu:.2f}, p99 x {latency:.2f}"
        outcome.notes.append(told)
        too_much = cpu > MOST_CPU_RATIO or latency > MOST_LATENCY_RATIO
        if too_much and len(pairs) >= LEAST_PAIRS:
            outcome.broken.append(f"{told}; {MOST_CPU_RATIO} and {MOST_LATENCY_RATIO} are promised")
