"""Item 6, errors: a disk that refuses, more messages than may wait, SIGTERM, and kill -9.

Everything here is counted, save three times: the recovery, where the better one of two decides, the
end after SIGTERM, and how long refusals take, of which a batch may be late. All are given grace for
a busy machine.
"""

from collections.abc import Iterator

from tests.checklist.check import Verdict, cannot_tell, check, expect
from tests.checklist.scenarios.account import FAULTS
from tests.checklist.scenarios.kill import Kill
from tests.checklist.scenarios.shutdown import Ending, Shutdown
from tests.checklist.scenarios.sick_disk import SickDisk

NOTHING_WRONG = "so it was"
MOST_TOLD = 3  # of what may be any number
WHEN_TOLD = tuple(name for name in FAULTS if name != "unanswered")
AFTER_A_KILL = tuple(name for name in WHEN_TOLD if name not in ("open", "untold"))


@check("sick_disk", needs=("handler.serves",))
def shows_only_what_is_stored(seen: SickDisk) -> Verdict:
    """While the disk refuses, no message is shown or called stored that is not in the files."""
    unfounded = sum(sickness.unfounded for sickness in seen.sicknesses)
    return expect(
        unfounded == 0,
        "0 messages shown, or acknowledged as stored, that the files do not hold",
        f"{unfounded} such messages, while {_ways(seen)}",
    )


@check("sick_disk", needs=("handler.serves",))
def recovers(seen: SickDisk, *, within_s: float, grace_s: float) -> Verdict:
    """When the disk takes files again, messages are stored and shown again, the second time too."""
    expected = (
        f"messages shown again within {within_s:g} s (and {grace_s:g} s of grace, the better of "
        f"both counts), new ones too, and then all {seen.sent_after} of a normal talk"
    )
    for time, sickness in zip(("first", "second"), seen.sicknesses, strict=False):
        if sickness.newcomer_shown_s is None or sickness.first_shown_s is None:
            return expect(
                False, expected, f"after the {time} failure ({sickness.way}) none was shown"
            )
    took_s = min(sickness.first_shown_s or 0.0 for sickness in seen.sicknesses)
    return expect(
        took_s <= within_s + grace_s and seen.served_after == seen.sent_after,
        expected,
        f"the first after {took_s:.2f} s, then {seen.served_after} of {seen.sent_after}",
    )


@check(
    "sick_disk",
    # Whether somebody reads a file while it is changed in place is chance; the grade is not to
    # depend on it.
    needs=("errors.recovers", "batch.replaces_files"),
)
def keeps_what_it_acknowledged(seen: SickDisk) -> Verdict:
    """What was acknowledged before, during and after a failure ends in exactly one way: it is
    stored once, in order, and shown, or its sender gets an error. The files can be read meanwhile.
    """
    wrong = [*seen.account.faults(), *seen.problems[:MOST_TOLD]]
    if torn := max(sickness.unreadable_before for sickness in seen.sicknesses):
        wrong.append(f"{torn} stored before could not be read from the files while it failed")
    return expect(
        not wrong,
        f"each of {seen.account.acknowledged} acknowledged messages stored and shown once, in "
        "order, or answered by one error; all others refused; the files whole all the time",
        "; ".join(wrong) or NOTHING_WRONG,
    )


@check("sick_disk", needs=("handler.serves",))
def bounds_its_queue(
    seen: SickDisk, *, most_in_a_batch: int, most_growth_bytes: int, at_once_s: float
) -> Verdict:
    """No more messages wait than may: whoever sends beyond that is refused at once."""
    first = seen.sicknesses[0]
    # Who is refused late has waited until then, and took room.
    late = sum(took_s > at_once_s for took_s in first.refusals_s)
    waiting = first.waited + late
    refused, most = sum(first.refused.values()), seen.max_queue + most_in_a_batch
    grown_bytes = 0
    if seen.rss_peak_bytes and seen.rss_before_bytes:
        grown_bytes = seen.rss_peak_bytes - seen.rss_before_bytes
    expected = (
        f"of {first.sent} sent at once, at most {seen.max_queue} waiting and {most_in_a_batch} in "
        f"the batch under way, the others refused within {at_once_s:g} s; at most "
        f"{_megabytes(most_growth_bytes)} more memory"
    )
    if not refused and first.waited <= most:
        waited = f"{first.waited} waited and none was refused"
        return cannot_tell(expected, f"{waited}, though {first.way}")
    told = f" {late} of them until they were refused," if late else ""
    return expect(
        waiting <= most and grown_bytes <= most_growth_bytes,
        expected,
        f"{waiting} waiting,{told} {refused} refused, {_megabytes(grown_bytes)} more",
    )


