"""One run of the New Year's load test, on Locust's library: guests arrive, greet, and leave."""

import resource
import signal
import time
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event
from locust.env import Environment
from locust.stats import stats_history

from load_test.chat_user import ACKNOWLEDGED, BROADCAST, SOCKET, UNDELIVERED, ChatUser, Party
from load_test.new_year.outcome import Outcome, Row
from load_test.new_year.output import LiveLine
from load_test.new_year.plan import Plan
from load_test.new_year.reports import write_reports

SPAWN_PER_S = 50.0
NOBODY_COMES_S = 15.0  # then the server is stuck, and it is no use to wait for more guests
OPEN_FILES = 4_096  # macOS allows 256 unless asked, and a guest takes one or two
TICK_S = 0.2


def allow_open_files() -> None:
    """Let this process open the files that many guests need, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


class NewYearParty:
    """The run itself. SIGINT or SIGTERM ends it early, and what was measured is kept."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._party = ChatUser.party = Party(
            rooms=plan.rooms, pause_s=plan.users / plan.rate, seed=plan.seed
        )
        self._environment = Environment(
            user_classes=[ChatUser], host=plan.address, locustfile="new_year_load_test.py"
        )
        self._runner = self._environment.create_local_runner()
        self._charts = gevent.spawn(stats_history, self._runner)  # of Locust's report
        self._line = LiveLine()
        self._greeted_s = 0.0
        self._interrupted = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            # Not as an exception, which would come up in whichever guest is awake.
            gevent.signal_handler(number, self._interrupted.set)

    def run(self) -> Outcome:
        """Let the guests arrive, greet and leave; what was measured."""
        allow_open_files()
        try:
            if self.guests_arrive():
                self.guests_greet()
        finally:
            self.guests_leave()
        return self.outcome()

    def guests_arrive(self) -> bool:
        """Let all guests sign up and connect before any of them greets. False if some cannot."""
        self._runner.start(self._plan.users, SPAWN_PER_S)
        here, changed_s = 0, time.monotonic()
        while here < self._plan.users and not self._interrupted.wait(TICK_S):
            if self._party.here > here:
                here, changed_s = self._party.here, time.monotonic()
            elif time.monotonic() > changed_s + NOBODY_COMES_S:
                return False
            self._line.show(f"guests arrive: {here} of {self._plan.users}")
        return not self._interrupted.is_set()

    def guests_greet(self) -> None:
        """Let everybody greet for as long as planned."""
        begin_s = time.monotonic()
        self._party.begins.set()
        while self._greeted_s < self._plan.seconds and not self._interrupted.wait(TICK_S):
            self._greeted_s = time.monotonic() - begin_s
            self._line.show(f"{self._greeted_s:3.0f} of {self._plan.seconds} s  {self._so_far()}")

    def guests_leave(self) -> None:
        """Wait for the last deliveries, within their limit, and end all guests."""
        leaving = gevent.spawn(self._runner.quit)
        while not leaving.ready():
            self._line.show(f"the last ones arrive  {self._so_far()}")
            leaving.join(TICK_S)
        self._charts.kill()
        self._line.clear()

    def write_reports(self, folder: Path) -> list[Path]:
        """Write Locust's report of the run into a folder; the paths of its parts."""
        return write_reports(self._environment, folder)

    def outcome(self) -> Outcome:
        """What was measured."""
        errors = list(self._environment.stats.errors.values())
        return Outcome(
            guests=self._plan.users,
            here=self._party.here,
            planned_s=self._plan.seconds,
            greeted_s=self._greeted_s,
            sent=self._party.sent,
            delivered=self._delivered(),
            undelivered=sum(each.occurrences for each in errors if each.error == UNDELIVERED),
            acknowledgement=self._row(ACKNOWLEDGED),
            broadcast=self._row(BROADCAST),
            failures=[f"{each.occurrences:,} x {each.to_name()}" for each in errors],
            generator_busy=self._runner.cpu_warning_emitted,
            objective_p95_ms=self._plan.objective_p95_ms,
        )

    def _stats(self, row: str) -> Any:
        return self._environment.stats.get(row, SOCKET)

    def _row(self, name: str) -> Row:
        stats = self._stats(name)
        times = [stats.get_response_time_percentile(part) for part in (0.5, 0.95, 0.99)]
        return Row(name, stats.num_requests, stats.num_failures, *times)

    def _delivered(self) -> int:
        broadcast = self._stats(BROADCAST)
        return int(broadcast.num_requests - broadcast.num_failures)

    def _so_far(self) -> str:
        broadcast = self._stats(BROADCAST)
        recent_ms = broadcast.get_current_response_time_percentile(0.95)  # None in the first 10 s
        p95_ms = recent_ms or broadcast.get_response_time_percentile(0.95)
        p95 = f"p95 {p95_ms:,.0f} ms" if p95_ms else ""
        return f"sent {self._party.sent:,}  delivered {self._delivered():,}  {p95}"
