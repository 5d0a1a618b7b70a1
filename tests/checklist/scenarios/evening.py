"""What happens in an evening at one server, in its order, and what is seen meanwhile.

Somebody new signs up; one message after the other, then everybody at once, up to three times, then
a few messages, and the end. Only the lone messages are timed. A server that is slow, or lets what
is left wait, costs the evening some seconds more; then it is stopped all the same, and what it owes
has to come while it drains.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter

from load_test.experiment.clients import CannotConnect
from load_test.experiment.counters import FILE_WRITES, read_metrics
from load_test.experiment.ledger import Ledger
from load_test.experiment.servers import DRAIN_S, Server
from tests.checklist.scenario import Stage
from tests.checklist.scenarios.crowd import Crowd
from tests.checklist.scenarios.file_watch import Change, FileWatch
from tests.checklist.scenarios.newcomer import (
    Answer,
    Leaver,
    Newcomer,
    field_questions,
    knock,
    read_history,
    room_questions,
    sign_up,
)

LONE_MESSAGES = 8
LONE_S = 2.0  # for all of them: four times what they take with an interval of 50 ms
ANSWERS_S = 1.5  # for all questions; only one of them needs the disk
# About 400, and no multiple of 100, so that the last batch is never full.
FEWEST_AT_ONCE, MOST_AT_ONCE = 401, 419
AT_ONCE_S = 3.0
# Who writes what came while the last write went on needs more writes on a busy machine. So there
# are several bursts, and the best one counts; to who writes most messages by themselves, more of
# them would only cost time.
BURSTS = 3
A_FEW, A_FEW_S = 20, 1.5
CLAIM_S = 1.0  # for an answer at /metrics
MOST_MESSAGES = LONE_MESSAGES + BURSTS * MOST_AT_ONCE + A_FEW


@dataclass(frozen=True)
class Lone:
    """A message while nobody else writes. In milliseconds after it was sent: when its sender had
    the acknowledgement and the broadcast, and when a message file was written; None if that never
    was, or if the system does not tell.
    """

    acknowledged_ms: float | None
    shown_ms: float | None
    written_ms: float | None


@dataclass(frozen=True)
class Burst:
    """Messages sent at once: how many of them their senders had back when the time was up, and how
    often message files were written until then: counted by the system, None if it does not tell;
    and as the server claims, None if it does not say.
    """

    messages: int
    shown: int
    writes: int | None
    claimed_writes: int | None


class Evening:
    """One evening. Everything public is known when `spend` is over."""

    def __init__(self, stage: Stage, server: Server, crowd: Crowd, watch: FileWatch) -> None:
        """Let a newcomer sign up. Raises ProcessFailed if they cannot.

        `crowd` may send MOST_MESSAGES.
        """
        self.bursts: list[Burst] = []
        self.few: Burst
        self.newcomer: Newcomer
        self.leaver: Leaver
        self._knocks: list[Answer] = []
        self._tokens, self._chance = stage.prepared.tokens, stage.chance
        self._room = stage.prepared.room_of(0).room_id
        self._server, self._crowd, self._watch = server, crowd, watch
        self._token, own_room = sign_up(server, stage.chance)
        self._fields = field_questions(own_room, self._word())
        self._first_at_once = 0  # the number of the first message that was not alone
        self._writes_before: int | None = None  # that one

    def read_histories(self) -> list[Answer]:
        """Ask for the messages of a room, as those who may and those who may not."""
        readers = {
            "a member": (self._tokens[0], 200),
            "a member of another room": (self._tokens[1], 404),
            "a newcomer": (self._token, 404),
            "nobody": ("", 401),
        }
        return read_history(self._server, self._room, readers)

    async def spend(self) -> None:
        """From the first connection until the server has hung up. Raises ProcessFailed."""
        crowd, server = self._crowd, self._server
        self.newcomer = Newcomer(server.url, self._token, self._word())
        self.leaver = Leaver(server.url, self._tokens[0], self._word())
        try:
            await crowd.connect(server)
            await self.newcomer.connect()
            await self.leaver.connect()
            self._knocks = await knock(server.url, self._token)
            await self._write_alone()
            await self._ask()
            await self._write_several_bursts()
            self.few = await self._write_at_once(A_FEW, A_FEW_S)
            server.ask_to_stop()
            await crowd.all_gone(DRAIN_S)
        except CannotConnect as error:
            raise server.failure(str(error)) from error
        finally:
            self.newcomer.close()
            self.leaver.close()
            await crowd.close()

    def lone(self) -> list[Lone]:
        """The lone messages, to be asked when the server has gone."""
        ledger = self._crowd.ledger
        written_s = [change.at_s for change in self._changes() or ()]
        found: list[Lone] = []
        for number in range(self._first_at_once):
            sent_s = ledger.sent_s[number] or 0.0
            first_s = min((at_s for at_s in written_s if at_s > sent_s), default=None)
            ends_s = (ledger.acknowledged_s[number], ledger.delivered_s[number], first_s)
            took_ms = (None if each is None else (each - sent_s) * 1000 for each in ends_s)
            found.append(Lone(*took_ms))
        return found

    def everything(self) -> Burst:
        """All since the first burst, once the server has gone: so nothing can be put off until
        nobody counts. The server's own claim went with it.
        """
        messages = range(self._first_at_once, self._crowd.next_number)
        writes = _difference(_length(self._changes()), self._writes_before)
        return Burst(len(messages), self._shown(messages), writes, None)

    def answers(self) -> tuple[list[Answer], list[Answer]]:
        """What was answered: about fields, and about who may be in a room."""
        answers, left = self.newcomer.answers(), self.leaver.answers()
        fields, rooms = answers[: len(self._fields)], answers[len(self._fields) :]
        return fields, [*self._knocks, *rooms, *left]

    async def _ask(self) -> None:
        """Let the newcomer ask, and the leaver leave; what is sent later is none of theirs."""
        self.newcomer.ask([*self._fields, *room_questions(self._room, self._word())])
        self.leaver.leave(self._room)
        both = (self.newcomer, self.leaver)
        await self._crowd.until(lambda: all(each.is_answered for each in both), ANSWERS_S)
        self.leaver.since = self._crowd.next_number

    async def _write_alone(self) -> None:
        """One message after the other, each when the one before has come back."""
        ledger, deadline_s = self._crowd.ledger, perf_counter() + LONE_S
        for _ in range(LONE_MESSAGES):
            [number] = self._crowd.send(1)
            is_through = partial(_is_through, ledger, number)
            await self._crowd.until(is_through, deadline_s - perf_counter())
            if not is_through():
                return

    async def _write_several_bursts(self) -> None:
        """One burst after the other, as long as there is anything to learn from it."""
        self._first_at_once = self._crowd.next_number
        self._writes_before, _ = await self._count()
        for _ in range(BURSTS):
            count = self._chance.randint(FEWEST_AT_ONCE, MOST_AT_ONCE)
            burst = await self._write_at_once(count, AT_ONCE_S)
            self.bursts.append(burst)
            writes = burst.claimed_writes if burst.writes is None else burst.writes
            if burst.shown < count or (writes or 0) > count / 2:
                return

    async def _write_at_once(self, count: int, within_s: float) -> Burst:
        """Let everybody write, and wait until everybody has everything."""
        before, claimed_before = await self._count()
        messages = self._crowd.send(count)
        await self._crowd.until(partial(self._crowd.settled, messages), within_s)
        shown = self._shown(messages)
        writes, claimed = await self._count()
        return Burst(
            count, shown, _difference(writes, before), _difference(claimed, claimed_before)
        )

    async def _count(self) -> tuple[int | None, int | None]:
        """How often message files were written until now, and how often the server says so."""
        await asyncio.to_thread(self._watch.settle)
        claimed = (await read_metrics(self._server.url, CLAIM_S)).get(FILE_WRITES)
        return _length(self._changes()), None if claimed is None else round(claimed)

    def _changes(self) -> Sequence[Change] | None:
        """All changes of message files until now, None if the system does not tell."""
        replaced, in_place = self._watch.replaced, self._watch.written_in_place
        return None if replaced is None or in_place is None else (*replaced, *in_place)

    def _shown(self, messages: range) -> int:
        delivered_s = self._crowd.ledger.delivered_s
        return sum(delivered_s[number] is not None for number in messages)

    def _word(self) -> str:
        return f"{self._chance.getrandbits(64):x}"


def _is_through(ledger: Ledger, number: int) -> bool:
    """Whether a message was refused, or acknowledged and shown to its sender."""
    acknowledged = ledger.acknowledged_s[number] is not None
    shown = ledger.delivered_s[number] is not None
    return ledger.refused_s[number] is not None or (acknowledged and shown)


def _length(changes: Sequence[Change] | None) -> int | None:
    return None if changes is None else len(changes)


def _difference(after: int | None, before: int | None) -> int | None:
    return None if after is None or before is None else after - before