@check("sick_disk", "shutdown", needs=("errors.bounds_its_queue",))
def says_why(
    sick: SickDisk, end: Shutdown, *, while_it_refuses: list[str], while_it_ends: list[str]
) -> Verdict:
    """Refusals carry the code that the contract has for their reason."""
    sets = [
        *((sickness.refused, while_it_refuses) for sickness in sick.sicknesses),
        (end.in_a_burst.refused, while_it_ends),
        (end.nearly_idle.refused, while_it_ends),
        (end.disk_refuses.refused, [*while_it_refuses, *while_it_ends]),
    ]
    strange = sorted({code for codes, allowed in sets for code in codes if code not in allowed})
    used = sorted({code for codes, _ in sets for code in codes})
    return expect(
        not strange,
        f"{' or '.join(while_it_refuses)} while the disk refuses, {' or '.join(while_it_ends)} "
        "after SIGTERM",
        f"also {', '.join(strange[:MOST_TOLD])}" if strange else ", ".join(used) or NOTHING_WRONG,
    )


@check("shutdown", needs=("handler.serves",))
def shuts_down_well(seen: Shutdown, *, within_s: float, grace_s: float) -> Verdict:
    """After SIGTERM, what was acknowledged is stored and shown, what was not is refused, and the
    server ends by itself, with exit code 0 and a goodbye to everybody.
    """
    endings = {"in a burst": seen.in_a_burst, "nearly idle": seen.nearly_idle}
    wrong = [
        f"{when}: {fault}"
        for when, ending in endings.items()
        for fault in _ending_faults(ending, within_s + grace_s, (0,))
    ]
    took_s = max(ending.took_s or 0.0 for ending in endings.values())
    return expect(
        not wrong,
        f"exit code 0 within {within_s:g} s of SIGTERM; of {seen.in_a_burst.sent_before} messages "
        f"sent before, and of {seen.nearly_idle.sent_before} that waited for their batch, each "
        "stored and shown, or refused",
        "; ".join(wrong) or f"so it was, within {took_s:.1f} s",
    )


@check("shutdown", needs=("handler.serves",))
def tells_what_it_cannot_keep(seen: Shutdown, *, within_s: float, grace_s: float) -> Verdict:
    """If the disk refuses at the end, each waiting message is answered by an error, in time."""
    wrong = list(_ending_faults(seen.disk_refuses, within_s + grace_s, (0, 1)))
    return expect(
        not wrong,
        f"an error or a refusal for each of {seen.disk_refuses.sent_before} messages that could "
        f"not be stored; exit code 1 (or 0) within {within_s:g} s of SIGTERM",
        "; ".join(wrong) or f"so it was, within {seen.disk_refuses.took_s or 0:.1f} s",
    )


@check(
    "kill",
    # Who breaks these loses by chance what a kill finds; the grade is not to depend on it.
    needs=(
        "errors.shows_only_what_is_stored",
        "errors.keeps_what_it_acknowledged",
        "errors.bounds_its_queue",
    ),
)
def survives_a_kill(seen: Kill, *, most_in_a_batch: int) -> Verdict:
    """After kill -9 the files can be read and hold all that was shown or said to be stored, once.
    Only what was acknowledged as queued may be missing, at most a queue of it.
    """
    wrong = [*seen.account.faults(AFTER_A_KILL), *seen.problems[:MOST_TOLD]]
    most, worst = seen.max_queue + most_in_a_batch, max(seen.open_of_lives, default=0)
    if worst > most:
        wrong.append(f"{worst} acknowledged as queued were lost at once")
    return expect(
        not wrong,
        f"after {seen.lives} kills, nothing lost that was shown or said to be stored, nothing "
        f"twice; of what was queued, at most {most} lost at a time",
        "; ".join(wrong) or f"so it was; {worst} queued ones lost at most",
    )


def _ending_faults(ending: Ending, within_s: float, codes: tuple[int, ...]) -> Iterator[str]:
    """What was wrong with the end of a server."""
    if ending.took_s is None:
        yield "it did not end"
    elif ending.took_s > within_s:
        yield f"it took {ending.took_s:.1f} s"
    if ending.took_s is not None and ending.exit_code not in codes:
        yield f"exit code {ending.exit_code}"
    yield from ending.account.faults(WHEN_TOLD)
    yield from ending.problems[:MOST_TOLD]
    if ending.unanswered_before:
        yield f"{ending.unanswered_before} {FAULTS['unanswered']}"
    if ending.cut:
        yield f"{ending.cut} of {ending.connections} connections were cut without a goodbye"


def _ways(seen: SickDisk) -> str:
    return ", and while ".join(sickness.way for sickness in seen.sicknesses)


def _megabytes(number: int) -> str:
    return f"{number / 1_000_000:.0f} MB"
